"""Fields that say what is wrong with them, choices, and badges of a state."""

from collections.abc import Iterable
from typing import Any

import reflex as rx

from leadflow_app.design import tokens
from leadflow_app.dialogs import Fault


def text_field(
    label: str | rx.Var[str],
    name: str,
    fault: rx.Var[Fault],
    *,
    hint: str | rx.Var[str] = "",
    **props: Any,  # noqa: ANN401
) -> rx.Component:
    """Ask for a line of text; what is wrong with it stands below, tied to it for who listens."""
    is_wrong, has_hint = fault.field == name, not (isinstance(hint, str) and not hint)
    described_by = f"{name}-hint" if has_hint else ""
    control = rx.input(
        id=name,
        name=name,
        aria_invalid=rx.cond(is_wrong, "true", "false"),
        aria_describedby=rx.cond(is_wrong, f"{name}-fault", described_by),
        **props,
    )
    return rx.el.div(
        rx.el.label(label, html_for=name),
        control,
        rx.cond(is_wrong, fault_text(name, fault)),
        *([rx.el.span(hint, id=f"{name}-hint", class_name="field-hint")] if has_hint else []),
        class_name="field",
    )


def fault_text(name: str, fault: rx.Var[Fault]) -> rx.Component:
    """Say what is wrong with a field."""
    return rx.el.span(fault.text, id=f"{name}-fault", role="alert", class_name="field-fault")


def suggestions(name: str, values: Iterable[str]) -> rx.Component:
    """Suggest values while one types into the input that names this list."""
    return rx.el.datalist(*[rx.el.option(value=value) for value in values], id=name)


def choice(label: str, name: str, options: dict[str, str], *, default: str) -> rx.Component:
    """Choose one of a few fixed options of a form."""
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.select.root(
            rx.select.trigger(id=name, aria_label=label),
            rx.select.content(
                *[rx.select.item(text, value=key) for key, text in options.items()],
                position="popper",
            ),
            name=name,
            default_value=default,
        ),
        class_name="field",
    )


def state_badge(state: rx.Var[str], label: rx.Var[str]) -> rx.Component:
    """Show how somebody or something stands, in words and in the colour of it."""
    return rx.badge(
        label,
        color_scheme=rx.match(state, *tokens.STATE_COLOURS.items(), tokens.GREY_SCHEME),
        variant="soft",
    )


def cell(
    label: str,
    *content: Any,  # noqa: ANN401
    class_name: str = "",
    is_empty: rx.Var[bool] | None = None,
) -> rx.Component:
    """One cell of a table of records; on a phone the label stands beside it."""
    attributes: dict[str, Any] = {"data-label": label}
    if is_empty is not None:
        attributes["data-empty"] = is_empty
    return rx.el.td(*content, class_name=class_name, custom_attrs=attributes)


def actions_menu(label: rx.Var[str] | str, options: rx.Var, on_choose: Any) -> rx.Component:  # noqa: ANN401
    """Offer what can be done with one row: options with `value` and `label`."""
    return rx.menu.root(
        rx.menu.trigger(
            rx.button(
                "Actions",
                rx.icon("chevron-down", size=tokens.ICON_SMALL, aria_hidden="true"),
                variant="ghost",
                color_scheme=tokens.GREY_SCHEME,
                aria_label=label,
            )
        ),
        rx.menu.content(
            rx.foreach(
                options,
                lambda option: rx.menu.item(
                    option.label, on_select=on_choose(option.value), key=option.value
                ),
            )
        ),
    )

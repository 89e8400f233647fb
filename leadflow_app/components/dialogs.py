"""Dialogs: a question before something is lost, a form, a secret that is shown once.

`assets/dialogs.js` does for them what no event can: it copies also where the page came without
TLS, and puts the focus back where it was when a dialog closes.
"""

from typing import Any

import reflex as rx

from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.dialogs import Asked, Secret

SECRET_ID = "secret"  # noqa: S105  the field's name


def confirmation(asked: rx.Var[Asked], *, on_yes: Any, on_no: Any) -> rx.Component:  # noqa: ANN401
    """Ask before something is lost: name it, and say whether it can be undone."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(asked.title),
            rx.el.div(
                rx.alert_dialog.description(asked.text),
                rx.cond(
                    asked.losses.length() > 0,
                    rx.el.ul(rx.foreach(asked.losses, rx.el.li), class_name="losses"),
                ),
                rx.el.div(
                    rx.alert_dialog.cancel(cancel_button()),
                    rx.button(
                        asked.answer,
                        on_click=on_yes,
                        class_name=rx.cond(asked.is_loss, "is-loss", ""),
                    ),
                    class_name="dialog-actions",
                ),
                class_name="dialog-body",
            ),
            class_name="dialog",
        ),
        open=asked.title != "",
        on_open_change=lambda _is_open: on_no,
    )


def cancel_button() -> rx.Component:
    """Leave everything as it is."""
    return rx.button("Cancel", type="button", variant="soft", color_scheme=tokens.GREY_SCHEME)


def form_dialog(
    title: str | rx.Var[str],
    text: str | rx.Var[str],
    form: rx.Component,
    *,
    is_open: rx.Var[bool],
    on_open_change: Any,  # noqa: ANN401
) -> rx.Component:
    """Ask for what a form needs; the form brings its own buttons."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(title),
            rx.dialog.description(text),
            form,
            class_name="dialog is-wide",
        ),
        open=is_open,
        on_open_change=on_open_change,
    )


def form_actions(answer: str) -> rx.Component:
    """Offer to send the form of a dialog, or to leave it."""
    return rx.el.div(
        rx.dialog.close(cancel_button()),
        rx.button(answer, type="submit"),
        class_name="dialog-actions",
    )


def shown_once(secret: rx.Var[Secret], *, on_close: Any) -> rx.Component:  # noqa: ANN401
    """Show a secret; a click beside the dialog does not lose it."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(secret.title),
            rx.el.div(
                rx.dialog.description(secret.text),
                copy_field(secret.label, secret.value, name=SECRET_ID),
                rx.cond(secret.until.text != "", until(secret)),
                rx.cond(secret.example != "", example(secret)),
                rx.el.div(rx.dialog.close(rx.button("Done")), class_name="dialog-actions"),
                class_name="dialog-body",
            ),
            on_interact_outside=rx.prevent_default,
            class_name="dialog is-wide",
        ),
        open=secret.value != "",
        on_open_change=lambda _is_open: on_close,
    )


def until(secret: rx.Var[Secret]) -> rx.Component:
    """Say how long the secret works."""
    return rx.el.p("It works until ", moment(secret.until, "strong"), ".")


def example(secret: rx.Var[Secret]) -> rx.Component:
    """Show a call to try the secret with."""
    return rx.el.div(
        rx.el.span("Try it", class_name="field-label"),
        rx.el.div(
            rx.el.pre(secret.example, id="example", class_name="code", tab_index=0),
            copy_button("example", "Copy the call"),
            class_name="copy-field is-long",
        ),
        class_name="field",
    )


def copy_field(label: str | rx.Var[str], value: rx.Var[str], *, name: str) -> rx.Component:
    """Show a text to be taken along, with a button that copies it."""
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.div(
            rx.input(id=name, value=value, read_only=True, class_name="code", auto_complete="off"),
            copy_button(name, "Copy"),
            class_name="copy-field",
        ),
        class_name="field",
    )


def copy_button(name: str, label: str) -> rx.Component:
    """Copy what stands in the element with this id; the script says so on the button and aloud."""
    return rx.fragment(
        rx.button(
            rx.icon("copy", size=tokens.ICON, aria_hidden="true"),
            rx.el.span(label, class_name="is-to-do"),
            rx.el.span("Copied", class_name="is-done"),
            type="button",
            variant="soft",
            custom_attrs={"data-copy": name},
        ),
        rx.el.span(role="status", class_name="visually-hidden"),
    )

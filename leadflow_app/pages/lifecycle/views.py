"""The pieces of the settings of the lifecycle."""

from collections.abc import Iterable

import reflex as rx

from leadflow_app import display
from leadflow_app.components.fields import fault_text, text_field
from leadflow_app.components.settings import settings_section
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.lifecycle.rows import (
    DECAY,
    NEEDS,
    RETURNING,
    LifecycleScreen,
    MatrixRow,
    TickRow,
)
from leadflow_app.pages.lifecycle.state import LifecycleState

MOVES = (
    "From the stage on the left, a lead may go to the ticked stages. Rules follow the same moves, "
    "and go forward only."
)
ORDER = (
    "With these moves, rules may end at another stage when messages arrive in another order. "
    "Let every later stage be reached from every earlier one to avoid that."
)
BACK = (
    "What happens when a customer writes again after their lead was lost. Who bought is always a "
    "new lead, so that every sale stays counted."
)
STALE = "A lead grows stale when its customer has not written for this many days. Empty: never."
SAVING = "Everything above takes effect at once, for what comes; no lead is moved by it."
DECAYING = (
    "Each fall is an entry of its own in the score, once a day at most, and never below zero. A "
    "change counts from today on."
)


def settings(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Show all settings as one form."""
    return rx.el.form(
        settings_section("Allowed moves", MOVES, matrix("Allowed moves", STAGES, screen.moves)),
        rx.cond(
            ~screen.is_order_free,
            rx.el.p(ORDER, role="status", class_name="field-hint"),
        ),
        settings_section(
            "Required fields",
            "What a lead must have before a person moves it to a stage.",
            matrix("Required fields", NEEDS.values(), screen.needs),
        ),
        losses(screen),
        returning(screen),
        bands(screen),
        stale(screen),
        decay(screen),
        settings_section("Save", SAVING, footer(screen)),
        key=screen.version,
        on_submit=LifecycleState.save,
        class_name="settings-sections",
    )


STAGES = tuple(display.stage(name) for name in display.STAGES)


def matrix(label: str, columns: Iterable[str], rows: rx.Var[list[MatrixRow]]) -> rx.Component:
    """Show boxes to tick, a stage in each row."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(label, class_name="visually-hidden"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Stage", scope="col"),
                    *[rx.el.th(name, scope="col") for name in columns],
                )
            ),
            rx.el.tbody(
                rx.foreach(
                    rows,
                    lambda row: rx.el.tr(
                        rx.el.th(row.label, scope="row"), rx.foreach(row.ticks, tick), key=row.label
                    ),
                )
            ),
            class_name="tick-matrix",
        ),
        class_name="tick-scroll",
        tab_index=0,
        role="region",
        aria_label=label,
    )


def tick(row: rx.Var[TickRow]) -> rx.Component:
    """Show one box."""
    return rx.el.td(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name=row.key,
                default_checked=row.is_on,
                disabled=row.is_fixed,
                aria_label=row.label,
            )
        ),
        key=row.key,
    )


def losses(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Ask for the reasons to choose from."""
    is_wrong = LifecycleState.fault.field == "loss_reasons"
    return settings_section(
        "Loss reasons",
        "One on each line. Without any, people write what they like.",
        rx.el.div(
            rx.el.div(
                rx.el.label("Reasons", html_for="loss_reasons"),
                rx.text_area(
                    id="loss_reasons",
                    name="loss_reasons",
                    default_value=screen.loss_reasons,
                    rows="5",
                    disabled=~screen.can_change,
                    aria_invalid=rx.cond(is_wrong, "true", "false"),
                ),
                rx.cond(is_wrong, fault_text("loss_reasons", LifecycleState.fault)),
                class_name="field",
            ),
            class_name="settings-form",
        ),
    )


def returning(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Ask what becomes of customers who come back."""
    return settings_section(
        "Returning customers",
        BACK,
        rx.el.div(
            one_of("Then", "returning", RETURNING, screen.returning, screen),
            number("Within days of the loss", "reopen_days", screen.reopen_days, screen),
            class_name="settings-form",
        ),
    )


def bands(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Ask from which score a lead is warm and hot."""
    return settings_section(
        "Bands",
        "A lead below warm is cold.",
        rx.el.div(
            number("Warm from score", "warm_from", screen.warm_from, screen),
            number("Hot from score", "hot_from", screen.hot_from, screen),
            class_name="settings-form",
        ),
    )


def stale(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Ask after how many days leads grow stale."""
    return settings_section(
        "Stale leads",
        STALE,
        rx.el.div(
            number("New, days", "stale_days.new", screen.stale_new, screen),
            number("Qualified, days", "stale_days.qualified", screen.stale_qualified, screen),
            number("Nurtured, days", "stale_days.nurtured", screen.stale_nurtured, screen),
            class_name="settings-form",
        ),
    )


def decay(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Ask how scores fall."""
    return settings_section(
        "Score decay",
        DECAYING,
        rx.el.div(
            one_of("Decay", "decay", DECAY, screen.decay, screen),
            number("Points or percent", "decay_amount", screen.decay_amount, screen),
            number("After silent days", "decay_after_days", screen.decay_after_days, screen),
            class_name="settings-form",
        ),
    )


def number(
    label: str, name: str, value: rx.Var[str], screen: rx.Var[LifecycleScreen]
) -> rx.Component:
    """Ask for a whole number."""
    return text_field(
        label,
        name,
        LifecycleState.fault,
        default_value=value,
        input_mode="numeric",
        auto_complete="off",
        disabled=~screen.can_change,
    )


def one_of(
    label: str,
    name: str,
    options: dict[str, str],
    value: rx.Var[str],
    screen: rx.Var[LifecycleScreen],
) -> rx.Component:
    """Ask for one of a few."""
    return rx.el.div(
        rx.el.label(label, html_for=f"{name}-choice"),
        rx.select.root(
            rx.select.trigger(id=f"{name}-choice", aria_label=label),
            rx.select.content(
                *[rx.select.item(text, value=key) for key, text in options.items()],
                position="popper",
            ),
            name=name,
            default_value=value,
            disabled=~screen.can_change,
        ),
        class_name="field",
    )


def footer(screen: rx.Var[LifecycleScreen]) -> rx.Component:
    """Save, or say who may; and who changed it last."""
    return rx.el.div(
        rx.cond(
            screen.can_change,
            rx.button("Save", type="submit"),
            rx.el.p("Only an admin of this workspace changes its lifecycle.", class_name="soft"),
        ),
        rx.el.p(screen.changed, class_name="soft small"),
        class_name="settings-foot",
    )


def skeleton() -> rx.Component:
    """Hold the place of the form."""
    return skeleton_rows(8, tokens.TOUCH_HEIGHT)

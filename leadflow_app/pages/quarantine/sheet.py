"""One delivery: why it stands still, what it says, and what it should have said."""

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.fields import fault_text, state_badge
from leadflow_app.components.marks import moment
from leadflow_app.components.replays import warning
from leadflow_app.design import tokens
from leadflow_app.pages.quarantine.bodies import Body
from leadflow_app.pages.quarantine.rows import EventSheet, QuarantineScreen
from leadflow_app.pages.quarantine.state import QuarantineState
from leadflow_app.pages.quarantine.views import back, ignore_button, only_reading
from leadflow_app.shell import may

GONE = "The body is gone: bodies are kept for as long as the workspace's retention says."


def sheet(screen: rx.Var[QuarantineScreen]) -> rx.Component:
    """Show one delivery whole."""
    row = screen.sheet
    return rx.fragment(
        back(screen.back),
        title(row),
        rx.cond(row.is_quarantined, only_reading()),
        verdict(row),
        rx.el.div(original(row), corrected(row), class_name="bodies"),
    )


def title(row: rx.Var[EventSheet]) -> rx.Component:
    """Say what this is and how it stands, and offer to pass it over or to put it back."""
    put_back = rx.button(
        "Put back",
        on_click=QuarantineState.put_back(row.key),
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    facts = rx.el.span(
        rx.el.span(row.channel),
        rx.el.span("Received ", moment(row.received, "")),
        rx.el.span(row.attempts),
        class_name="event-facts soft",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Delivery"),
                state_badge(row.state, row.state_label),
                class_name="facts-line",
            ),
            facts,
            class_name="sheet-title",
        ),
        rx.cond(row.is_quarantined, ignore_button("Ignore")),
        rx.cond(row.is_ignored & may(Permission.EVENTS_WRITE), put_back),
        class_name="sheet-head",
    )


def verdict(row: rx.Var[EventSheet]) -> rx.Component:
    """Say what was wrong, who passed it over, or when it took effect."""
    where = rx.el.span(row.where, class_name="small")
    wrong = rx.el.div(
        warning(),
        rx.el.span(row.error, " ", where),
        class_name=rx.cond(row.is_ignored, "notice is-calm", "notice is-bad"),
    )
    passed = rx.el.div(
        rx.icon("eye-off", size=tokens.ICON, aria_hidden="true"),
        rx.el.span("Ignored by ", row.ignored, " \N{MIDDLE DOT} ", moment(row.ignored_at, "")),
        class_name="notice is-calm",
    )
    done = rx.el.div(
        rx.icon("check", size=tokens.ICON, aria_hidden="true"),
        rx.el.span("It took effect ", moment(row.processed, ""), "."),
        class_name="notice is-good",
    )
    return rx.el.div(
        rx.cond(row.is_ignored, passed),
        rx.cond(row.error != "", wrong, rx.cond(row.processed.text != "", done)),
        role="status",
        class_name="notices",
    )


def original(row: rx.Var[EventSheet]) -> rx.Component:
    """Show the body as it came."""
    return rx.el.section(
        rx.el.div(rx.el.h2("As it came"), class_name="panel-head"),
        rx.cond(
            row.is_gone,
            rx.el.p(GONE, class_name="soft no-margin"),
            text_of(row.body, "Body as it came"),
        ),
        class_name="panel",
    )


def text_of(body: rx.Var[Body], label: str) -> rx.Component:
    """Show a body as text."""
    return rx.fragment(
        rx.el.pre(
            body.text, class_name="code body-text", tab_index=0, aria_label=label, role="group"
        ),
        rx.cond(body.note != "", rx.el.span(body.note, class_name="field-hint")),
    )


def corrected(row: rx.Var[EventSheet]) -> rx.Component:
    """Show what is read in place of the body, to be changed by whoever may."""
    by = rx.el.span(
        "By ",
        row.corrected,
        " \N{MIDDLE DOT} ",
        moment(row.corrected_at, ""),
        class_name="soft small",
    )
    shown = rx.cond(
        row.has_correction,
        rx.el.section(
            rx.el.div(rx.el.h2("As it was corrected"), by, class_name="panel-head"),
            text_of(row.correction, "Corrected body"),
            class_name="panel",
        ),
    )
    may_correct = row.is_quarantined & may(Permission.EVENTS_WRITE)
    return rx.cond(may_correct, editor(row, by), shown)


def editor(row: rx.Var[EventSheet], by: rx.Component) -> rx.Component:
    """Write the body that is read in its place."""
    fault = QuarantineState.fault
    is_wrong = fault.field == "body"
    starts_with = rx.cond(row.has_correction, row.correction.draft, row.body.draft)
    return rx.el.form(
        rx.el.div(
            rx.el.label("As it should be", html_for="body"),
            rx.cond(row.has_correction, by),
            class_name="panel-head",
        ),
        body_editor(row, starts_with),
        rx.cond(is_wrong, fault_text("body", fault)),
        rx.cond(
            starts_with == "",
            rx.el.span(
                "What is shown is not the whole body, so paste the whole of it as it should be.",
                class_name="field-hint",
            ),
        ),
        rx.el.div(
            rx.el.span(
                "The original stays. The next processing reads this instead.",
                id="body-hint",
                class_name="field-hint",
            ),
            rx.button("Keep correction", type="submit", variant="soft"),
            class_name="spread",
        ),
        on_submit=QuarantineState.correct,
        class_name="panel body-form",
    )


def body_editor(row: rx.Var[EventSheet], starts_with: rx.Var[str]) -> rx.Component:
    """Show the box itself; a new key makes the browser draw it anew."""
    is_wrong = QuarantineState.fault.field == "body"
    return rx.el.textarea(
        id="body",
        name="body",
        key=f"{row.key} {row.corrected_at.exact}",
        default_value=starts_with,
        required=True,
        spell_check=False,
        rows="12",
        class_name="code body-editor",
        aria_invalid=rx.cond(is_wrong, "true", "false"),
        aria_describedby=rx.cond(is_wrong, "body-fault", "body-hint"),
    )

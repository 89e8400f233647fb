"""The panel about what the customer agreed to."""

import reflex as rx

from backend.auth import Permission
from backend.contacts import ConsentChange, ConsentState
from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import text_field
from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.pages.lead.consent_rows import ConsentScreen
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.shell import may

OUT = ConsentState.OPTED_OUT.value


def panel(consent: rx.Var[ConsentScreen]) -> rx.Component:
    """Show whether the customer wants offers, since when, and what shows it."""
    return rx.el.section(
        rx.el.h2("Consent to marketing"),
        rx.el.div(
            rx.badge(
                consent.label,
                color_scheme=rx.match(
                    consent.state,
                    (ConsentState.OPTED_IN.value, "green"),
                    (OUT, "red"),
                    tokens.GREY_SCHEME,
                ),
            ),
            rx.cond(
                consent.how != "",
                rx.el.span("since ", moment(consent.since, ""), class_name="soft small"),
            ),
            class_name="facts-line",
        ),
        evidence(consent),
        rx.cond(
            consent.state == OUT,
            rx.el.p("No template can be sent to them.", class_name="soft small"),
        ),
        rx.cond(may(Permission.CONTACTS_WRITE), deeds(consent)),
        dialog(),
        class_name="panel",
    )


def evidence(consent: rx.Var[ConsentScreen]) -> rx.Component:
    """Show what shows it."""
    return rx.cond(
        consent.how != "",
        rx.el.ul(
            rx.el.li(
                rx.cond(consent.words != "", rx.el.q(consent.words)),
                rx.cond(consent.note != "", rx.el.span(consent.note)),
                rx.el.span(consent.how, class_name="soft small"),
            ),
            class_name="touches",
        ),
        rx.el.p("They have said nothing about it yet.", class_name="soft small"),
    )


def deeds(consent: rx.Var[ConsentScreen]) -> rx.Component:
    """Offer to record what they said elsewhere."""
    return rx.el.div(
        rx.cond(
            consent.state != ConsentState.OPTED_IN.value,
            deed("Record opt-in", ConsentChange.OPT_IN),
        ),
        rx.cond(consent.state != OUT, deed("Record opt-out", ConsentChange.OPT_OUT)),
        class_name="facts-line",
    )


def deed(label: str, change: ConsentChange) -> rx.Component:
    """Offer to record one change."""
    return rx.button(
        label,
        type="button",
        size="1",
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
        on_click=LeadState.ask_consent(change.value),
    )


def dialog() -> rx.Component:
    """Ask what shows that they said so."""
    return form_dialog(
        LeadState.consenting_title,
        "It is added to what they said before, with your name and this moment.",
        rx.el.form(
            text_field(
                "How did they say so?",
                "note",
                LeadState.fault,
                hint="For example: asked by telephone, or signed form 12.",
                max_length=500,
                required=True,
                auto_complete="off",
            ),
            form_actions("Record"),
            on_submit=LeadState.record_consent,
            class_name="dialog-body",
        ),
        is_open=LeadState.consenting != "",
        on_open_change=lambda _is_open: LeadState.leave_consent,
    )

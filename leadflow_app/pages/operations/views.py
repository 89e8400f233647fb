"""The pieces of the operations page."""

import reflex as rx

from backend.auth import Permission
from leadflow_app import routes
from leadflow_app.components.links import link, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.operations.rows import EventRow, LawRow, OperationsScreen
from leadflow_app.pages.operations.state import OperationsState
from leadflow_app.shell import may, may_not

ONLY_READING = "Ask a manager or an admin to process one of these again."


def laws(screen: rx.Var[OperationsScreen]) -> rx.Component:
    """Show each law, green or red, with what breaks it."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Laws"),
            rx.el.span(
                screen.verdict,
                class_name="law-verdict",
                custom_attrs={"data-held": screen.is_all_held},
                role="status",
            ),
            class_name="panel-head",
        ),
        rx.el.p(
            "Sentences about the data that must always be true, checked when this page opens.",
            class_name="soft small",
        ),
        rx.el.ul(rx.foreach(screen.laws, law), class_name="laws"),
        class_name="panel",
    )


def law(row: rx.Var[LawRow]) -> rx.Component:
    """Show one law."""
    return rx.el.li(
        rx.cond(
            row.is_held,
            rx.icon("circle-check", size=tokens.ICON, aria_label="Holds"),
            rx.icon("circle-x", size=tokens.ICON, aria_label="Broken"),
        ),
        rx.el.div(
            rx.el.span(row.title),
            rx.foreach(row.offenders, lambda text: rx.el.div(text, class_name="offender")),
            rx.cond(row.rest != "", rx.el.div(row.rest, class_name="soft small")),
            class_name="law-text",
        ),
        rx.el.span(row.count, class_name="soft small"),
        key=row.key,
        custom_attrs={"data-held": row.is_held},
    )


def quarantine(screen: rx.Var[OperationsScreen], more: rx.Component) -> rx.Component:
    """Show the deliveries that wait for a person."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Quarantined deliveries"),
            text_link("See them by cause", routes.QUARANTINE),
            class_name="panel-head",
        ),
        rx.cond(
            screen.events.length() > 0,
            rx.fragment(
                rx.cond(
                    may_not(Permission.EVENTS_WRITE),
                    rx.el.p(ONLY_READING, class_name="soft small"),
                ),
                rx.el.ul(rx.foreach(screen.events, event), class_name="events"),
            ),
            blank(
                "shield-check",
                "Nothing is quarantined",
                "A delivery that LeadFlow cannot understand is kept here with its cause, so that "
                "it can be processed again once the cause is gone.",
            ),
        ),
        more,
        class_name="panel",
    )


def event(row: rx.Var[EventRow]) -> rx.Component:
    """Show one delivery: why it stopped, where and when it came, and what it says."""
    return rx.el.li(
        rx.el.div(
            link(row.cause, to=row.href, class_name="strong quiet-link"),
            rx.el.span(
                row.channel,
                rx.el.span("received ", moment(row.received, "")),
                rx.el.span(row.attempts),
                class_name="event-facts soft small",
            ),
            rx.el.details(
                rx.el.summary("What it says"), rx.el.pre(row.body, class_name="event-body words")
            ),
            class_name="event-text",
        ),
        rx.cond(
            may(Permission.EVENTS_WRITE),
            rx.button(
                "Process again",
                on_click=OperationsState.replay(row.key),
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
        ),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the laws."""
    return skeleton_rows(6)

"""The pieces of the table of leads."""

import reflex as rx

from leadflow_app import routes, shell
from leadflow_app.components.links import chips, link
from leadflow_app.components.marks import moment, stage_badge, tags
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.leads.rows import LeadRow, LeadsScreen

COLUMNS = ("Customer", "Phone", "Stage", "Tags")


def filters(screen: rx.Var[LeadsScreen], search: rx.Component) -> rx.Component:
    """Search, stages and order; all of them live in the address."""
    return rx.el.div(
        search,
        chips("Stage", screen.stages),
        chips("Owner", screen.owners),
        rx.foreach(screen.narrowed_by, taken),
        rx.el.div(
            rx.el.span("Order", class_name="soft small desk-only"),
            chips("Order", screen.sorts),
            class_name="order",
        ),
        class_name="toolbar",
    )


def taken(choice: rx.Var) -> rx.Component:
    """Show one more filter that is on, and take it away on a click."""
    return link(
        choice.label,
        rx.icon("x", size=tokens.ICON, aria_hidden="true"),
        to=choice.href,
        class_name="chip",
        aria_current="true",
        aria_label=f"Remove the filter {choice.label}",
    )


def first_run() -> rx.Component:
    """Say what a lead is and how the first one comes about."""
    return shell.first_run(
        "users",
        "No leads yet",
        "A lead opens by itself when a customer writes, and rules give it tags, points and a "
        "stage.",
        "Play a customer to see the first one.",
    )


def nothing_found() -> rx.Component:
    """Say that the filters leave nothing."""
    return blank(
        "search-x",
        "No lead matches",
        "Take a filter away, or search for a part of a name or of a phone number.",
        rx.button(link("Show all leads", to=routes.LEADS), as_child=True, variant="soft"),
    )


def table(screen: rx.Var[LeadsScreen]) -> rx.Component:
    """Show the leads as a table; on a phone each row becomes a card."""
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                *[rx.el.th(name, scope="col") for name in COLUMNS],
                rx.el.th("Score", scope="col", class_name="figure"),
                rx.el.th("Last activity", scope="col", class_name="figure"),
            )
        ),
        rx.el.tbody(rx.foreach(screen.rows, row)),
        class_name="table leads",
    )


def row(lead: rx.Var[LeadRow]) -> rx.Component:
    """Show one lead; its name is the link and the whole row its target."""
    return rx.el.tr(
        rx.el.td(link(lead.name, to=lead.href, class_name="row-link"), class_name="lead-name clip"),
        rx.el.td(lead.phone, class_name="lead-phone soft"),
        rx.el.td(stage_badge(lead.stage, lead.stage_label), class_name="lead-stage"),
        rx.el.td(tags(lead.tags), class_name="lead-tags"),
        rx.el.td(lead.score, class_name="lead-score figure"),
        rx.el.td(moment(lead.activity), class_name="lead-activity figure"),
        key=lead.href,
    )


def skeleton() -> rx.Component:
    """Hold the place of the filters and of the rows."""
    return rx.el.div(skeleton_rows(1, tokens.CONTROL_HEIGHT), skeleton_rows(12), class_name="stack")

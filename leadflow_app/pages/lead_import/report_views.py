"""What was found in a file, how far its writing is, and what became of its rows."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.fields import cell
from leadflow_app.components.links import button_link, chips, download_link, link, text_link
from leadflow_app.components.replays import stop_button, warning
from leadflow_app.components.states import load_more
from leadflow_app.design import tokens
from leadflow_app.pages.lead_import.rows import ImportScreen, RowRow
from leadflow_app.pages.lead_import.state import ImportsState
from leadflow_app.pages.lead_import.views import head
from leadflow_app.rights import Option

ROW_COLUMNS = ("Row", "Who", "What is said of it")


def working(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Show how far the worker is; it goes on when the tab is closed."""
    row = screen.shown
    return rx.el.section(
        head(row, stop_button(ImportsState.stop)),
        rx.el.div(
            rx.cond(
                row.has_percent,
                rx.progress(value=row.percent, aria_label="Progress of the import"),
                rx.progress(aria_label="Progress of the import"),
            ),
            rx.el.div(
                rx.el.span(row.progress),
                rx.el.span(row.pace, class_name="soft"),
                class_name="spread",
            ),
            role="status",
            class_name="replay-bar",
        ),
        rx.el.p("You may close this page; the work goes on.", class_name="soft small no-margin"),
        class_name="panel",
        aria_label="Import",
    )


def checked(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Say what was found, ask what becomes of known people, and have the rest written."""
    return rx.el.form(
        head(screen.shown),
        rx.el.div(
            good(screen),
            rx.cond(screen.faulty != "", bad(screen)),
            class_name="import-found",
        ),
        rx.cond(screen.known.length() > 0, known(screen)),
        rx.el.div(
            rx.button("Write the leads", type="submit", disabled=~screen.can_write),
            rx.button(
                link("Name the columns anew", to=screen.map_href),
                as_child=True,
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
            rx.button(
                "Give this file up",
                type="button",
                on_click=ImportsState.stop,
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
            class_name="import-actions",
        ),
        on_submit=ImportsState.write,
        key=screen.shown.key,
        class_name="panel",
        aria_label="Import",
    )


def good(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Say how much can be written."""
    return rx.el.div(
        rx.icon("check", size=tokens.ICON, aria_hidden="true"),
        rx.el.span(screen.good, " can be written. Nothing is written yet."),
        class_name="notice is-good",
        role="status",
    )


def bad(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Say how much cannot be written, and hand the list over."""
    return rx.el.div(
        warning(),
        rx.el.span(
            screen.faulty,
            " cannot be written, for the reasons below. ",
            download(screen),
        ),
        class_name="notice",
    )


def download(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Hand over every reason as a file."""
    return download_link("Download every reason as CSV", screen.errors_href)


def known(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Ask what becomes of rows whose people are known."""
    return rx.el.fieldset(
        rx.el.legend("People who are known already"),
        rx.radio_group.root(rx.foreach(screen.known, choice), name="choice", default_value="skip"),
        class_name="fieldset",
    )


def choice(one: rx.Var[Option]) -> rx.Component:
    """Offer one answer, with what it means."""
    return rx.el.label(
        rx.radio_group.item(value=one.value),
        rx.el.span(
            rx.el.span(one.label),
            rx.el.span(one.hint, class_name="field-hint"),
            class_name="fact-lines",
        ),
        class_name="radio-line",
        key=one.value,
    )


def ended(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Say what became of the rows."""
    row = screen.shown
    return rx.el.section(
        head(row),
        rx.el.p(row.outcome, class_name="replay-outcome", role="status"),
        rx.cond(row.error != "", rx.el.div(warning(), row.error, class_name="notice is-bad")),
        rx.cond(screen.faulty != "", left_out(screen)),
        rx.el.div(
            button_link("Import another file", routes.LEADS_IMPORT, icon="upload"),
            text_link("Show the leads", routes.LEADS),
            class_name="import-actions",
        ),
        class_name="panel",
        aria_label="Import",
    )


def left_out(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Say how many rows were refused, and hand the list over."""
    return rx.el.div(
        warning(),
        rx.el.span(screen.faulty, " were refused. ", download(screen)),
        class_name="notice",
    )


def rows(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Show rows with what is said of them."""
    outcome = rx.cond(screen.step == "ended", rx.el.th("Outcome", scope="col"))
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in ROW_COLUMNS], outcome)),
        rx.el.tbody(rx.foreach(screen.rows, row)),
        class_name="table records is-cards import-rows",
    )
    return rx.el.section(
        chips("Rows", screen.kinds),
        rx.cond(
            screen.rows.length() > 0,
            rx.fragment(table, load_more(screen.has_more_rows, ImportsState.more_rows)),
            rx.el.p("No row of this kind.", class_name="soft no-margin"),
        ),
        class_name="panel",
        aria_label="Rows of the file",
    )


def row(one: rx.Var[RowRow]) -> rx.Component:
    """Show one row; what became of it is empty until it is written."""
    return rx.el.tr(
        rx.el.td(one.number, class_name="record-name is-nowrap at-1-start"),
        cell(
            "Who",
            rx.cond(one.href != "", text_link(one.who, one.href), rx.el.span(one.who)),
            class_name="at-2-start",
        ),
        rx.el.td(
            rx.el.div(rx.foreach(one.texts, rx.el.span), class_name="fact-lines"),
            class_name="at-3-start import-said",
        ),
        cell(
            "Outcome", one.outcome, class_name="soft is-nowrap at-1-end", is_empty=one.outcome == ""
        ),
        key=one.key,
    )

"""The pieces of the audit log."""

from typing import Any

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.fields import cell
from leadflow_app.components.links import link, text_link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.audit.rows import ANYBODY, ANYTHING, AuditScreen, EntryRow, Verdict
from leadflow_app.pages.audit.state import CHECKING, WRITING, AuditState
from leadflow_app.pages.audit.words import AREAS

TYPING_PAUSE_MS = 600
COLUMNS = ("When", "Who", "What", "To what", "From where")


def verify_button() -> rx.Component:
    """Have every entry checked: the one primary action here."""
    return rx.button(
        rx.icon("shield-check", size=tokens.ICON, aria_hidden="true"),
        "Verify the chain",
        on_click=[rx.toast.info("Checking every entry", id=CHECKING), AuditState.verify],
    )


def export_button() -> rx.Component:
    """Take what the filters leave away as a file."""
    return rx.button(
        rx.icon("download", size=tokens.ICON, aria_hidden="true"),
        "Export CSV",
        on_click=[rx.toast.info("Writing the file", id=WRITING), AuditState.export],
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )


def verdict(found: rx.Var[Verdict]) -> rx.Component:
    """Show what the last verification said."""
    return rx.el.div(
        rx.cond(
            found.text != "",
            rx.el.div(
                rx.cond(
                    found.is_intact,
                    rx.icon("shield-check", size=tokens.ICON, aria_hidden="true"),
                    rx.icon("shield-alert", size=tokens.ICON, aria_hidden="true"),
                ),
                rx.el.span(found.text, " Checked ", moment(found.at, ""), "."),
                class_name=rx.cond(found.is_intact, "notice is-good", "notice is-bad"),
            ),
        ),
        role="status",
        class_name="verdict",
    )


def filters(screen: rx.Var[AuditScreen]) -> rx.Component:
    """Choose whose entries, about what and of which days; the address keeps it."""
    return rx.el.div(
        select(
            "Who",
            "who",
            screen.who,
            rx.fragment(
                rx.select.item("Anybody", value=ANYBODY),
                rx.foreach(screen.people, lambda one: rx.select.item(one.label, value=one.value)),
            ),
        ),
        select(
            "What",
            "what",
            screen.what,
            rx.fragment(
                rx.select.item("Anything", value=ANYTHING),
                *[rx.select.item(label, value=area) for area, label in AREAS.items()],
            ),
        ),
        day("From", "from", screen.first),
        day("To", "to", screen.last),
        export_button(),
        class_name="toolbar audit-filters",
    )


def select(label: str, name: str, value: rx.Var[str], items: rx.Component) -> rx.Component:
    """Choose one value of a filter."""
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}"),
        rx.select.root(
            rx.select.trigger(id=f"filter-{name}", aria_label=label),
            rx.select.content(items, position="popper"),
            value=value,
            on_change=lambda chosen: AuditState.narrow(name, chosen),
        ),
        class_name="field",
    )


def day(label: str, name: str, value: rx.Var[str]) -> rx.Component:
    """Choose the first or the last day."""
    change: Any = AuditState.narrow
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}"),
        rx.input(
            id=f"filter-{name}",
            type="date",
            value=value,
            on_change=lambda chosen: change(name, chosen),
            debounce_timeout=TYPING_PAUSE_MS,
        ),
        class_name="field",
    )


def entries(screen: rx.Var[AuditScreen]) -> rx.Component:
    """Show a page of the log as a table; on a phone each entry becomes a card."""
    return rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in COLUMNS])),
        rx.el.tbody(rx.foreach(screen.rows, entry)),
        class_name="table records is-cards",
    )


def entry(row: rx.Var[EntryRow]) -> rx.Component:
    """Show one entry."""
    return rx.el.tr(
        cell("When", moment(row.at), class_name="is-nowrap at-1-end"),
        cell("Who", who(row), class_name="at-2-start"),
        rx.el.td(
            rx.el.div(
                rx.el.span(row.what),
                rx.cond(row.more != "", rx.el.span(row.more, class_name="soft small")),
                class_name="fact-lines",
            ),
            class_name="record-name at-1-start",
        ),
        cell("To what", subject(row), class_name="at-3-start", is_empty=row.subject == ""),
        cell(
            "From where",
            row.address,
            class_name="soft is-nowrap at-2-end",
            is_empty=row.address == "",
        ),
        key=row.key,
    )


def who(row: rx.Var[EntryRow]) -> rx.Component:
    """Name who did it; a click leaves only their entries."""
    return rx.cond(
        row.who_href != "",
        link(row.who, to=row.who_href, class_name="quiet-link"),
        rx.el.span(row.who),
    )


def subject(row: rx.Var[EntryRow]) -> rx.Component:
    """Name what it was done to, and lead there."""
    return rx.cond(
        row.subject_href != "",
        text_link(row.subject, row.subject_href),
        rx.el.span(row.subject),
    )


def pages(screen: rx.Var[AuditScreen]) -> rx.Component:
    """Go to older entries, and back to the newest."""
    return rx.el.nav(
        rx.cond(screen.newest_href != "", text_link("Newest entries", screen.newest_href)),
        rx.cond(screen.older_href != "", text_link("Older entries", screen.older_href)),
        class_name="pages",
        aria_label="Pages of the log",
    )


def nothing_found() -> rx.Component:
    """Say that the filters leave nothing."""
    return blank(
        "search-x",
        "No entry matches",
        "Choose somebody or something else, or more days.",
        rx.button(link("Show the whole log", to=routes.AUDIT), as_child=True, variant="soft"),
    )


def skeleton() -> rx.Component:
    """Hold the place of the filters and of the rows."""
    return rx.el.div(skeleton_rows(1, tokens.TOUCH_HEIGHT), skeleton_rows(12), class_name="stack")

"""The pieces of the import page: the file, its columns, and the imports before."""

import reflex as rx

from leadflow_app.components.fields import cell, state_badge
from leadflow_app.components.links import link
from leadflow_app.components.marks import moment
from leadflow_app.components.states import skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.lead_import.rows import (
    DETECT,
    ENCODINGS,
    FIELDS,
    SEPARATORS,
    ColumnRow,
    ImportRow,
    ImportScreen,
)
from leadflow_app.pages.lead_import.state import ImportsState
from leadflow_app.rights import Option

MOST_BYTES = 50 * 1024 * 1024
COLUMNS = ("File", "Outcome", "State", "Uploaded")
TOLD_ENCODINGS = {
    key: name for key, name in ENCODINGS.items() if key not in {"utf-8-sig", "utf-16"}
}


def upload(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Choose a channel and a file; it is uploaded at once, and nothing of it takes effect."""
    return rx.el.form(
        rx.el.p(
            "A CSV file or an Excel workbook with a row for each lead and a header. Nothing is "
            "written before you have named the columns, seen what is wrong and said so. At most "
            "50 MB and 1,000,000 rows.",
            class_name="soft no-margin reading",
        ),
        rx.el.div(
            choose("Into the channel", "channel", screen.channel, options(screen.channels)),
            choose("Encoding", "encoding", screen.encoding, fixed(TOLD_ENCODINGS)),
            choose("Columns are separated by", "apart", screen.separator, fixed(SEPARATORS)),
            class_name="toolbar import-form",
        ),
        rx.el.div(chooser(screen), class_name="import-actions"),
        under_way(screen),
        class_name="panel import-upload",
        aria_label="File",
    )


def chooser(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Offer to choose a file: the one primary action here."""
    return rx.button(
        rx.el.label(
            rx.icon("upload", size=tokens.ICON, aria_hidden="true"),
            "Choose a file",
            rx.el.input(
                type="file",
                class_name="visually-hidden",
                accept=".csv,.tsv,.txt,.xlsx",
                custom_attrs={"data-upload": screen.upload_to, "data-most": MOST_BYTES},
            ),
        ),
        as_child=True,
        class_name="attach",
    )


def under_way(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Show the upload while it runs, and what was wrong with the file."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(class_name="upload-name clip", dir="auto"),
            rx.el.progress(max=1, aria_label="Uploaded"),
            rx.icon_button(
                rx.icon("x", size=tokens.ICON, aria_hidden="true"),
                type="button",
                variant="ghost",
                color_scheme=tokens.GREY_SCHEME,
                aria_label="Cancel the upload",
                custom_attrs={"data-upload-cancel": True},
            ),
            class_name="upload-running",
            hidden=True,
        ),
        rx.el.p(class_name="upload-error notice is-bad", role="alert", hidden=True),
        rx.el.input(
            type="text",
            class_name="upload-told",
            hidden=True,
            aria_hidden="true",
            tab_index=-1,
            auto_complete="off",
            on_change=ImportsState.arrived,
        ),
        key=screen.upload_to,
        class_name="upload steps",
    )


def choose(label: str, name: str, value: rx.Var[str], items: rx.Component) -> rx.Component:
    """Choose one value; the address keeps it."""
    return rx.el.div(
        rx.el.label(label, html_for=f"import-{name}"),
        rx.select.root(
            rx.select.trigger(id=f"import-{name}", aria_label=label),
            rx.select.content(items, position="popper"),
            value=value,
            on_change=lambda chosen: ImportsState.narrow(name, chosen),
        ),
        class_name="field",
    )


def options(found: rx.Var[list[Option]]) -> rx.Component:
    """Offer what the workspace has."""
    return rx.foreach(found, lambda one: rx.select.item(one.label, value=one.value))


def fixed(known: dict[str, str]) -> rx.Component:
    """Offer a few fixed values, and to find it out."""
    return rx.fragment(
        rx.select.item("Find it out", value=DETECT),
        *[rx.select.item(label, value=value) for value, label in known.items()],
    )


def mapping(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Name the columns: suggestions from their headers, beside what stands in them."""
    table = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                *[rx.el.th(name, scope="col") for name in ("Column", "First values", "Is")],
            )
        ),
        rx.el.tbody(rx.foreach(screen.columns, column)),
        class_name="table records is-cards import-columns",
    )
    return rx.el.form(
        head(screen.shown),
        table,
        country(screen),
        rx.el.div(
            rx.button("Check the rows", type="submit"),
            rx.button(
                "Give this file up",
                type="button",
                on_click=ImportsState.stop,
                variant="soft",
                color_scheme=tokens.GREY_SCHEME,
            ),
            class_name="import-actions",
        ),
        on_submit=ImportsState.check,
        key=screen.shown.key,
        class_name="panel",
    )


def country(screen: rx.Var[ImportScreen]) -> rx.Component:
    """Ask for the country of numbers that name none."""
    return rx.el.div(
        rx.el.label("Country of numbers without +", html_for="import-region"),
        rx.input(
            id="import-region",
            name="region",
            default_value=screen.region,
            placeholder="Such as DE",
            max_length=2,
            aria_describedby="import-region-hint",
        ),
        rx.el.span(
            "Two letters; leave it empty when every number begins with + or 00.",
            id="import-region-hint",
            class_name="field-hint",
        ),
        class_name="field import-region",
    )


def column(row: rx.Var[ColumnRow]) -> rx.Component:
    """Show one column, and choose what it is."""
    return rx.el.tr(
        rx.el.td(row.header, class_name="record-name"),
        cell("First values", row.samples, class_name="soft import-samples"),
        rx.el.td(
            rx.select.root(
                rx.select.trigger(aria_label=f"What {row.header} is"),
                rx.select.content(
                    *[rx.select.item(label, value=value) for value, label in FIELDS.items()],
                    position="popper",
                ),
                name=row.name,
                default_value=row.field,
            ),
        ),
        key=row.name,
    )


def head(row: rx.Var[ImportRow], *actions: rx.Component) -> rx.Component:
    """Name the file, who brought it, and how it stands."""
    return rx.el.div(
        rx.el.div(
            rx.el.h2(row.name, class_name="import-name", dir="auto"),
            rx.el.span(row.by, " \N{MIDDLE DOT} ", moment(row.at, ""), class_name="soft small"),
            rx.el.span(row.format, class_name="soft small"),
            class_name="fact-lines",
        ),
        rx.el.div(state_badge(row.state, row.state_label), *actions, class_name="replay-do"),
        class_name="panel-head replay-head",
    )


def earlier(screen: rx.Var[ImportScreen], more: rx.Component) -> rx.Component:
    """Show the other imports."""
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in COLUMNS])),
        rx.el.tbody(rx.foreach(screen.earlier, import_line)),
        class_name="table records is-cards",
    )
    return rx.cond(
        screen.earlier.length() > 0,
        rx.el.section(rx.el.h2("Imports"), table, more, class_name="panel"),
    )


def import_line(row: rx.Var[ImportRow]) -> rx.Component:
    """Show one import; its name opens it."""
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                link(row.name, to=row.href, class_name="quiet-link"),
                rx.el.span(row.by, class_name="soft small"),
                class_name="fact-lines",
            ),
            class_name="record-name at-1-start",
        ),
        cell("Outcome", row.outcome, class_name="soft at-2-start"),
        cell("State", state_badge(row.state, row.state_label), class_name="is-nowrap at-1-end"),
        cell("Uploaded", moment(row.at), class_name="is-nowrap at-2-end"),
        key=row.key,
    )


def skeleton() -> rx.Component:
    """Hold the place of the choice and of the list."""
    return rx.el.div(skeleton_rows(2, tokens.TOUCH_HEIGHT), skeleton_rows(6), class_name="stack")

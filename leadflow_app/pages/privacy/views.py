"""The pieces of the privacy page."""

import reflex as rx

from leadflow_app.components.dialogs import cancel_button, form_dialog
from leadflow_app.components.fields import cell, text_field
from leadflow_app.components.forms import search_box
from leadflow_app.components.marks import moment
from leadflow_app.components.settings import settings_section
from leadflow_app.components.states import load_more, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.privacy.rows import LOST, LineRow, PersonRow, PrivacyScreen, ReceiptRow
from leadflow_app.pages.privacy.state import PrivacyState

RAW = (
    "What providers sent, byte by byte. It helps to find out what went wrong, and nothing that "
    "you see needs it. From 7 to 3,650 days."
)
WORDS = (
    "What was said, on both sides. Leave it empty to keep words for ever; from 7 to 3,650 days. "
    "A message without its words still counts."
)
LINES = ("What", "What was done", "Why")
ERASING = "This cannot be undone: nobody, LeadFlow included, can bring it back. What goes:"
STAYING = (
    "Bare rows stay without a name or a word, so that every count and every figure by day stays "
    "right. A backup keeps what it holds until it is replaced."
)


def retention(screen: rx.Var[PrivacyScreen]) -> rx.Component:
    """Say for how long things are kept, and change it."""
    return settings_section(
        "How long data is kept",
        "What is older goes by itself, once a day. A day here is 24 hours.",
        rx.el.form(
            days_field("Raw deliveries, in days", "raw_days", screen.raw_days, hint=RAW),
            days_field("Words of messages, in days", "text_days", screen.text_days, hint=WORDS),
            rx.button("Save", type="submit"),
            on_submit=PrivacyState.propose,
            class_name="settings-form",
        ),
    )


def days_field(label: str, name: str, value: rx.Var[str], *, hint: str) -> rx.Component:
    """Ask for a number of days."""
    return text_field(
        label,
        name,
        PrivacyState.fault,
        key=f"{name} {value}",
        default_value=value,
        input_mode="numeric",
        max_length=5,
        hint=hint,
        auto_complete="off",
        class_name="short-field",
    )


def people(screen: rx.Var[PrivacyScreen]) -> rx.Component:
    """Find one person, hand over what is held about them, or erase it."""
    return settings_section(
        "One person's data",
        "When somebody asks what you hold about them, find them, export it as a file and send it. "
        "When they ask to be forgotten, erase them.",
        search_box(
            "Find a person",
            PrivacyState.term,
            PrivacyState.look_for,
            placeholder="Name or phone number",
        ),
        rx.cond(screen.term != "", found(screen)),
    )


def found(screen: rx.Var[PrivacyScreen]) -> rx.Component:
    """Show whom the search found."""
    return rx.fragment(
        rx.cond(
            screen.people.length() > 0,
            rx.el.ul(
                rx.foreach(screen.people, lambda row: person(row, screen)),
                class_name="people is-full",
            ),
            rx.el.p("Nobody here has this name or number.", class_name="soft", role="status"),
        ),
        rx.cond(
            screen.has_more_people,
            rx.el.p("There are more; type more of the name or number.", class_name="soft small"),
        ),
    )


def person(row: rx.Var[PersonRow], screen: rx.Var[PrivacyScreen]) -> rx.Component:
    """Show one person, and what can be done for them."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="strong"),
            rx.el.span(
                rx.el.span(row.phone),
                rx.el.span("last seen ", moment(row.seen, "")),
                class_name="facts-line soft small",
            ),
            class_name="fact-lines",
        ),
        rx.el.div(
            rx.cond(
                screen.may_export,
                rx.button(
                    "Export",
                    on_click=PrivacyState.export(row.key),
                    variant="soft",
                    color_scheme=tokens.GREY_SCHEME,
                    aria_label=f"Export the data of {row.name}",
                ),
            ),
            rx.cond(
                screen.may_erase,
                rx.button(
                    "Erase",
                    on_click=PrivacyState.ask_erase(row.key),
                    variant="soft",
                    color_scheme=tokens.LOSS_SCHEME,
                    aria_label=f"Erase {row.name}",
                ),
            ),
            class_name="facts-line",
        ),
        key=row.key,
    )


def erase_dialog() -> rx.Component:
    """Name what will be lost, and have it confirmed by typing."""
    person = PrivacyState.erasing
    form = rx.el.form(
        rx.el.ul(*[rx.el.li(line) for line in LOST], class_name="losses"),
        rx.el.p(STAYING, class_name="soft"),
        text_field(
            f"To confirm, type: {person.phrase}",
            "phrase",
            PrivacyState.fault,
            auto_complete="off",
            auto_focus=True,
            spell_check=False,
        ),
        rx.el.div(
            rx.dialog.close(cancel_button()),
            rx.button("Erase for good", type="submit", class_name="is-loss"),
            class_name="dialog-actions",
        ),
        on_submit=PrivacyState.erase,
        class_name="dialog-body",
    )
    return form_dialog(
        f"Erase {person.name}?",
        ERASING,
        form,
        is_open=person.key != "",
        on_open_change=lambda _is_open: PrivacyState.leave_erasing,
    )


def erasures(screen: rx.Var[PrivacyScreen]) -> rx.Component:
    """Show the receipts."""
    return settings_section(
        "Erasures",
        "Each erasure leaves a receipt that says what was done and names nobody.",
        rx.cond(
            screen.receipts.length() > 0,
            rx.el.ul(rx.foreach(screen.receipts, receipt), class_name="events is-full"),
            rx.el.p("Nobody was erased so far.", class_name="soft"),
        ),
        load_more(screen.has_more, PrivacyState.more),
    )


def receipt(row: rx.Var[ReceiptRow]) -> rx.Component:
    """Show one receipt; its lines open."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(f"Receipt {row.number}", class_name="strong"),
            rx.el.span(
                moment(row.at, ""),
                rx.el.span(f"by {row.by}"),
                rx.el.span(row.summary),
                class_name="event-facts soft small",
            ),
            rx.el.details(rx.el.summary("What was done"), lines(row)),
            class_name="event-text receipt",
        ),
        key=row.key,
    )


def lines(row: rx.Var[ReceiptRow]) -> rx.Component:
    """Show what was done to each table."""
    return rx.el.table(
        rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col") for name in LINES])),
        rx.el.tbody(rx.foreach(row.lines, line)),
        class_name="table records is-cards",
    )


def line(row: rx.Var[LineRow]) -> rx.Component:
    """Show what was done to one table."""
    return rx.el.tr(
        rx.el.td(row.table, class_name="record-name at-1-start"),
        cell("What was done", row.done, class_name="is-nowrap at-1-end"),
        cell("Why", row.note, class_name="soft at-2-start", is_empty=row.note == ""),
        key=row.table,
    )


def receipt_dialog() -> rx.Component:
    """Show the receipt of the erasure that was just done."""
    shown = PrivacyState.receipt
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Erased"),
            rx.el.div(
                rx.dialog.description(
                    f"Receipt {shown.number}: {shown.summary}. It stays in the list of erasures."
                ),
                rx.el.div(lines(shown), class_name="receipt-lines", tab_index=0),
                rx.el.div(rx.dialog.close(rx.button("Done")), class_name="dialog-actions"),
                class_name="dialog-body",
            ),
            class_name="dialog is-wide",
        ),
        open=shown.key != "",
        on_open_change=lambda _is_open: PrivacyState.leave_receipt,
    )


def skeleton() -> rx.Component:
    """Hold the place of the sections."""
    return skeleton_rows(6, tokens.TOUCH_HEIGHT)

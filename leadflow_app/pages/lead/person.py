"""The panel about who the customer is."""

from typing import Any

import reflex as rx

from backend.auth import Permission
from leadflow_app.components.dialogs import confirmation
from leadflow_app.components.marks import moment
from leadflow_app.design import tokens
from leadflow_app.pages.lead.person_rows import (
    DuplicateRow,
    IdentifierRow,
    MergeRow,
    PersonScreen,
)
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.shell import may

MIDDLE_DOT = " \N{MIDDLE DOT} "


def panel(person: rx.Var[PersonScreen]) -> rx.Component:
    """Show by what the customer is known, who may be the same, and what was merged."""
    return rx.el.section(
        rx.el.h2("Person"),
        rx.el.ul(rx.foreach(person.identifiers, identifier), class_name="touches"),
        rx.cond(
            person.duplicates.length() > 0,
            rx.fragment(
                rx.el.h3("Possible duplicates"),
                rx.el.ul(rx.foreach(person.duplicates, duplicate), class_name="touches"),
            ),
        ),
        rx.cond(
            person.merges.length() > 0,
            rx.fragment(
                rx.el.h3("Merges"),
                rx.el.ul(rx.foreach(person.merges, merge), class_name="touches"),
            ),
        ),
        confirmation(LeadState.asked, on_yes=LeadState.do_it, on_no=LeadState.take_back),
        class_name="panel",
    )


def identifier(row: rx.Var[IdentifierRow]) -> rx.Component:
    """Show one identifier, and when it was last seen."""
    return rx.el.li(
        rx.el.span(row.value, class_name="clip", title=row.value),
        rx.el.span(row.kind, MIDDLE_DOT, "seen ", moment(row.seen, ""), class_name="soft small"),
        key=row.key,
    )


def duplicate(row: rx.Var[DuplicateRow]) -> rx.Component:
    """Show somebody who may be the same, and offer to merge."""
    return rx.el.li(
        rx.el.span(row.name),
        rx.el.span(row.phone, MIDDLE_DOT, "seen ", moment(row.seen, ""), class_name="soft small"),
        rx.cond(
            may(Permission.CONTACTS_WRITE),
            deed("Merge", LeadState.ask_merge(row.key), f"Merge {row.name} into this contact"),
        ),
        key=row.key,
    )


def merge(row: rx.Var[MergeRow]) -> rx.Component:
    """Show one merge, and offer to undo it where that is possible."""
    return rx.el.li(
        rx.el.span(row.title),
        rx.el.span(row.detail, MIDDLE_DOT, moment(row.at), class_name="soft small"),
        rx.cond(row.undone != "", rx.el.span(row.undone, class_name="soft small")),
        rx.cond(
            may(Permission.CONTACTS_WRITE) & row.can_be_undone,
            deed("Undo", LeadState.ask_unmerge(row.key), f"Undo: {row.title}"),
        ),
        key=row.key,
    )


def deed(label: str, on_click: Any, name: rx.Var[str]) -> rx.Component:  # noqa: ANN401
    """Offer something small."""
    return rx.button(
        label,
        type="button",
        size="1",
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
        on_click=on_click,
        aria_label=name,
    )

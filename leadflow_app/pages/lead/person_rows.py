"""Who a customer is, ready to draw: identifiers, possible duplicates, merges."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.contacts import ContactView, IdentifierView, MergeReason, MergeView
from backend.kit.ids import ContactId
from leadflow_app import display
from leadflow_app.dialogs import Asked
from leadflow_app.display import Clock, Moment
from leadflow_app.pages.lead.consent_rows import ConsentScreen

KINDS: Final = {"phone": "Phone", "bsuid": "WhatsApp user id", "username": "Username"}
REASONS: Final = {
    MergeReason.EVIDENCE: "the number and the user id came in one message",
    MergeReason.CHANGED: "the provider told of a new number or user id",
    MergeReason.MANUAL: "merged by hand",
}


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """One way in which the customer is known."""

    key: str
    kind: str
    value: str
    seen: Moment


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """Somebody who may be the same person."""

    key: str
    name: str
    phone: str
    seen: Moment


@dataclass(frozen=True, slots=True)
class MergeRow:
    """Somebody who became part of this customer, or did for a while."""

    key: str
    title: str
    detail: str
    at: Moment
    undone: str
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class PersonScreen:
    """The panel about who the customer is."""

    key: str = ""
    identifiers: list[IdentifierRow] = field(default_factory=list)
    duplicates: list[DuplicateRow] = field(default_factory=list)
    merges: list[MergeRow] = field(default_factory=list)
    consent: ConsentScreen = field(default_factory=ConsentScreen)


def identifier_row(known: IdentifierView, clock: Clock) -> IdentifierRow:
    """Put one identifier into words."""
    is_phone = known.kind == "phone"
    return IdentifierRow(
        key=f"{known.kind} {known.value}",
        kind=KINDS.get(known.kind, known.kind),
        value=display.phone(known.value, None) if is_phone else known.value,
        seen=clock.moment(known.seen_at),
    )


def duplicate_row(contact: ContactView, clock: Clock) -> DuplicateRow:
    """Put somebody who may be the same person into words."""
    return DuplicateRow(
        key=str(contact.id),
        name=display.person(contact.display_name, contact.phone, contact.username),
        phone=display.phone(contact.phone, contact.username),
        seen=clock.moment(contact.last_seen_at),
    )


def merge_row(merge: MergeView, contact_id: ContactId, clock: Clock) -> MergeRow:
    """Put a merge into words, as the customer sees it who stayed or the one who came back."""
    name = merge.absorbed_name or "somebody without a name"
    is_survivor = merge.survivor_id == contact_id
    return MergeRow(
        key=str(merge.id),
        title=f"{name} became part of this contact" if is_survivor else "Part of another contact",
        detail=f"{merge.merged_by}: {REASONS[merge.reason]}",
        at=clock.moment(merge.merged_at),
        undone=f"Undone by {merge.undone_by}" if merge.undone_by else "",
        can_be_undone=merge.can_be_undone,
    )


def person_screen(
    contact_id: ContactId,
    identifiers: Sequence[IdentifierRow],
    duplicates: Sequence[DuplicateRow],
    merges: Sequence[MergeRow],
) -> PersonScreen:
    """Put the panel together."""
    return PersonScreen(
        key=str(contact_id),
        identifiers=list(identifiers),
        duplicates=list(duplicates),
        merges=list(merges),
    )


def merge_question(row: DuplicateRow) -> Asked:
    """Ask before two contacts become one."""
    return Asked(
        title=f"Merge {row.name} into this contact?",
        text="Both become one contact. This can be undone.",
        losses=[
            "Their conversations and leads on the same number become one",
            "Points that both earned by the same rule count once",
            "New messages of either arrive here",
        ],
        answer="Merge",
        is_loss=False,
    )


def unmerge_question() -> Asked:
    """Ask before one contact becomes two again."""
    return Asked(
        title="Undo this merge?",
        text="Both contacts come back with their own conversations, leads and points.",
        losses=[
            "Messages since the merge go to whoever sent them",
            "What joined the two before joins them no more",
        ],
        answer="Undo the merge",
        is_loss=False,
    )

"""What the privacy page shows, ready to draw, and what it asks before something is lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from backend.contacts import ContactView
from backend.kit.erasure import Erased
from backend.kit.errors import Invalid
from backend.privacy import ContactExport, ErasureReceipt, Retention, RetentionEffect
from leadflow_app import display
from leadflow_app.dialogs import Asked
from leadflow_app.display import NEVER, Clock, Moment

ID_ENDS: Final = 8
LOST: Final = (
    "Their name, phone number, username and every other identifier",
    "The words, pictures and files of all messages with them, and what was answered",
    "The tags of their leads, and which click brought them",
    "What raw deliveries of the providers say about them",
)
TABLES: Final = {
    "contact": "Contact",
    "contact_identifier": "Identifiers",
    "conversation": "Conversations",
    "lead": "Leads",
    "lead_event": "Timeline of leads",
    "message": "Messages",
    "message_annotation": "Edits and reactions",
    "message_status": "Delivery statuses",
    "rule_run": "Runs of rules",
    "score_entry": "Points of leads",
    "touch": "Where leads came from",
    "webhook_event": "Raw deliveries",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody whose data can be taken along or erased; `phrase` is what confirms it."""

    key: str = ""
    name: str = ""
    phone: str = ""
    seen: Moment = NEVER
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """What was done to one table."""

    table: str
    done: str
    note: str


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One erasure: when, by whom, and what was done; it names nobody who was erased."""

    key: str = ""
    number: str = ""
    at: Moment = NEVER
    by: str = ""
    summary: str = ""
    lines: list[LineRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PrivacyScreen:
    """The whole page; what the actor may not see is not there."""

    may_retain: bool = False
    may_export: bool = False
    may_erase: bool = False
    raw_days: str = ""
    text_days: str = ""
    term: str = ""
    people: list[PersonRow] = field(default_factory=list)
    has_more_people: bool = False
    receipts: list[ReceiptRow] = field(default_factory=list)
    has_more: bool = False


def person_row(contact: ContactView, clock: Clock) -> PersonRow:
    """Put somebody into words."""
    name = display.person(contact.display_name, contact.phone, contact.username)
    return PersonRow(
        key=str(contact.id),
        name=name,
        phone=display.phone(contact.phone, contact.username),
        seen=clock.moment(contact.last_seen_at),
        phrase=name,
    )


def is_confirmed(typed: str, person: PersonRow) -> bool:
    """Whether somebody typed what was asked for, whatever its case and spaces."""
    return bool(person.key) and _plain(typed) == _plain(person.phrase)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def receipt_row(receipt: ErasureReceipt, clock: Clock) -> ReceiptRow:
    """Put a receipt into words."""
    deleted = sum(line.deleted for line in receipt.tables)
    blanked = sum(line.blanked for line in receipt.tables)
    return ReceiptRow(
        key=str(receipt.id),
        number=receipt.id.hex[-ID_ENDS:].upper(),
        at=clock.moment(receipt.erased_at),
        by=receipt.erased_by,
        summary=f"{display.plural(deleted, 'row')} deleted, {display.count(blanked)} emptied",
        lines=[_line(line) for line in receipt.tables],
    )


def _line(line: Erased) -> LineRow:
    counts = {"deleted": line.deleted, "emptied": line.blanked, "kept": line.kept}
    done = [f"{display.count(count)} {verb}" for verb, count in counts.items() if count]
    return LineRow(
        table=TABLES.get(line.table, display.sentence(line.table)),
        done=", ".join(done) or "Nothing held",
        note=display.sentence(line.note) if done else "",
    )


def read_retention(form: Mapping[str, Any]) -> Retention:
    """Read for how long things are kept; an empty field for words is for ever. Raises `Invalid`."""
    words = str(form.get("text_days", "")).strip()
    raw_days = _days(str(form.get("raw_days", "")), "raw_days")
    text_days = _days(words, "text_days") if words else None
    if text_days is not None and raw_days > text_days:
        message = "raw deliveries hold the same words, so they cannot outlive them"
        raise Invalid(message, field="raw_days", expected=f"{text_days} days or fewer")
    return Retention(raw_days=raw_days, text_days=text_days)


def _days(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = "this is not a number of days"
        raise Invalid(message, field=name, expected="a whole number such as 90") from None


def loses(effect: RetentionEffect) -> bool:
    """Whether anything would go."""
    return bool(effect.bodies or effect.texts or effect.files)


def asked_about(effect: RetentionEffect, clock: Clock) -> Asked:
    """Ask before what is kept no longer goes: how much it is, and since when it was kept."""
    losses: list[str] = []
    if effect.bodies:
        since = clock.moment(effect.oldest_body_at).text
        losses.append(f"{display.plural(effect.bodies, 'raw delivery')}, the oldest of {since}")
    if effect.texts:
        since = clock.moment(effect.oldest_text_at).text
        words = display.plural(effect.texts, "message")
        losses.append(f"The words of {words}, the oldest of {since}")
    if effect.files:
        losses.append(display.plural(effect.files, "file"))
    return Asked(
        title="Let go of what is older?",
        text="Within a day LeadFlow empties what is kept no longer. Counts, statuses and leads "
        "stay. You cannot undo this. It concerns now:",
        losses=[line.replace("deliverys", "deliveries") for line in losses],
        answer="Save and let go",
    )


def file_of(export: ContactExport) -> tuple[str, str]:
    """Return the name and the text of the file that a person can be given."""
    told = {
        "contact_id": str(export.contact_id),
        "exported_at": export.exported_at.isoformat(),
        "tables": export.tables,
    }
    text = json.dumps(told, indent=2, ensure_ascii=False, default=str)
    return f"contact-{export.contact_id.hex[-ID_ENDS:]}.json", text

"""The consent ledger: what was said is written down once, what holds is folded from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, ActorKind, AuditAction, Permission, record_audit
from backend.contacts.consent_policy import (
    SAID_LENGTH,
    ConsentChange,
    ConsentWords,
    How,
    Purpose,
    Said,
    faults,
    meaning_of,
    outdoes,
    state_after,
)
from backend.contacts.consent_repository import ConsentRepository, said_in
from backend.contacts.consent_schemas import (
    ConsentEventView,
    ConsentInput,
    ConsentView,
    ConsentWordsView,
    Heard,
    Turn,
)
from backend.contacts.erasing import known_as
from backend.contacts.errors import BadConsent, BadConsentWords, PersonGone
from backend.contacts.service import SYSTEM_NAME, get_contact
from backend.kit.ids import ChannelId, ContactId, MessageId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

EARLIEST: Final = datetime(2009, 1, 1, tzinfo=UTC)  # nobody wrote on WhatsApp before
LEEWAY: Final = timedelta(minutes=5)  # by which somebody else's clock may be ahead


def note_words(uow: UnitOfWork, workspace_id: UUID, heard: Sequence[Heard]) -> tuple[Turn, ...]:
    """Write down which messages are an opt-out or opt-in; return those that changed what holds.

    A message that was written down before counts no more, so a repeated one changes nothing.
    """
    repository = ConsentRepository(uow, workspace_id)
    said = [one for one in heard if one.text]
    words = _words_of(repository.words()) if said else ConsentWords()
    meant = [(one, change) for one in said if (change := meaning_of(one.text, words))]
    if not meant:
        return ()
    known = repository.known([one.message_id for one, _ in meant], Purpose.MARKETING)
    fresh = {one.message_id: (one, change) for one, change in meant if one.message_id not in known}
    turns = _turns(repository, list(fresh.values()), words)
    repository.add([_heard_row(uow, workspace_id, one, change) for one, change in fresh.values()])
    if fresh:
        uow.announce("contacts", *{one.contact_id for one, _ in fresh.values()})
    return turns


def is_opted_out(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> bool:
    """Whether a contact wants no marketing."""
    rows = ConsentRepository(uow, workspace_id).current([contact_id], Purpose.MARKETING)
    return contact_id in rows and rows[contact_id]["change"] == ConsentChange.OPT_OUT


def consent_of(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> ConsentView:
    """Return what a contact agreed to; raises `ContactNotFound`."""
    get_contact(uow, actor, contact_id)
    repository = ConsentRepository(uow, actor.workspace_id)
    row = repository.current([contact_id], Purpose.MARKETING).get(contact_id)
    event = _view(row) if row else None
    state = state_after(event.change if event else None)
    return ConsentView(purpose=Purpose.MARKETING, state=state, decided_by=event)


def list_consent(
    uow: UnitOfWork, actor: Actor, contact_id: UUID, page: PageRequest
) -> Page[ConsentEventView]:
    """Return what a contact said about consent, the last first; raises `ContactNotFound`."""
    get_contact(uow, actor, contact_id)
    repository = ConsentRepository(uow, actor.workspace_id)
    rows = repository.page(contact_id, page, purpose=Purpose.MARKETING)
    return paged(
        rows, page, view=_view, key=lambda row: (row["occurred_at"].isoformat(), str(row["id"]))
    )


def record_consent(
    uow: UnitOfWork, actor: Actor, contact_id: UUID, given: ConsentInput
) -> ConsentView:
    """Write down what somebody said, with what shows it, and return what holds then.

    Raises `ContactNotFound`, `PersonGone`, `BadConsent`.
    """
    actor.require(Permission.CONTACTS_WRITE)
    if known_as(uow, actor.workspace_id, contact_id).erased_at:
        message = "this contact was erased, so nothing more is written down about them"
        raise PersonGone(message, field="contact_id", expected="a contact that is still known")
    row = _given_row(uow, actor, contact_id, given)
    ConsentRepository(uow, actor.workspace_id).add([row])
    uow.announce("contacts", contact_id)
    details = {name: str(row[name]) for name in ("change", "purpose", "how", "occurred_at")}
    subject = f"contact:{contact_id}"
    record_audit(uow, actor, AuditAction.CONSENT_RECORDED, subject=subject, details=details)
    return consent_of(uow, actor, contact_id)


def get_consent_words(uow: UnitOfWork, actor: Actor) -> ConsentWordsView:
    """Return the words that change consent in this workspace, and what is answered to them."""
    actor.require(Permission.CONTACTS_READ)
    row = ConsentRepository(uow, actor.workspace_id).words()
    return ConsentWordsView(
        words=_words_of(row),
        changed_by=row["changed_by"] if row else None,
        updated_at=row["updated_at"] if row else None,
    )


def set_consent_words(uow: UnitOfWork, actor: Actor, given: ConsentWords) -> ConsentWordsView:
    """Let these words change consent from now on; raises `BadConsentWords`."""
    actor.require(Permission.WORKSPACE_WRITE)
    wanted = replace(
        given,
        stop_words=_tidy(given.stop_words),
        start_words=_tidy(given.start_words),
        stopped_text=clean(given.stopped_text).strip(),
        started_text=clean(given.started_text).strip(),
    )
    for fault in faults(wanted):
        raise BadConsentWords(fault.message, field=fault.field, expected=fault.expected)
    repository = ConsentRepository(uow, actor.workspace_id)
    before = _words_of(repository.words(lock=True))
    if before == wanted:
        return get_consent_words(uow, actor)
    repository.save_words(wanted, by=actor.name)
    uow.announce("contacts")
    old, new = asdict(before), asdict(wanted)
    details = {name: f"{old[name]} -> {new[name]}" for name in new if old[name] != new[name]}
    record_audit(uow, actor, AuditAction.CONSENT_WORDS_CHANGED, subject="consent", details=details)
    return get_consent_words(uow, actor)


def _turns(
    repository: ConsentRepository,
    fresh: Sequence[tuple[Heard, ConsentChange]],
    words: ConsentWords,
) -> tuple[Turn, ...]:
    """Return, as they were said, the messages that change what holds of their contact."""
    contact_ids = {one.contact_id for one, _ in fresh}
    rows = repository.current(contact_ids, Purpose.MARKETING)
    holds: dict[UUID, Said | None] = {key: said_in(row) for key, row in rows.items()}
    turns: list[Turn] = []
    for one, change in sorted(fresh, key=lambda pair: pair[0].sent_at):
        said = (one.sent_at, change)
        if outdoes(said, holds.get(one.contact_id)):
            holds[one.contact_id] = said
            turns.append(
                Turn(
                    message_id=one.message_id,
                    contact_id=one.contact_id,
                    change=change,
                    answer=words.text_for(change),
                )
            )
    return tuple(turns)


def _heard_row(
    uow: UnitOfWork, workspace_id: UUID, one: Heard, change: ConsentChange
) -> Mapping[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "contact_id": one.contact_id,
        "channel_id": one.channel_id,
        "purpose": Purpose.MARKETING,
        "change": change,
        "how": How.KEYWORD,
        "message_id": one.message_id,
        "words": one.text,
        "note": None,
        "actor_name": SYSTEM_NAME,
        "occurred_at": one.sent_at,
        "recorded_at": uow.now,
    }


def _given_row(
    uow: UnitOfWork, actor: Actor, contact_id: UUID, given: ConsentInput
) -> Mapping[str, Any]:
    """Return the line of what somebody says; raises `BadConsent`."""
    own = How.PERSON if actor.kind is ActorKind.USER else How.REST
    if given.how is How.KEYWORD:
        message = "only a message that a customer wrote is a keyword"
        raise BadConsent(message, field="how", expected="form, rest, person or provider")
    words, note = _said(given.words, "words"), _said(given.note, "note")
    if not words and not note:
        message = "nothing shows that this was said"
        expected = "a note on how they said so, or words, as they wrote them"
        raise BadConsent(message, field="note", expected=expected)
    return {
        "id": new_id(),
        "workspace_id": actor.workspace_id,
        "contact_id": contact_id,
        "channel_id": None,
        "purpose": given.purpose,
        "change": given.change,
        "how": given.how or own,
        "message_id": None,
        "words": words,
        "note": note,
        "actor_name": actor.name,
        "occurred_at": _moment(uow, given.occurred_at),
        "recorded_at": uow.now,
    }


def _moment(uow: UnitOfWork, given: datetime | None) -> datetime:
    moment = uow.now if given is None else given
    if not EARLIEST <= moment <= uow.now + LEEWAY:
        message = "this moment cannot be when it was said"
        expected = "a moment of the past, since 2009"
        raise BadConsent(message, field="occurred_at", expected=expected)
    return min(moment, uow.now)


def _said(text: str, name: str) -> str | None:
    said = clean(text).strip()
    if len(said) > SAID_LENGTH:
        message = f"the {name} is too long" if name == "note" else "the words are too long"
        raise BadConsent(message, field=name, expected=f"at most {SAID_LENGTH} characters")
    return said or None


def _tidy(words: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(word).strip() for word in words))


def _words_of(row: RowMapping | None) -> ConsentWords:
    if row is None:
        return ConsentWords()
    return ConsentWords(
        stop_words=tuple(row["stop_words"]),
        start_words=tuple(row["start_words"]),
        confirms=row["confirms"],
        stopped_text=row["stopped_text"],
        started_text=row["started_text"],
    )


def _view(row: RowMapping) -> ConsentEventView:
    return ConsentEventView(
        id=row["id"],
        contact_id=ContactId(row["contact_id"]),
        channel_id=ChannelId(row["channel_id"]) if row["channel_id"] else None,
        purpose=Purpose(row["purpose"]),
        change=ConsentChange(row["change"]),
        how=How(row["how"]),
        message_id=MessageId(row["message_id"]) if row["message_id"] else None,
        words=row["words"],
        note=row["note"],
        actor_name=row["actor_name"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
    )

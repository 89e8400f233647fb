"""Working as a team over HTTP: who has a conversation, notes, snoozing, drafts, quick replies."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.inbox import assigning, bulk, drafting, entries, quick_replies
from backend.inbox.api import ConversationAnswer
from backend.inbox.bulk import MOST_AT_ONCE
from backend.inbox.errors import BadMoment
from backend.inbox.policy import MAX_TEXT_LENGTH
from backend.inbox.schemas import ConversationView
from backend.inbox.team_policy import MOST_NOTE, MOST_QUICK_REPLY, VARIABLES, Snooze
from backend.inbox.team_schemas import (
    BulkInput,
    BulkKind,
    BulkView,
    Colleague,
    DraftView,
    EntryKind,
    EntryView,
    PresenceView,
    QuickReplyInput,
    QuickReplyView,
)
from backend.platform.api import Answer, Instant, Question
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
quick_router = APIRouter(prefix="/v1/quick-replies", tags=["quick replies"])


class AssignBody(Question):
    """Who is to have it; null is nobody."""

    user_id: UUID | None


class NoteBody(Question):
    """What only colleagues see; `@handle` mentions one of them."""

    text: str = Field(max_length=MOST_NOTE)


class SnoozeBody(Question):
    """Until when it sleeps: a moment, or one in words."""

    until: Instant | None = None
    preset: Snooze | None = None


class DraftBody(Question):
    """What was begun to write; `send_key` is the one that the draft was read with."""

    text: str = Field(max_length=MAX_TEXT_LENGTH)
    send_key: UUID


class PresentBody(Question):
    """Whether the person writes at this moment."""

    is_writing: bool = False


class BulkBody(Question):
    """What to do to which conversations."""

    ids: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    kind: BulkKind
    assignee_id: UUID | None = None
    until: Instant | None = None


class QuickReplyBody(Question):
    """A text and the word that calls it."""

    shortcut: str = Field(max_length=40)
    text: Annotated[
        str, Field(max_length=MOST_QUICK_REPLY, description=f"Placeholders: {', '.join(VARIABLES)}")
    ]


class EntryAnswer(Answer):
    """A note, or what was done to a conversation."""

    id: UUID
    conversation_id: UUID
    kind: EntryKind
    author_id: UUID | None
    author_name: str | None
    text: str
    details: dict[str, Any]
    created_at: Instant


class ColleagueAnswer(Answer):
    """Somebody who can answer customers here."""

    id: UUID
    name: str
    handle: str


class PresenceAnswer(Answer):
    """A colleague who is in a conversation."""

    user_id: UUID
    name: str
    is_writing: bool


class DraftAnswer(Answer):
    """What somebody has begun to write."""

    text: str
    send_key: UUID
    began_at: Instant | None


class BulkAnswer(Answer):
    """What was done, and until when it can be taken back."""

    id: UUID
    kind: BulkKind
    changed: int
    undo_until: Instant


class UndoneAnswer(Answer):
    """How many went back."""

    restored: int


class QuickReplyAnswer(Answer):
    """A text that everybody in the workspace can use."""

    id: UUID
    shortcut: str
    text: str
    updated_at: Instant


@router.post("/{conversation_id}/assign", response_model=ConversationAnswer)
def assign(actor: CurrentActor, conversation_id: UUID, given: AssignBody) -> ConversationView:
    """Give a conversation to somebody, or to nobody."""
    with unit_of_work(actor) as uow:
        return assigning.assign(uow, actor, conversation_id, user_id=given.user_id)


@router.get("/{conversation_id}/colleagues", response_model=list[ColleagueAnswer])
def list_colleagues(actor: CurrentActor, conversation_id: UUID) -> tuple[Colleague, ...]:
    """List who can have this conversation, each with the handle that mentions them."""
    with unit_of_work(actor) as uow:
        entries.list_entries(uow, actor, conversation_id)
        return entries.list_colleagues(uow, actor)


@router.get("/{conversation_id}/notes", response_model=list[EntryAnswer])
def list_notes(actor: CurrentActor, conversation_id: UUID) -> tuple[EntryView, ...]:
    """List the latest notes and deeds of a conversation, newest first, at most 200."""
    with unit_of_work(actor) as uow:
        return entries.list_entries(uow, actor, conversation_id)


@router.post(
    "/{conversation_id}/notes", response_model=EntryAnswer, status_code=status.HTTP_201_CREATED
)
def add_note(actor: CurrentActor, conversation_id: UUID, given: NoteBody) -> EntryView:
    """Write a note for colleagues; the customer never sees it."""
    with unit_of_work(actor) as uow:
        return entries.add_note(uow, actor, conversation_id, text=given.text)


@router.post("/{conversation_id}/snooze", response_model=ConversationAnswer)
def snooze(actor: CurrentActor, conversation_id: UUID, given: SnoozeBody) -> ConversationView:
    """Let a conversation sleep until a moment, or until the customer writes."""
    until = given.preset or given.until
    if until is None or (given.preset and given.until):
        message = "a snooze ends at one moment"
        raise BadMoment(message, field="until", expected="until or preset")
    with unit_of_work(actor) as uow:
        return assigning.snooze(uow, actor, conversation_id, until=until)


@router.delete("/{conversation_id}/snooze", response_model=ConversationAnswer)
def wake(actor: CurrentActor, conversation_id: UUID) -> ConversationView:
    """Let a conversation sleep no longer."""
    with unit_of_work(actor) as uow:
        return assigning.wake(uow, actor, conversation_id)


@router.get("/{conversation_id}/draft", response_model=DraftAnswer)
def get_draft(actor: CurrentActor, conversation_id: UUID) -> DraftView:
    """Show what the person has begun to write."""
    with unit_of_work(actor) as uow:
        return drafting.get_draft(uow, actor, conversation_id)


@router.put("/{conversation_id}/draft", response_model=DraftAnswer)
def keep_draft(actor: CurrentActor, conversation_id: UUID, given: DraftBody) -> DraftView:
    """Keep what the person has begun to write; an empty text forgets it."""
    with unit_of_work(actor) as uow:
        drafting.keep_draft(uow, actor, conversation_id, text=given.text, send_key=given.send_key)
        return drafting.get_draft(uow, actor, conversation_id)


@router.get("/{conversation_id}/presence", response_model=list[PresenceAnswer])
def who_is_here(actor: CurrentActor, conversation_id: UUID) -> tuple[PresenceView, ...]:
    """List the colleagues who are in a conversation at this moment."""
    with unit_of_work(actor) as uow:
        return drafting.who_is_here(uow, actor, conversation_id)


@router.put("/{conversation_id}/presence", response_model=list[PresenceAnswer])
def be_present(
    actor: CurrentActor, conversation_id: UUID, given: PresentBody
) -> tuple[PresenceView, ...]:
    """Say that the person is here for the next 25 seconds; lists the colleagues who are."""
    with unit_of_work(actor) as uow:
        return drafting.be_present(uow, actor, conversation_id, is_writing=given.is_writing)


@router.post("/bulk", response_model=BulkAnswer)
def change_several(actor: CurrentActor, given: BulkBody) -> BulkView:
    """Close, assign or snooze up to 200 conversations at once."""
    wanted = BulkInput(kind=given.kind, assignee_id=given.assignee_id, until=given.until)
    with unit_of_work(actor) as uow:
        return bulk.change_several(uow, actor, given.ids, given=wanted)


@router.post("/bulk/{bulk_id}/undo")
def undo_several(actor: CurrentActor, bulk_id: UUID) -> UndoneAnswer:
    """Take back what the caller did to several, within 10 minutes."""
    with unit_of_work(actor) as uow:
        return UndoneAnswer(restored=bulk.undo_several(uow, actor, bulk_id))


@quick_router.get("", response_model=list[QuickReplyAnswer])
def list_quick_replies(actor: CurrentActor) -> tuple[QuickReplyView, ...]:
    """List the quick replies of the workspace by their shortcuts."""
    with unit_of_work(actor) as uow:
        return quick_replies.list_quick_replies(uow, actor)


@quick_router.post("", response_model=QuickReplyAnswer, status_code=status.HTTP_201_CREATED)
def create_quick_reply(actor: CurrentActor, given: QuickReplyBody) -> QuickReplyView:
    """Write a quick reply for everybody in the workspace."""
    wanted = QuickReplyInput(shortcut=given.shortcut, text=given.text)
    with unit_of_work(actor) as uow:
        return quick_replies.create_quick_reply(uow, actor, wanted)


@quick_router.put("/{quick_reply_id}", response_model=QuickReplyAnswer)
def change_quick_reply(
    actor: CurrentActor, quick_reply_id: UUID, given: QuickReplyBody
) -> QuickReplyView:
    """Write a quick reply anew."""
    wanted = QuickReplyInput(shortcut=given.shortcut, text=given.text)
    with unit_of_work(actor) as uow:
        return quick_replies.change_quick_reply(uow, actor, quick_reply_id, wanted)


@quick_router.delete("/{quick_reply_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_quick_reply(actor: CurrentActor, quick_reply_id: UUID) -> None:
    """Delete a quick reply."""
    with unit_of_work(actor) as uow:
        quick_replies.remove_quick_reply(uow, actor, quick_reply_id)

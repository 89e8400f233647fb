"""The consent of contacts over HTTP, and the words that change it."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from backend.auth.api import CurrentActor
from backend.contacts import consent
from backend.contacts.consent_policy import (
    MOST_WORDS,
    STARTED,
    STOPPED,
    ConsentChange,
    ConsentState,
    ConsentWords,
    How,
    Purpose,
)
from backend.contacts.consent_schemas import (
    ConsentEventView,
    ConsentInput,
    ConsentView,
    ConsentWordsView,
)
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

DEFAULT = ConsentWords()

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
words_router = APIRouter(prefix="/v1/consent-words", tags=["contacts"])


class ConsentBody(Question):
    """What somebody said, with what shows it: their words, a note, or both."""

    change: ConsentChange
    purpose: Purpose = Purpose.MARKETING
    how: How | None = Field(
        None, description="`rest` for a key, `person` for a user, unless given; never `keyword`."
    )
    words: str = Field("", description="What they wrote, as they wrote it.")
    note: str = Field("", description="How they said so, and where that can be looked up.")
    occurred_at: AwareDatetime | None = Field(None, description="When they said so; now.")


class ConsentEventAnswer(Answer):
    """One line of the ledger, which is never changed."""

    id: UUID
    contact_id: UUID
    channel_id: UUID | None
    purpose: Purpose
    change: ConsentChange
    how: How
    message_id: UUID | None
    words: str | None
    note: str | None
    actor_name: str
    occurred_at: Instant = Field(description="When it was said; the latest decides.")
    recorded_at: Instant = Field(description="When it was written down.")


class ConsentAnswer(Answer):
    """What holds now, and the line that decides it."""

    purpose: Purpose
    state: ConsentState
    decided_by: ConsentEventAnswer | None


class ConsentWordsBody(Question):
    """All of the settings; what is left out goes back to its default."""

    # One more than is kept, so that the refusal says how many are.
    stop_words: list[str] = Field(list(DEFAULT.stop_words), max_length=MOST_WORDS + 1)
    start_words: list[str] = Field(list(DEFAULT.start_words), max_length=MOST_WORDS + 1)
    confirms: bool = True
    stopped_text: str = STOPPED
    started_text: str = STARTED


class ConsentWordsAnswer(Answer):
    """Which whole messages change consent, and what is answered to them."""

    stop_words: list[str]
    start_words: list[str]
    confirms: bool
    stopped_text: str
    started_text: str
    changed_by: str | None
    updated_at: Instant | None


@router.get("/{contact_id}/consent", response_model=Listed[ConsentEventAnswer])
def list_consent(
    actor: CurrentActor, contact_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[ConsentEventView]:
    """List what a contact said about consent, the last first; the first line mostly decides.

    Of two lines of one moment the opt-out decides.
    """
    with unit_of_work(actor) as uow:
        return consent.list_consent(uow, actor, contact_id, asked.page())


@router.post("/{contact_id}/consent", response_model=ConsentAnswer)
def record_consent(actor: CurrentActor, contact_id: UUID, given: ConsentBody) -> ConsentView:
    """Write down that a contact opted in or out, and answer with what holds then."""
    said = ConsentInput(**{name: getattr(given, name) for name in ConsentBody.model_fields})
    with unit_of_work(actor) as uow:
        return consent.record_consent(uow, actor, contact_id, said)


@router.get("/{contact_id}/consent/current", response_model=ConsentAnswer)
def get_consent(actor: CurrentActor, contact_id: UUID) -> ConsentView:
    """Show what holds now."""
    with unit_of_work(actor) as uow:
        return consent.consent_of(uow, actor, contact_id)


@words_router.get("")
def get_consent_words(actor: CurrentActor) -> ConsentWordsAnswer:
    """Show which whole messages change consent, and what is answered to them."""
    with unit_of_work(actor) as uow:
        return _answer(consent.get_consent_words(uow, actor))


@words_router.put("")
def set_consent_words(actor: CurrentActor, given: ConsentWordsBody) -> ConsentWordsAnswer:
    """Let these words change consent from now on."""
    words = ConsentWords(
        stop_words=tuple(given.stop_words),
        start_words=tuple(given.start_words),
        confirms=given.confirms,
        stopped_text=given.stopped_text,
        started_text=given.started_text,
    )
    with unit_of_work(actor) as uow:
        return _answer(consent.set_consent_words(uow, actor, words))


def _answer(view: ConsentWordsView) -> ConsentWordsAnswer:
    return ConsentWordsAnswer.model_validate(
        {**asdict(view.words), "changed_by": view.changed_by, "updated_at": view.updated_at}
    )

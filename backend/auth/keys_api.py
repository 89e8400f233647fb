"""API keys over HTTP. The key itself is in the answer that makes it, and in no other."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AwareDatetime, Field

from backend.auth import api_keys
from backend.auth.api import CurrentActor
from backend.auth.schemas import ApiKeyState, ApiKeyView, CreatedApiKey
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

MAX_SCOPES = 100

router = APIRouter(prefix="/v1/api-keys", tags=["api-keys"])

Scope = Annotated[str, Field(max_length=60)]


class ApiKeyBody(Question):
    """A key to make."""

    name: str = Field(max_length=api_keys.MAX_NAME_LENGTH, description="Who uses it.")
    scopes: list[Scope] = Field(
        max_length=MAX_SCOPES,
        description="What it may do, such as `leads:read`; nothing that you may not. "
        "`all` is everything.",
    )
    expires_at: AwareDatetime | None = Field(
        None, description="When it ends by itself, in two years at the latest; without, never."
    )


class RotationBody(Question):
    """How to change over to a new secret."""

    grace_seconds: int = Field(
        0, ge=0, le=86_400, description="How long the old key works beside the new one."
    )


class ApiKeyAnswer(Answer):
    """A key without its secret."""

    id: UUID
    name: str
    prefix: str = Field(description="How the key begins.")
    scopes: list[str]
    state: ApiKeyState
    creator_name: str
    created_at: Instant
    last_used_at: Instant | None = Field(description="To the minute.")
    last_used_address: str
    expires_at: Instant | None
    revoked_at: Instant | None
    previous_expires_at: Instant | None = Field(
        description="Until when the key before the last rotation works."
    )


class CreatedApiKeyAnswer(Answer):
    """A new key, which is not shown again."""

    id: UUID
    key: str = Field(description="Sent as `Authorization: Bearer <key>`; a secret.")
    prefix: str


@router.get("", response_model=Listed[ApiKeyAnswer])
def list_api_keys(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[ApiKeyView]:
    """List the keys, the oldest first; those that have ended stay in the list."""
    with unit_of_work(actor) as uow:
        return api_keys.list_api_keys(uow, actor, asked.page())


@router.post("", response_model=CreatedApiKeyAnswer, status_code=status.HTTP_201_CREATED)
def create_api_key(actor: CurrentActor, given: ApiKeyBody) -> CreatedApiKey:
    """Make a key; it is shown in this answer only."""
    with unit_of_work(actor) as uow:
        return api_keys.create_api_key(
            uow,
            actor,
            name=given.name,
            scopes=frozenset(given.scopes),
            expires_at=given.expires_at,
        )


@router.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
def revoke_api_key(actor: CurrentActor, key_id: UUID) -> None:
    """End a key at once; twice does no harm."""
    with unit_of_work(actor) as uow:
        api_keys.revoke_api_key(uow, actor, key_id)


@router.post("/{key_id}/rotate", response_model=CreatedApiKeyAnswer)
def rotate_api_key(
    actor: CurrentActor, key_id: UUID, given: RotationBody | None = None
) -> CreatedApiKey:
    """Give a key a new secret, shown in this answer only."""
    grace = timedelta(seconds=given.grace_seconds if given else 0)
    with unit_of_work(actor) as uow:
        return api_keys.rotate_api_key(uow, actor, key_id, grace=grace)

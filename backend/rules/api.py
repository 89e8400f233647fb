"""Rules over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.platform.api import (
    Answer,
    Document,
    Instant,
    Listed,
    PageQuery,
    Question,
    page_of,
)
from backend.platform.unit_of_work import unit_of_work
from backend.rules import service
from backend.rules.schemas import RuleInput, RuleVersionView, RuleView

router = APIRouter(prefix="/v1/rules", tags=["rules"])


class VersionBody(Question):
    """What a rule says: `if` a condition, `then` some actions, `stop` before later rules."""

    definition: Document
    comment: str = Field("", max_length=1000)


class RuleBody(VersionBody):
    """A new rule."""

    name: str
    priority: int = Field(100, description="0 to 10000; 0 runs first.")


class RuleAnswer(Answer):
    """A rule with what it says now; `hits` counts the last seven days."""

    id: UUID
    name: str
    priority: int
    is_enabled: bool
    version_id: UUID
    version: int
    definition: dict[str, Any]
    hits: int
    last_hit_at: Instant | None
    created_at: Instant
    updated_at: Instant
    archived_at: Instant | None


class RulesQuery(PageQuery):
    """Which rules: those in use, or those that were put away."""

    is_archived: bool = False


class VersionAnswer(Answer):
    """What a rule said at some time."""

    id: UUID
    number: int
    definition: dict[str, Any]
    author_name: str
    comment: str
    created_at: Instant


@router.get("", response_model=Listed[RuleAnswer])
def list_rules(actor: CurrentActor, asked: Annotated[RulesQuery, Query()]) -> Page[RuleView]:
    """List the rules in the order in which they run."""
    with unit_of_work(actor) as uow:
        return service.list_rules(uow, actor, asked.page(), is_archived=asked.is_archived)


@router.post("", response_model=RuleAnswer, status_code=status.HTTP_201_CREATED)
def create_rule(actor: CurrentActor, given: RuleBody) -> RuleView:
    """Write a rule; it is paused until it is enabled."""
    wanted = RuleInput(
        name=given.name,
        priority=given.priority,
        definition=given.definition,
        comment=given.comment,
    )
    with unit_of_work(actor) as uow:
        return service.create_rule(uow, actor, wanted)


@router.get("/{rule_id}", response_model=RuleAnswer)
def get_rule(actor: CurrentActor, rule_id: UUID) -> RuleView:
    """Show a rule."""
    with unit_of_work(actor) as uow:
        return service.get_rule(uow, actor, rule_id)


@router.get("/{rule_id}/versions", response_model=Listed[VersionAnswer])
def list_versions(
    actor: CurrentActor, rule_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[RuleVersionView]:
    """List what a rule said over time, newest first."""
    with unit_of_work(actor) as uow:
        versions = service.list_versions(uow, actor, rule_id)
    return page_of(versions, asked.page(), key=lambda version: str(version.id))


@router.post("/{rule_id}/versions", response_model=RuleAnswer, status_code=status.HTTP_201_CREATED)
def add_version(actor: CurrentActor, rule_id: UUID, given: VersionBody) -> RuleView:
    """Change what a rule says; it stays enabled or paused."""
    with unit_of_work(actor) as uow:
        return service.add_version(
            uow, actor, rule_id, definition=given.definition, comment=given.comment
        )


@router.post("/{rule_id}/enable", response_model=RuleAnswer)
def enable(actor: CurrentActor, rule_id: UUID) -> RuleView:
    """Let a rule act on messages from now on."""
    with unit_of_work(actor) as uow:
        return service.enable(uow, actor, rule_id)


@router.post("/{rule_id}/pause", response_model=RuleAnswer)
def pause(actor: CurrentActor, rule_id: UUID) -> RuleView:
    """Stop a rule."""
    with unit_of_work(actor) as uow:
        return service.pause(uow, actor, rule_id)

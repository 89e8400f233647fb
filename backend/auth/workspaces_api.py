"""The workspace of the key, over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from backend.auth import workspaces
from backend.auth.api import CurrentActor
from backend.auth.schemas import WorkspaceView
from backend.platform.api import Answer, Question
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/workspace", tags=["workspace"])


class WorkspaceBody(Question):
    """What to change; what is left out stays."""

    name: str | None = Field(None, max_length=200)
    timezone: str | None = Field(
        None, max_length=64, description="An IANA name such as Europe/Lisbon; days follow it."
    )
    currency: str | None = Field(
        None, max_length=3, description="An ISO 4217 code in capitals, such as EUR."
    )


class WorkspaceAnswer(Answer):
    """A workspace."""

    id: UUID
    name: str
    timezone: str
    currency: str


@router.get("", response_model=WorkspaceAnswer)
def get_workspace(actor: CurrentActor) -> WorkspaceView:
    """Show the workspace that the key belongs to, whatever its scopes."""
    with unit_of_work(actor) as uow:
        return workspaces.get_workspace(uow, actor)


@router.patch("", response_model=WorkspaceAnswer)
def update_workspace(actor: CurrentActor, given: WorkspaceBody) -> WorkspaceView:
    """Change the workspace; figures by day are counted again after a new timezone."""
    with unit_of_work(actor) as uow:
        return workspaces.update_workspace(
            uow, actor, name=given.name, timezone=given.timezone, currency=given.currency
        )

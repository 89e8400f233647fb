"""The people of a workspace and invitations to it, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth import invitations, members
from backend.auth.api import CurrentActor
from backend.auth.policy import Role
from backend.auth.schemas import (
    CreatedInvitation,
    InvitationView,
    MemberQuery,
    MemberState,
    MemberView,
)
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question, Search
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/users", tags=["users"])


class UserFilter(PageQuery):
    """Which people."""

    q: Search | None = Field(None, description="Part of the name or the e-mail address.")
    state: MemberState | None = None


class UserBody(Question):
    """What to change; what is left out stays."""

    role: Role | None = None
    is_disabled: bool | None = Field(None, description="Shut out of this workspace.")


class InvitationBody(Question):
    """Whom to invite."""

    email: str = Field(max_length=members.MAX_EMAIL_LENGTH)
    role: Role


class UserAnswer(Answer):
    """Somebody of the workspace; who is only invited has the id of the invitation."""

    id: UUID
    name: str
    email: str
    role: Role
    state: MemberState
    is_owner: bool
    has_second_factor: bool
    last_seen_at: Instant | None
    created_at: Instant


class InvitationAnswer(Answer):
    """An invitation that nobody has accepted yet."""

    id: UUID
    email: str
    role: Role
    inviter_name: str
    created_at: Instant
    expires_at: Instant
    is_expired: bool


class CreatedInvitationAnswer(Answer):
    """A new invitation with its link, which is not shown again."""

    id: UUID
    email: str
    role: Role
    path: str = Field(description="Where it is accepted, below the public URL; a secret.")
    expires_at: Instant


@router.get("", response_model=Listed[UserAnswer])
def list_users(actor: CurrentActor, asked: Annotated[UserFilter, Query()]) -> Page[MemberView]:
    """List the people, who came first first."""
    query = MemberQuery(search=asked.q, state=asked.state)
    with unit_of_work(actor) as uow:
        return members.list_members(uow, actor, query, asked.page())


@router.get("/invitations", response_model=Listed[InvitationAnswer])
def list_invitations(
    actor: CurrentActor, asked: Annotated[PageQuery, Query()]
) -> Page[InvitationView]:
    """List the invitations, the oldest first."""
    with unit_of_work(actor) as uow:
        return invitations.list_invitations(uow, actor, asked.page())


@router.post(
    "/invitations", response_model=CreatedInvitationAnswer, status_code=status.HTTP_201_CREATED
)
def invite(actor: CurrentActor, given: InvitationBody) -> CreatedInvitation:
    """Invite an address by a link; an older link to the same address ends."""
    with unit_of_work(actor) as uow:
        return invitations.invite(uow, actor, email=given.email, role=given.role)


@router.delete("/invitations/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_invitation(actor: CurrentActor, invitation_id: UUID) -> None:
    """Withdraw an invitation; its link leads nowhere from now on."""
    with unit_of_work(actor) as uow:
        invitations.withdraw_invitation(uow, actor, invitation_id)


@router.get("/{user_id}", response_model=UserAnswer)
def get_user(actor: CurrentActor, user_id: UUID) -> MemberView:
    """Show one of the people."""
    with unit_of_work(actor) as uow:
        return members.get_member(uow, actor, user_id)


@router.patch("/{user_id}", response_model=UserAnswer)
def change_user(actor: CurrentActor, user_id: UUID, given: UserBody) -> MemberView:
    """Change somebody's role, shut them out or let them in again."""
    with unit_of_work(actor) as uow:
        changed = None
        if given.role is not None:
            changed = members.change_role(uow, actor, user_id, given.role)
        if given.is_disabled is not None:
            change = members.disable_user if given.is_disabled else members.enable_user
            changed = change(uow, actor, user_id)
        return changed or members.get_member(uow, actor, user_id)


@router.delete("/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
def remove_user(actor: CurrentActor, user_id: UUID) -> None:
    """End a membership; what the person wrote stays."""
    with unit_of_work(actor) as uow:
        members.remove_user(uow, actor, user_id)

"""Invitations by link: made, withdrawn, and answered once.

A link opens nothing that its holder could not open anyway. Somebody new chooses a name and a
password with it and then signs in like everybody, past the same limits; an account that exists
has to be signed in as the invited address, so that nobody joins anything for somebody else.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.auth.account_repository import AccountRepository
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import (
    AccountExists,
    AlreadyMember,
    InvitationGone,
    NoInvitation,
    NotPermitted,
)
from backend.auth.members import (
    TOPIC,
    add_account,
    add_member,
    check_hands_on,
    checked_email,
    checked_name,
    held_now,
)
from backend.auth.members_repository import (
    MemberRepository,
    find_offer,
    invitation_view,
    take_up_account,
)
from backend.auth.models import Invitation
from backend.auth.passwords import check_strength, hash_password
from backend.auth.policy import ActorKind, Permission, Role
from backend.auth.schemas import (
    Actor,
    CreatedInvitation,
    InvitationOffer,
    InvitationView,
    Newcomer,
)
from backend.auth.tokens import digest, new_token
from backend.kit.ids import UserId, WorkspaceId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork

PATH: Final = "/auth/invitation"
LIFETIME: Final = timedelta(days=7)
GONE: Final = "this invitation is no longer valid; ask for a new one"


def invite(uow: UnitOfWork, actor: Actor, *, email: str, role: Role) -> CreatedInvitation:
    """Make a link for an address; an older one to the same address ends.

    Raises `BadEmail`, `NotPermitted`, `AlreadyMember`.
    """
    actor.require(Permission.USERS_WRITE)
    address = checked_email(email)
    people = MemberRepository(uow, actor.workspace_id)
    people.lock()
    check_hands_on(held_now(people, actor), role)
    if people.has_address(address):
        message = "who has this address belongs to the workspace already"
        raise AlreadyMember(message, field="email")
    token, invitation_id, expires_at = new_token(), new_id(), uow.now + LIFETIME
    people.invite(
        Invitation(
            id=invitation_id,
            workspace_id=actor.workspace_id,
            email=address,
            role=role,
            token_hash=digest(token),
            invited_by=actor.user_id,
            inviter_name=actor.name,
            created_at=uow.now,
            expires_at=expires_at,
        )
    )
    details = {"email": address, "role": role}
    _record(uow, actor, AuditAction.USER_INVITED, invitation_id, details)
    return CreatedInvitation(
        id=invitation_id,
        email=address,
        role=role,
        path=f"{PATH}?token={token}",
        expires_at=expires_at,
    )


def list_invitations(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[InvitationView]:
    """Return the invitations that nobody has accepted, the oldest first."""
    actor.require(Permission.USERS_READ)
    return paged(
        MemberRepository(uow, actor.workspace_id).invitations(page),
        page,
        view=invitation_view,
        key=lambda row: (row["created_at"].isoformat(), str(row["id"])),
    )


def withdraw_invitation(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> None:
    """End an invitation; raises `NoInvitation`, `NotPermitted`."""
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    people.lock()
    role = people.invitation_role(invitation_id)
    if role is None:
        message = "no such invitation"
        raise NoInvitation(message)
    check_hands_on(held_now(people, actor), role)
    people.take_invitation(invitation_id)
    _record(uow, actor, AuditAction.INVITATION_WITHDRAWN, invitation_id, {"role": role})


def invitation_for_token(uow: UnitOfWork, token: str) -> InvitationOffer:
    """Return what a link offers; raises `InvitationGone`. Work of the system."""
    row = find_offer(uow, digest(token))
    if row is None:
        raise InvitationGone(GONE)
    return InvitationOffer(
        id=row["id"],
        workspace_id=WorkspaceId(row["workspace_id"]),
        workspace_name=row["workspace_name"],
        email=row["email"],
        role=Role(row["role"]),
        account_id=None if row["account_id"] is None else UserId(row["account_id"]),
    )


def newcomer(offer: InvitationOffer, *, name: str, password: str) -> Newcomer:
    """Check and hash what somebody new chose, outside any transaction, for it takes a while.

    Raises `BadName`, `WeakPassword`, `TooBusy`.
    """
    called = checked_name(name)
    check_strength(password, email=offer.email)
    return Newcomer(name=called, password_hash=hash_password(password))


def accept_as_newcomer(
    uow: UnitOfWork, token: str, given: Newcomer, *, address: str = ""
) -> UserId:
    """Make the account of somebody new and let them belong; they sign in by themselves.

    Work of the system. Raises `InvitationGone`, `AccountExists`, and `EmailTaken` when somebody
    made that account at the same moment.
    """
    offer = _locked_offer(uow, token)
    if offer.account_id is not None:
        message = "somebody signs in with this address already; sign in, then open the link again"
        raise AccountExists(message)
    user_id = _account(uow, offer, given)
    actor = Actor(
        workspace_id=offer.workspace_id,
        kind=ActorKind.USER,
        name=given.name,
        user_id=user_id,
        role=offer.role,
        address=address,
    )
    _join(uow, actor, user_id, offer)
    return user_id


def accept_invitation(uow: UnitOfWork, actor: Actor, token: str) -> WorkspaceId:
    """Let the signed-in person belong to one more workspace, which is returned.

    Work of the system. Raises `InvitationGone`, `NotPermitted`, `AlreadyMember`.
    """
    offer = _locked_offer(uow, token)
    if actor.user_id is None or offer.account_id != actor.user_id:
        message = "this invitation is for another address; sign out, then open the link again"
        raise NotPermitted(message)
    joined = replace(actor, workspace_id=offer.workspace_id, role=offer.role)
    _join(uow, joined, actor.user_id, offer)
    return offer.workspace_id


def _locked_offer(uow: UnitOfWork, token: str) -> InvitationOffer:
    """Return the offer once nobody else answers one to the same address."""
    address = invitation_for_token(uow, token).email
    uow.lock(f"invitations of {address.lower()}")
    return invitation_for_token(uow, token)


def _account(uow: UnitOfWork, offer: InvitationOffer, given: Newcomer) -> UserId:
    """Take up the account of somebody who left every workspace, or make one.

    Its second factor stays in force, and what could set its password is void.
    """
    user_id = take_up_account(uow, offer.email, given)
    if user_id is None:
        return add_account(
            uow, email=offer.email, name=given.name, password_hash=given.password_hash
        )
    AccountRepository(uow).end_resets(user_id)
    return user_id


def _join(uow: UnitOfWork, actor: Actor, user_id: UserId, offer: InvitationOffer) -> None:
    """Use the invitation up and let the actor belong to its workspace."""
    uow.enter(actor)
    people = MemberRepository(uow, offer.workspace_id)
    people.lock()
    if not people.take_invitation(offer.id):
        raise InvitationGone(GONE)
    if people.standing(user_id) is not None:
        message = "you belong to this workspace already"
        raise AlreadyMember(message)
    add_member(people, user_id, offer.role)
    details = {"role": offer.role, "invitation": str(offer.id)}
    record_audit(
        uow, actor, AuditAction.INVITATION_ACCEPTED, subject=f"user:{user_id}", details=details
    )
    uow.announce(TOPIC, user_id)


def _record(
    uow: UnitOfWork,
    actor: Actor,
    action: AuditAction,
    invitation_id: UUID,
    details: Mapping[str, str],
) -> None:
    record_audit(uow, actor, action, subject=f"invitation:{invitation_id}", details=details)
    uow.announce(TOPIC, invitation_id)

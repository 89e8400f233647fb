"""The people of a workspace: who they are, what they may, and the first of them.

Nobody touches themselves, the owner, or somebody mightier; and what the actor may is looked up
again behind the lock, so that of two who demote each other one is left.
"""

import re
import secrets
from collections.abc import Mapping
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import (
    BadEmail,
    BadName,
    EmailTaken,
    LastAdmin,
    NoMember,
    NotPermitted,
    NotYetMember,
    OwnerStays,
)
from backend.auth.members_repository import MemberRepository, Standing, member_view
from backend.auth.models import UserAccount
from backend.auth.passwords import check_strength, hash_password
from backend.auth.policy import GRANTS, ActorKind, Permission, Role, may_hand_on
from backend.auth.repository import AuthRepository
from backend.auth.schemas import (
    Actor,
    FirstAdmin,
    MemberQuery,
    MemberView,
    UserInput,
)
from backend.auth.sessions import revoke_sessions_of
from backend.auth.workspaces import create_workspace
from backend.kit.ids import UserId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_EMAIL_LENGTH = 254
MAX_NAME_LENGTH = 120
TOPIC = "users"
NO_SUCH_MEMBER = "no such user"


def list_members(
    uow: UnitOfWork, actor: Actor, query: MemberQuery, page: PageRequest
) -> Page[MemberView]:
    """Return who belongs to the workspace or is invited to it, who came first first."""
    actor.require(Permission.USERS_READ)
    rows = MemberRepository(uow, actor.workspace_id).page(query, page)
    return paged(
        rows,
        page,
        view=member_view,
        key=lambda row: (row["created_at"].isoformat(), str(row["id"])),
    )


def get_member(uow: UnitOfWork, actor: Actor, user_id: UUID) -> MemberView:
    """Return one of the people; raises `NoMember`."""
    actor.require(Permission.USERS_READ)
    return _view(MemberRepository(uow, actor.workspace_id), user_id)


def change_role(uow: UnitOfWork, actor: Actor, user_id: UUID, role: Role) -> MemberView:
    """Make a member something else; their next event finds them so.

    Raises `NoMember`, `NotPermitted`, `OwnerStays`, `LastAdmin`.
    """
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    subject = _touchable(people, actor, user_id)
    check_hands_on(held_now(people, actor), role)
    if subject.role is not role:
        _check_admin_left(people, user_id, subject)
        people.set_role(user_id, role)
        withdrawn = 0
        if Permission.USERS_WRITE not in GRANTS[role]:
            withdrawn = people.take_invitations_of(user_id)
        details = {"from": subject.role, "to": role, "invitations_withdrawn": withdrawn}
        _record(uow, actor, AuditAction.ROLE_CHANGED, user_id, details)
    return _view(people, user_id)


def disable_user(uow: UnitOfWork, actor: Actor, user_id: UUID) -> MemberView:
    """Shut a member out of this workspace, at once; raises as `change_role` does."""
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    subject = _touchable(people, actor, user_id)
    if not subject.is_disabled:
        _check_admin_left(people, user_id, subject)
        people.set_disabled(user_id, is_disabled=True)
        _end(uow, actor, AuditAction.USER_DISABLED, user_id)
    return _view(people, user_id)


def enable_user(uow: UnitOfWork, actor: Actor, user_id: UUID) -> MemberView:
    """Let a disabled member in again as what they were; raises `NoMember`, `NotPermitted`."""
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    subject = _touchable(people, actor, user_id)
    if subject.is_disabled:
        people.set_disabled(user_id, is_disabled=False)
        _record(uow, actor, AuditAction.USER_ENABLED, user_id)
    return _view(people, user_id)


def remove_user(uow: UnitOfWork, actor: Actor, user_id: UUID) -> None:
    """End a membership; what they wrote stays, with their name. Raises as `change_role` does."""
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    subject = _touchable(people, actor, user_id)
    _check_admin_left(people, user_id, subject)
    people.remove(user_id)
    _end(uow, actor, AuditAction.USER_REMOVED, user_id)


def transfer_ownership(uow: UnitOfWork, actor: Actor, user_id: UUID) -> MemberView:
    """Hand the workspace over to another active admin; only its owner can.

    Raises `NoMember`, `NotPermitted`, `OwnerStays`.
    """
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    people.lock()
    owner = people.standing(actor.user_id) if actor.user_id else None
    if owner is None or not owner.is_owner:
        message = "only the owner hands the workspace over"
        raise NotPermitted(message)
    heir = _member(people, user_id)
    if heir.role is not Role.ADMIN or not heir.is_active:
        message = "the workspace passes to an active admin only; make them one first"
        raise OwnerStays(message)
    if not heir.is_owner:
        people.set_owner(user_id)
        _record(uow, actor, AuditAction.OWNERSHIP_TRANSFERRED, user_id)
    return _view(people, user_id)


def create_user(uow: UnitOfWork, actor: Actor, given: UserInput) -> UserId:
    """Add a new person to the actor's workspace; its first admin owns it.

    Works for a workspace and for the system. Raises `BadEmail`, `BadName`, `WeakPassword`, and
    `EmailTaken`, wherever the address signs in: who has an account is invited.
    """
    actor.require(Permission.USERS_WRITE)
    email, name = checked_email(given.email), checked_name(given.name)
    check_strength(given.password, email=email)
    people = MemberRepository(uow, actor.workspace_id)
    check_hands_on(actor.permissions, given.role)
    user_id = add_account(uow, email=email, name=name, password_hash=hash_password(given.password))
    add_member(people, user_id, given.role)
    _record(uow, actor, AuditAction.USER_ADDED, user_id, {"role": given.role})
    return user_id


def ensure_first_admin(
    uow: UnitOfWork, *, email: str | None = None, password: str | None = None
) -> FirstAdmin | None:
    """Make the first workspace and its admin when nobody can sign in yet; else `None`."""
    if AuthRepository(uow).has_users():
        return None
    workspace = create_workspace(uow, name="Demo workspace")
    address = email or "admin@leadflow.example"
    chosen = password or secrets.token_urlsafe(12)
    admin = UserInput(email=address, name="Admin", password=chosen, role=Role.ADMIN)
    create_user(uow, Actor.system(workspace.id), admin)
    return FirstAdmin(email=address, password=None if password else chosen)


def add_account(uow: UnitOfWork, *, email: str, name: str, password_hash: str) -> UserId:
    """Insert an account that belongs nowhere yet; raises `EmailTaken`.

    Only the unique index sees the accounts of other workspaces.
    """
    user = UserAccount(
        id=new_id(), email=email, name=name, password_hash=password_hash, created_at=uow.now
    )
    try:
        with uow.session.begin_nested():
            AuthRepository(uow).add(user)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        message = f"somebody signs in as {email} already; invite them instead"
        raise EmailTaken(message, field="email") from None
    return UserId(user.id)


def add_member(people: MemberRepository, user_id: UserId, role: Role) -> None:
    """Let somebody belong to a workspace; its first admin owns it."""
    people.lock()
    is_owner = role is Role.ADMIN and not people.has_owner()
    people.add(user_id, role, is_owner=is_owner)


def checked_email(given: str) -> str:
    """Return an address as it is kept; raises `BadEmail`."""
    address = clean(given).strip()
    if len(address) > MAX_EMAIL_LENGTH or not EMAIL.fullmatch(address):
        message = "that is not an e-mail address"
        raise BadEmail(message, field="email", expected="a form like ana@example.com")
    return address


def checked_name(given: str) -> str:
    """Return a name as it is kept; raises `BadName`."""
    name = " ".join(clean(given).split())
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        message = "the name is empty or too long"
        raise BadName(message, field="name", expected=f"1 to {MAX_NAME_LENGTH} characters")
    return name


def held_now(people: MemberRepository, actor: Actor) -> frozenset[Permission]:
    """Return what the actor may at this moment; raises `NotPermitted` when that ended meanwhile.

    The actor was looked up before the lock, and somebody may have acted on them since.
    """
    if actor.kind is not ActorKind.USER or actor.user_id is None:
        return actor.permissions
    standing = people.standing(actor.user_id)
    if standing is None or not standing.is_active:
        message = f"{actor.name} no longer belongs to this workspace"
        raise NotPermitted(message)
    held = GRANTS[standing.role]
    if Permission.USERS_WRITE not in held:
        message = f"{actor.name} may no longer change who belongs to this workspace"
        raise NotPermitted(message, expected=Permission.USERS_WRITE)
    return held


def check_hands_on(held: frozenset[Permission], role: Role) -> None:
    """Raise `NotPermitted` when a role may something that the actor may not."""
    if not may_hand_on(held, GRANTS[role]):
        message = f"this needs every permission of the role {role}"
        raise NotPermitted(message)


def _touchable(people: MemberRepository, actor: Actor, user_id: UUID) -> Standing:
    """Lock the workspace and return a member whom the actor may act on."""
    people.lock()
    held = held_now(people, actor)
    subject = _member(people, user_id)
    if subject.is_owner:
        message = "the owner of the workspace stays as they are; transfer ownership first"
        raise OwnerStays(message)
    if user_id == actor.user_id:
        message = "nobody changes what they are themselves"
        raise NotPermitted(message)
    check_hands_on(held, subject.role)
    return subject


def _member(people: MemberRepository, user_id: UUID) -> Standing:
    standing = people.standing(user_id)
    if standing is None:
        _view(people, user_id)
        message = "they have not accepted yet; withdraw the invitation instead"
        raise NotYetMember(message)
    return standing


def _view(people: MemberRepository, user_id: UUID) -> MemberView:
    view = people.view(user_id)
    if view is None:
        raise NoMember(NO_SUCH_MEMBER)
    return view


def _check_admin_left(people: MemberRepository, user_id: UUID, subject: Standing) -> None:
    is_admin = subject.role is Role.ADMIN and subject.is_active
    if is_admin and not people.has_other_admin(user_id):
        message = "the last active admin stays; make somebody else an admin first"
        raise LastAdmin(message)


def _end(uow: UnitOfWork, actor: Actor, action: AuditAction, user_id: UUID) -> None:
    """End what somebody has under way in the workspace, and record why."""
    revoke_sessions_of(uow, UserId(user_id), workspace_id=actor.workspace_id)
    withdrawn = MemberRepository(uow, actor.workspace_id).take_invitations_of(user_id)
    _record(uow, actor, action, user_id, {"invitations_withdrawn": withdrawn})


def _record(
    uow: UnitOfWork,
    actor: Actor,
    action: AuditAction,
    user_id: UUID,
    details: Mapping[str, str | int] | None = None,
) -> None:
    record_audit(uow, actor, action, subject=f"user:{user_id}", details=details)
    uow.announce(TOPIC, user_id, workspace_id=actor.workspace_id)

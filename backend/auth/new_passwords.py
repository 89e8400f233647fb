"""New passwords: of one's own accord, or with a link when the old one is lost.

Whatever sets a password ends the sessions that the old one opened, and the links to another. A
second factor stays: a link alone lets nobody in who has one.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.auth.account_repository import AccountRepository
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import (
    NoMember,
    OwnerStays,
    ResetGone,
    SharedAccount,
    WeakPassword,
    WrongPassword,
)
from backend.auth.members import check_hands_on, held_now
from backend.auth.members_repository import MemberRepository
from backend.auth.own_account import as_system, person_of
from backend.auth.passwords import check_strength, hash_password
from backend.auth.policy import Permission
from backend.auth.schemas import Actor, Visitor
from backend.auth.second_factor import check_own_password
from backend.auth.session_repository import SessionRepository
from backend.auth.sessions import end_sessions
from backend.auth.signing_in import NOBODY, know_device
from backend.auth.tokens import digest, new_token
from backend.kit.ids import UserId
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

RESET_PATH: Final = "/auth/reset"
RESET_LIFETIME: Final = timedelta(hours=1)
ON_THE_MACHINE: Final = "a link made on the machine that LeadFlow runs on"


def change_password(uow: UnitOfWork, actor: Actor, *, current: str, new: str) -> None:
    """Set the actor's own password and end their other sessions.

    Raises `WrongPassword`, `WeakPassword`, `TooManyAttempts`, `TooBusy`.
    """
    user_id = person_of(actor)
    with as_system(uow):
        kept = check_own_password(uow, user_id, current)
        _check_new(uow, user_id, new, is_present=new == current)
        changed_to = hash_password(new)
        if not AccountRepository(uow).set_password(user_id, changed_to, uow.now, instead_of=kept):
            message = "the password was changed at the same moment"
            raise WrongPassword(message, field="current")
        _end_what_the_old_one_opened(uow, user_id, but=actor.session_id)
    record_audit(uow, actor, AuditAction.PASSWORD_CHANGED, subject=f"user:{user_id}")


def create_password_reset(uow: UnitOfWork, actor: Actor, user_id: UserId) -> str:
    """Return the token of a link with which a member sets a password, once and within an hour.

    Raises `NotPermitted`, `NoMember`, `OwnerStays`, and `SharedAccount` for whoever belongs to
    other workspaces too: no admin of one opens an account that leads into another.
    """
    actor.require(Permission.USERS_WRITE)
    people = MemberRepository(uow, actor.workspace_id)
    people.lock()
    standing = people.standing(user_id)
    if standing is None:
        message = "no such person"
        raise NoMember(message)
    check_hands_on(held_now(people, actor), standing.role)
    if standing.is_owner and user_id != actor.user_id:
        message = "nobody else opens the account of the workspace's owner"
        raise OwnerStays(message, expected=ON_THE_MACHINE)
    with as_system(uow):
        if AccountRepository(uow).belongs_elsewhere(user_id, actor.workspace_id):
            message = "this account is not only this workspace's to open"
            raise SharedAccount(message, expected=ON_THE_MACHINE)
        token = make_link(uow, user_id, for_workspace_id=actor.workspace_id)
    record_audit(uow, actor, AuditAction.PASSWORD_RESET_OFFERED, subject=f"user:{user_id}")
    return token


def reset_path(token: str) -> str:
    """Return the link below the public address."""
    return f"{RESET_PATH}?token={token}"


def is_reset_open(uow: UnitOfWork, token: str) -> bool:
    """Whether a link still sets a password; work of the system."""
    return AccountRepository(uow).reset(digest(token), uow.now) is not None


def reset_password(*, token: str, password: str, visitor: Visitor = NOBODY) -> str:
    """Set a password with a link; returns the token of the browser, known from here on.

    Opens its own transactions. Raises `ResetGone`, `WeakPassword`, `TooBusy`.
    """
    with unit_of_work(SYSTEM) as uow:
        found = AccountRepository(uow).reset(digest(token), uow.now)
    if found is None:
        raise _gone()
    check_strength(password, email=found["email"])
    password_hash = hash_password(password)
    with unit_of_work(SYSTEM) as uow:
        return _set_by_link(uow, token, password_hash, visitor)


def make_link(uow: UnitOfWork, user_id: UserId, *, for_workspace_id: UUID | None) -> str:
    """Make a link to a new password in the place of any other of this person.

    Work of the system.
    """
    token = new_token()
    AccountRepository(uow).add_reset(
        user_id,
        digest(token),
        uow.now,
        expires_at=uow.now + RESET_LIFETIME,
        workspace_id=for_workspace_id,
    )
    return token


def _check_new(uow: UnitOfWork, user_id: UserId, new: str, *, is_present: bool) -> None:
    if is_present:
        message = "the new password is the present one"
        raise WeakPassword(message, field="new", expected="another password")
    check_strength(new, email=AccountRepository(uow).account(user_id)["email"])


def _set_by_link(uow: UnitOfWork, token: str, password_hash: str, visitor: Visitor) -> str:
    repository = AccountRepository(uow)
    found = repository.reset(digest(token), uow.now)
    if found is None:
        raise _gone()
    user_id = UserId(found["user_id"])
    repository.locked_account(user_id)
    if not repository.take_reset(found["id"]):
        raise _gone()
    place = next(iter(SessionRepository(uow).places_of(user_id)), None)
    if place is None:
        raise _gone()
    repository.set_password(user_id, password_hash, uow.now)
    _end_what_the_old_one_opened(uow, user_id, but=None)
    SessionRepository(uow).forget_devices(user_id)
    device = know_device(uow, user_id, visitor)
    system = Actor.system(place["workspace_id"])
    holder = replace(system, name="Somebody with a link", address=visitor.address)
    record_audit(uow, holder, AuditAction.PASSWORD_CHANGED, subject=f"user:{user_id}")
    return device


def _end_what_the_old_one_opened(uow: UnitOfWork, user_id: UserId, *, but: UUID | None) -> None:
    repository = AccountRepository(uow)
    repository.end_challenges(user_id)
    repository.end_resets(user_id)
    end_sessions(uow, user_id, but=but)


def _gone() -> ResetGone:
    message = "this link was used, or is too old; ask for a new one"
    return ResetGone(message)

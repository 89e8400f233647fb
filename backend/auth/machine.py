"""What whoever runs LeadFlow does on the machine itself for people who cannot get in."""

from backend.auth.account_repository import AccountRepository
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import NoAccount, NoSecondFactor
from backend.auth.new_passwords import make_link
from backend.auth.schemas import Actor
from backend.auth.session_repository import SessionRepository
from backend.auth.tokens import digest
from backend.kit.ids import UserId
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork


def password_reset_for(uow: UnitOfWork, email: str) -> str:
    """Return the token of a link to a new password; raises `NoAccount`. Work of the system."""
    user_id, actor = _account(uow, email)
    token = make_link(uow, user_id, for_workspace_id=None)
    record_audit(uow, actor, AuditAction.PASSWORD_RESET_OFFERED, subject=f"user:{user_id}")
    return token


def drop_second_factor(uow: UnitOfWork, email: str) -> None:
    """Let somebody sign in with the password alone; work of the system.

    Raises `NoAccount`, `NoSecondFactor`.
    """
    user_id, actor = _account(uow, email)
    if not AccountRepository(uow).remove_factor(user_id):
        message = f"{email} signs in without a second factor"
        raise NoSecondFactor(message)
    record_audit(uow, actor, AuditAction.SECOND_FACTOR_REMOVED, subject=f"user:{user_id}")


def _account(uow: UnitOfWork, email: str) -> tuple[UserId, Actor]:
    """Find somebody, and the system as it acts where they work."""
    found = AccountRepository(uow).candidate(clean(email).strip().lower(), digest(""))
    user_id = UserId(found["id"]) if found else None
    places = SessionRepository(uow).places_of(user_id) if user_id else ()
    if user_id is None or not places:
        message = f"nobody signs in as {email}"
        raise NoAccount(message, field="email")
    return user_id, Actor.system(places[0]["workspace_id"])

"""Signing in and out, and who a session belongs to."""

from datetime import timedelta
from uuid import UUID

from backend.auth.errors import SignInRefused
from backend.auth.models import SignInSession
from backend.auth.passwords import matches
from backend.auth.policy import ActorKind, Role
from backend.auth.repository import AuthRepository
from backend.auth.schemas import Actor, SignedIn
from backend.auth.tokens import digest, new_token
from backend.kit.ids import UserId, WorkspaceId, new_id
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

SESSION_COOKIE = "leadflow_session"
SESSION_LIFETIME = timedelta(days=14)


def sign_in(
    uow: UnitOfWork, *, email: str, password: str, user_agent: str = "", address: str = ""
) -> SignedIn:
    """Check a password and open a session; raises `SignInRefused`."""
    repository = AuthRepository(uow)
    user = repository.user_by_email(clean(email).strip())
    is_right = matches(user.password_hash if user else None, clean(password))
    membership = repository.first_membership(user.id) if user else None
    if user is None or membership is None or not is_right or user.is_disabled:
        message = "that e-mail address and password do not belong together"
        raise SignInRefused(message)
    token = new_token()
    expires_at = uow.now + SESSION_LIFETIME
    repository.add(
        SignInSession(
            id=new_id(),
            workspace_id=membership.workspace_id,
            user_id=user.id,
            token_hash=digest(token),
            created_at=uow.now,
            expires_at=expires_at,
            user_agent=clean(user_agent)[:300],
            address=address[:60],
        )
    )
    actor = user_actor(membership.workspace_id, user.id, user.name, membership.role)
    return SignedIn(token=token, actor=actor, expires_at=expires_at)


def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session of this token; an unknown token is no error."""
    AuthRepository(uow).revoke_session(digest(token), uow.now)


def actor_for_session(uow: UnitOfWork, token: str) -> Actor | None:
    """Return who is signed in with this token, or `None`."""
    row = AuthRepository(uow).live_session(digest(token), uow.now)
    if row is None:
        return None
    return user_actor(row["workspace_id"], row["user_id"], row["name"], row["role"])


def user_actor(workspace_id: UUID, user_id: UUID, name: str, role: str) -> Actor:
    """Return a signed-in user as an actor."""
    return Actor(
        workspace_id=WorkspaceId(workspace_id),
        kind=ActorKind.USER,
        name=name,
        user_id=UserId(user_id),
        role=Role(role),
    )

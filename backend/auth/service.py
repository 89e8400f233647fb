"""Signing in and out, users, and API keys."""

import hashlib
import re
import secrets
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend.auth.errors import (
    BadEmail,
    EmailTaken,
    NoWorkspace,
    SignInRefused,
    UnknownScope,
    WeakPassword,
)
from backend.auth.models import ApiKey, Membership, SignInSession, UserAccount, Workspace
from backend.auth.policy import ActorKind, Permission, Role, unknown_scopes
from backend.auth.repository import AuthRepository
from backend.auth.schemas import (
    Actor,
    CreatedApiKey,
    FirstAdmin,
    SignedIn,
    UserInput,
    WorkspaceView,
)
from backend.kit.ids import UserId, WorkspaceId, new_id
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

SESSION_COOKIE = "leadflow_session"
SESSION_LIFETIME = timedelta(days=14)
MIN_PASSWORD_LENGTH = 10
KEY_PREFIX = "lf_live_"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

_hasher = PasswordHasher()
# Verified when the address is unknown, so that both refusals take the same time.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def sign_in(
    uow: UnitOfWork, *, email: str, password: str, user_agent: str = "", address: str = ""
) -> SignedIn:
    """Check a password and open a session; raises `SignInRefused`."""
    repository = AuthRepository(uow)
    user = repository.user_by_email(clean(email).strip())
    matches = _matches(user.password_hash if user else _NOBODY, clean(password))
    membership = repository.first_membership(user.id) if user else None
    if user is None or membership is None or not matches or user.is_disabled:
        message = "that e-mail address and password do not belong together"
        raise SignInRefused(message)
    token = secrets.token_urlsafe(32)
    expires_at = uow.now + SESSION_LIFETIME
    repository.add(
        SignInSession(
            id=new_id(),
            workspace_id=membership.workspace_id,
            user_id=user.id,
            token_hash=_digest(token),
            created_at=uow.now,
            expires_at=expires_at,
            user_agent=clean(user_agent)[:300],
            address=address[:60],
        )
    )
    actor = _user_actor(membership.workspace_id, user.id, user.name, membership.role)
    return SignedIn(token=token, actor=actor, expires_at=expires_at)


def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session of this token; an unknown token is no error."""
    AuthRepository(uow).revoke_session(_digest(token), uow.now)


def actor_for_session(uow: UnitOfWork, token: str) -> Actor | None:
    """Return who is signed in with this token, or `None`."""
    row = AuthRepository(uow).live_session(_digest(token), uow.now)
    if row is None:
        return None
    return _user_actor(row["workspace_id"], row["user_id"], row["name"], row["role"])


def actor_for_api_key(uow: UnitOfWork, key: str) -> Actor | None:
    """Return the actor of a valid key, or `None`."""
    row = AuthRepository(uow).use_api_key(_digest(key), uow.now)
    if row is None:
        return None
    return Actor(
        workspace_id=WorkspaceId(row["workspace_id"]),
        kind=ActorKind.API_KEY,
        name=f"API key {row['name']}",
        scopes=frozenset(row["scopes"]),
    )


def create_api_key(
    uow: UnitOfWork, actor: Actor, *, name: str, scopes: frozenset[str]
) -> CreatedApiKey:
    """Make a key for integrators; it is returned here and never again."""
    actor.require(Permission.KEYS_WRITE)
    if unknown := unknown_scopes(scopes):
        message = f"unknown scope: {', '.join(unknown)}"
        raise UnknownScope(message, field="scopes", expected=_scope_names())
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=new_id(),
        workspace_id=actor.workspace_id,
        name=name,
        prefix=key[: len(KEY_PREFIX) + 4],
        key_hash=_digest(key),
        scopes=sorted(scopes),
        created_at=uow.now,
    )
    AuthRepository(uow).add(row)
    return CreatedApiKey(id=row.id, key=key, prefix=row.prefix)


def create_user(uow: UnitOfWork, actor: Actor, given: UserInput) -> UserId:
    """Add a user to the actor's workspace; raises `BadEmail`, `WeakPassword`, `EmailTaken`."""
    actor.require(Permission.USERS_WRITE)
    address = given.email.strip()
    if not EMAIL.fullmatch(address):
        message = f"{address!r} is not an e-mail address"
        raise BadEmail(message, field="email", expected="a form like ana@example.com")
    if len(given.password) < MIN_PASSWORD_LENGTH:
        message = "the password is too short"
        expected = f"at least {MIN_PASSWORD_LENGTH} characters"
        raise WeakPassword(message, field="password", expected=expected)
    repository = AuthRepository(uow)
    if repository.user_by_email(address):
        message = f"{address} signs in here already"
        raise EmailTaken(message, field="email")
    user = UserAccount(
        id=new_id(),
        email=address,
        name=given.name,
        password_hash=_hasher.hash(given.password),
        created_at=uow.now,
    )
    repository.add(user)
    repository.add(
        Membership(
            workspace_id=actor.workspace_id, user_id=user.id, role=given.role, created_at=uow.now
        )
    )
    return UserId(user.id)


def create_workspace(
    uow: UnitOfWork, *, name: str, timezone: str = "UTC", currency: str = "USD"
) -> WorkspaceView:
    """Make an empty workspace."""
    row = Workspace(
        id=new_id(), name=name, timezone=timezone, currency=currency, created_at=uow.now
    )
    AuthRepository(uow).add(row)
    return _workspace_view(row)


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


def sole_workspace(uow: UnitOfWork) -> WorkspaceView:
    """Return the first workspace; raises `NoWorkspace` before the first start."""
    rows = AuthRepository(uow).workspaces()
    if not rows:
        message = "there is no workspace yet; start LeadFlow once with `make run`"
        raise NoWorkspace(message)
    return _workspace_view(rows[0])


def get_workspace(uow: UnitOfWork, actor: Actor) -> WorkspaceView:
    """Return the actor's workspace."""
    return workspace_settings(uow, actor.workspace_id)


def workspace_settings(uow: UnitOfWork, workspace_id: UUID) -> WorkspaceView:
    """Return a workspace's name, timezone and currency; raises `NoWorkspace`."""
    row = AuthRepository(uow).workspace(workspace_id)
    if row is None:
        message = "no such workspace"
        raise NoWorkspace(message)
    return _workspace_view(row)


def _workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=WorkspaceId(row.id), name=row.name, timezone=row.timezone, currency=row.currency
    )


def _user_actor(workspace_id: UUID, user_id: UUID, name: str, role: str) -> Actor:
    return Actor(
        workspace_id=WorkspaceId(workspace_id),
        kind=ActorKind.USER,
        name=name,
        user_id=UserId(user_id),
        role=Role(role),
    )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _scope_names() -> str:
    return "all, or some of " + ", ".join(permission.value for permission in Permission)

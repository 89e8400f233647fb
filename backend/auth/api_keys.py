"""API keys: made, shown once, recognised, given a new secret, revoked.

A key reads `lf_live_<8 letters and digits>_<43 characters>`. The part before the last underscore
is its prefix, which people see; of the whole only the SHA-256 is kept. A key belongs to its
workspace: it stays alive when whoever made it leaves.
"""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from backend.auth.api_keys_repository import ApiKeyRepository, use_key
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import (
    ApiKeyDead,
    BadExpiry,
    BadGrace,
    BadName,
    NoApiKey,
    NotPermitted,
    UnknownScope,
)
from backend.auth.models import ApiKey
from backend.auth.policy import ActorKind, Permission, may_hand_on, scoped, unknown_scopes
from backend.auth.schemas import Actor, ApiKeyState, ApiKeyView, CreatedApiKey
from backend.auth.tokens import digest, new_token
from backend.kit.ids import WorkspaceId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

KEY_PREFIX: Final = "lf_live_"
NAME_BYTES: Final = 5
MAX_NAME_LENGTH: Final = 100
MAX_LIFETIME: Final = timedelta(days=2 * 365 + 1)
MAX_GRACE: Final = timedelta(hours=24)
NO_GRACE: Final = timedelta()
TOPIC: Final = "api_keys"


def actor_for_api_key(uow: UnitOfWork, key: str, *, address: str = "") -> Actor | None:
    """Return the actor of a valid key, or `None`."""
    row = use_key(uow, digest(key), address=clean(address))
    if row is None:
        return None
    return Actor(
        workspace_id=WorkspaceId(row["workspace_id"]),
        kind=ActorKind.API_KEY,
        key_id=row["id"],
        name=f"API key {row['name']}",
        scopes=frozenset(row["scopes"]),
        address=address,
    )


def create_api_key(
    uow: UnitOfWork,
    actor: Actor,
    *,
    name: str,
    scopes: frozenset[str],
    expires_at: datetime | None = None,
) -> CreatedApiKey:
    """Make a key for integrators; it is returned here and never again.

    Raises `BadName`, `UnknownScope`, `BadExpiry`, and `NotPermitted` for what the maker lacks.
    """
    actor.require(Permission.KEYS_WRITE)
    chosen = _checked_name(name)
    _check_scopes(actor, scopes)
    if expires_at is not None and not uow.now < expires_at <= uow.now + MAX_LIFETIME:
        message = "expires_at is past, or more than two years away"
        raise BadExpiry(message, field="expires_at", expected="a moment in the next two years")
    prefix, key = _new_key()
    row = ApiKey(
        id=new_id(),
        workspace_id=actor.workspace_id,
        name=chosen,
        prefix=prefix,
        key_hash=digest(key),
        scopes=sorted(scopes),
        created_at=uow.now,
        created_by=actor.user_id,
        creator_name=actor.name,
        expires_at=expires_at,
    )
    ApiKeyRepository(uow, actor.workspace_id).add(row)
    _record(uow, actor, AuditAction.API_KEY_CREATED, row)
    return CreatedApiKey(id=row.id, key=key, prefix=prefix)


def list_api_keys(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ApiKeyView]:
    """Return the keys of the workspace, dead ones too, the oldest first."""
    actor.require(Permission.KEYS_READ)
    return paged(
        ApiKeyRepository(uow, actor.workspace_id).page(page),
        page,
        view=lambda row: _view(row, uow.now),
        key=lambda row: (row.created_at.isoformat(), str(row.id)),
    )


def revoke_api_key(uow: UnitOfWork, actor: Actor, key_id: UUID) -> ApiKeyView:
    """End a key at once; one that is revoked already stays so; raises `NoApiKey`."""
    row = _load(uow, actor, key_id)
    if row.revoked_at is None:
        row.revoked_at = uow.now
        _record(uow, actor, AuditAction.API_KEY_REVOKED, row)
    return _view(row, uow.now)


def rotate_api_key(
    uow: UnitOfWork, actor: Actor, key_id: UUID, *, grace: timedelta = NO_GRACE
) -> CreatedApiKey:
    """Give a key a new secret, returned here and never again; the old one works for `grace` more.

    A secret from before an earlier rotation ends now. Raises `NoApiKey`, `ApiKeyDead`, `BadGrace`.
    """
    row = _load(uow, actor, key_id)
    if not NO_GRACE <= grace <= MAX_GRACE:
        message = "the old key can work for 24 hours more at most"
        raise BadGrace(message, field="grace_seconds", expected="0 to 86400 seconds")
    if _state(row, uow.now) is not ApiKeyState.ACTIVE:
        message = "the key is revoked or has expired; make a new one"
        raise ApiKeyDead(message)
    row.previous_key_hash = row.key_hash if grace else None
    row.previous_expires_at = uow.now + grace if grace else None
    row.prefix, key = _new_key()
    row.key_hash = digest(key)
    _record(uow, actor, AuditAction.API_KEY_ROTATED, row)
    return CreatedApiKey(id=row.id, key=key, prefix=row.prefix)


def _load(uow: UnitOfWork, actor: Actor, key_id: UUID) -> ApiKey:
    """Find a key that the actor may change: one that can do no more than the actor."""
    actor.require(Permission.KEYS_WRITE)
    row = ApiKeyRepository(uow, actor.workspace_id).find(key_id)
    if row is None:
        message = "no such API key"
        raise NoApiKey(message)
    _check_hands_on(actor, frozenset(row.scopes))
    return row


def _check_scopes(actor: Actor, scopes: frozenset[str]) -> None:
    if not scopes or unknown_scopes(scopes):
        message = "one of the scopes does not exist" if scopes else "there is no scope"
        raise UnknownScope(message, field="scopes", expected=_scope_names())
    _check_hands_on(actor, scopes)


def _check_hands_on(actor: Actor, scopes: frozenset[str]) -> None:
    if not may_hand_on(actor.permissions, scoped(scopes)):
        message = f"the key can do what {actor.name} may not"
        raise NotPermitted(message, field="scopes", expected="scopes that you have yourself")


def _checked_name(name: str) -> str:
    chosen = clean(name).strip()
    if not 0 < len(chosen) <= MAX_NAME_LENGTH:
        message = "the name is empty or too long"
        raise BadName(message, field="name", expected=f"1 to {MAX_NAME_LENGTH} characters")
    return chosen


def _new_key() -> tuple[str, str]:
    """Return the prefix that people see, and the whole key."""
    name = base64.b32encode(secrets.token_bytes(NAME_BYTES)).decode().lower()
    prefix = f"{KEY_PREFIX}{name}"
    return prefix, f"{prefix}_{new_token()}"


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, row: ApiKey) -> None:
    uow.session.flush()
    uow.announce(TOPIC, row.id, workspace_id=actor.workspace_id)
    details = {"name": row.name, "prefix": row.prefix, "scopes": ", ".join(row.scopes)}
    record_audit(uow, actor, action, subject=f"api_key:{row.id}", details=details)


def _state(row: ApiKey, now: datetime) -> ApiKeyState:
    if row.revoked_at is not None:
        return ApiKeyState.REVOKED
    if row.expires_at is not None and row.expires_at <= now:
        return ApiKeyState.EXPIRED
    return ApiKeyState.ACTIVE


def _view(row: ApiKey, now: datetime) -> ApiKeyView:
    is_in_grace = row.previous_expires_at is not None and row.previous_expires_at > now
    return ApiKeyView(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        state=_state(row, now),
        creator_name=row.creator_name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        last_used_address=row.last_used_address,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        previous_expires_at=row.previous_expires_at if is_in_grace else None,
    )


def _scope_names() -> str:
    return "all, or some of " + ", ".join(permission.value for permission in Permission)

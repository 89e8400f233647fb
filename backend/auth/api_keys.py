"""API keys: made, shown once, and recognised."""

from backend.auth.errors import UnknownScope
from backend.auth.models import ApiKey
from backend.auth.policy import ActorKind, Permission, unknown_scopes
from backend.auth.repository import AuthRepository
from backend.auth.schemas import Actor, CreatedApiKey
from backend.auth.tokens import digest, new_token
from backend.kit.ids import WorkspaceId, new_id
from backend.platform.unit_of_work import UnitOfWork

KEY_PREFIX = "lf_live_"


def actor_for_api_key(uow: UnitOfWork, key: str) -> Actor | None:
    """Return the actor of a valid key, or `None`."""
    row = AuthRepository(uow).use_api_key(digest(key), uow.now)
    if row is None:
        return None
    return Actor(
        workspace_id=WorkspaceId(row["workspace_id"]),
        kind=ActorKind.API_KEY,
        key_id=row["id"],
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
    key = KEY_PREFIX + new_token()
    row = ApiKey(
        id=new_id(),
        workspace_id=actor.workspace_id,
        name=name,
        prefix=key[: len(KEY_PREFIX) + 4],
        key_hash=digest(key),
        scopes=sorted(scopes),
        created_at=uow.now,
    )
    AuthRepository(uow).add(row)
    return CreatedApiKey(id=row.id, key=key, prefix=row.prefix)


def _scope_names() -> str:
    return "all, or some of " + ", ".join(permission.value for permission in Permission)

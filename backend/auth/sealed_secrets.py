"""Rotating the keys that seal secrets: work on the whole installation, in short transactions.

The order makes a crash harmless: first the new key is written in front of the old ones, so that
every value opens; then every value is sealed anew; and only when nothing needs an old key is it
forgotten. Each step may be repeated.
"""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import KeysAreGiven
from backend.auth.schemas import Actor
from backend.auth.workspaces import workspace_ids
from backend.platform import secrets
from backend.platform.sealing import (
    SealedColumn,
    await_sealers,
    keys_in_use,
    reseal_batch,
    sealed_columns,
)
from backend.platform.unit_of_work import SYSTEM, Scope, unit_of_work


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """A key by its id, and how many sealed values only it opens; one key seals."""

    key_id: str
    is_sealing: bool
    values: int

    @property
    def is_needed(self) -> bool:
        """Whether the key may not go."""
        return self.is_sealing or self.values > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsStatus:
    """The keys in force, the sealing one first, and how many values none of them opens."""

    keys: tuple[KeyUse, ...]
    unopened: int

    @property
    def old_and_needed(self) -> tuple[KeyUse, ...]:
        """The keys that a rotation would make superfluous."""
        return tuple(key for key in self.keys if key.values and not key.is_sealing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did: values sealed anew, keys forgotten, and how things are now.

    `broken` values do not open in their place, so they were left as they are.
    """

    resealed: int
    broken: int
    dropped: tuple[str, ...]
    status: SecretsStatus


def secrets_status() -> SecretsStatus:
    """Tell which key opens how many of the sealed values, without showing a key."""
    used: Counter[str | None] = Counter()
    for scope, column in _places():
        with unit_of_work(scope) as uow:
            used += keys_in_use(uow, column)
    ids = [secrets.key_id(key) for key in secrets.secret_keys()]
    keys = tuple(
        KeyUse(key_id=found, is_sealing=found == ids[0], values=used[found])
        for found in dict.fromkeys(ids)
    )
    return SecretsStatus(keys=keys, unopened=used[None])


def rotate_secrets(*, with_new_key: bool = False, drop_old: bool = False) -> Rotation:
    """Bring every secret under the first key; with a new one in front of the others, if asked.

    With `drop_old`, keys that nothing needs any more are forgotten. Both change the keys in the
    data directory; raises `KeysAreGiven` when the environment holds the keys.
    """
    if (with_new_key or drop_old) and not secrets.are_kept():
        message = "the keys are those of LEADFLOW_SECRET_KEYS, which LeadFlow cannot change"
        raise KeysAreGiven(message, expected="a change of the variable and a restart")
    if with_new_key:
        secrets.put_new_key_first()
    done = _reseal_everything()
    status = secrets_status()
    dropped = _drop_unneeded(status) if drop_old else ()
    return Rotation(
        resealed=done["resealed"],
        broken=done["broken"],
        dropped=dropped,
        status=secrets_status() if dropped else status,
    )


def _reseal_everything() -> Counter[str]:
    with unit_of_work(SYSTEM) as uow:
        await_sealers(uow)
        workspaces = [Actor.system(found) for found in workspace_ids(uow)]
    done: Counter[str] = Counter()
    for column in sealed_columns():
        if column.is_shared:
            done += _reseal(SYSTEM, column)
    for actor in workspaces:
        done += _reseal_workspace(actor)
    return done


def _reseal_workspace(actor: Actor) -> Counter[str]:
    done: Counter[str] = Counter()
    for column in sealed_columns():
        if not column.is_shared:
            done += _reseal(actor, column)
    key = secrets.key_id(secrets.secret_keys()[0])
    details = {"resealed": done["resealed"], "broken": done["broken"], "key": key}
    with unit_of_work(actor) as uow:
        record_audit(uow, actor, AuditAction.SECRETS_ROTATED, details=details)
    return done


def _reseal(scope: Scope, column: SealedColumn) -> Counter[str]:
    done: Counter[str] = Counter()
    last = None
    while True:
        with unit_of_work(scope) as uow:
            batch = reseal_batch(uow, column, after=last)
        done.update(resealed=batch.resealed, broken=batch.broken)
        last = batch.last
        if last is None:
            return done


def _drop_unneeded(status: SecretsStatus) -> tuple[str, ...]:
    unneeded = tuple(key.key_id for key in status.keys if not key.is_needed)
    secrets.forget_keys(unneeded)
    return unneeded


def _places() -> list[tuple[Scope, SealedColumn]]:
    with unit_of_work(SYSTEM) as uow:
        workspaces: list[UUID] = workspace_ids(uow)
    shared: list[tuple[Scope, SealedColumn]] = [
        (SYSTEM, column) for column in sealed_columns() if column.is_shared
    ]
    return shared + [
        (Actor.system(workspace), column)
        for workspace in workspaces
        for column in sealed_columns()
        if not column.is_shared
    ]

"""Where sealed values are kept, and how they come under a new key.

A slice that seals a value declares the column once, and `backend.wiring` registers it. A rotation
walks all of them in batches, each in its own transaction, and passes over what the first key
sealed already: it may stop anywhere and be started again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, Update, bindparam, column, select, table, tuple_, update
from sqlalchemy.types import NullType

from backend.platform.secrets import SealBroken, reseal, seal, sealed_with
from backend.platform.unit_of_work import UnitOfWork

BATCH: Final = 200
SEALING: Final = "leadflow sealing"

Key = tuple[Any, ...]

SHARE = "SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """A column of sealed values; `place` names the context of a row by its primary key.

    `is_shared` when its rows belong to people and to no workspace.
    """

    table: str
    column: str
    key: tuple[str, ...] = ("id",)
    place: Callable[..., str]
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of some rows; `last` is where the next batch begins, `None` after the end."""

    resealed: int
    broken: int
    last: Key | None


_columns: dict[tuple[str, str], SealedColumn] = {}


def register(*columns: SealedColumn) -> None:
    """Have a rotation walk these columns too; the composition root's call."""
    _columns.update({(item.table, item.column): item for item in columns})


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Return every column of sealed values; without this list a rotation would lose them."""
    if not _columns:
        message = "no sealed columns are known: import backend.wiring"
        raise RuntimeError(message)
    return tuple(_columns.values())


def seal_in(uow: UnitOfWork, secret: dict[str, Any], *, context: str) -> str:
    """Seal a secret for a row of this transaction; no rotation ends before it does."""
    uow.execute(SHARE, {"name": SEALING})
    return seal(secret, context=context)


def await_sealers(uow: UnitOfWork) -> None:
    """Wait until everybody who may have sealed with the keys of before has committed."""
    uow.lock(SEALING)


def reseal_batch(uow: UnitOfWork, sealed: SealedColumn, *, after: Key | None = None) -> Batch:
    """Bring the next rows that the transaction sees under the first key."""
    rows = _next_rows(uow, sealed, after)
    fresh: list[dict[str, object]] = []
    broken = 0
    for *key, before in rows:
        try:
            now = reseal(before, context=sealed.place(*key))
        except SealBroken:
            broken += 1
            continue
        if now != before:
            fresh.append({"fresh": now} | _named(sealed, key))
    if fresh:
        uow.session.connection().execute(_change(sealed), fresh)
    is_last = len(rows) < BATCH
    return Batch(resealed=len(fresh), broken=broken, last=None if is_last else rows[-1][:-1])


def keys_in_use(uow: UnitOfWork, sealed: SealedColumn) -> Counter[str | None]:
    """Count the values that the transaction sees by the key that opens them; `None` is no key."""
    value = column(sealed.column, Text())
    wanted = select(value).select_from(table(sealed.table, value)).where(value.is_not(None))
    rows = uow.session.connection().execute(wanted.execution_options(yield_per=BATCH))
    return Counter(sealed_with(row[0]) for row in rows)


def _next_rows(uow: UnitOfWork, sealed: SealedColumn, after: Key | None) -> Sequence[Key]:
    key = [column(name, NullType()) for name in sealed.key]
    value = column(sealed.column, Text())
    wanted = select(*key, value).select_from(table(sealed.table)).where(value.is_not(None))
    if after is not None:
        last = (bindparam(None, part, unique=True, type_=NullType()) for part in after)
        wanted = wanted.where(tuple_(*key) > tuple_(*last))
    ordered = wanted.order_by(*key).limit(BATCH).with_for_update()
    return [tuple(row) for row in uow.session.connection().execute(ordered)]


def _change(sealed: SealedColumn) -> Update:
    value = column(sealed.column, Text())
    key = [column(name, NullType()) for name in sealed.key]
    change = update(table(sealed.table, *key, value))
    same = [part == bindparam(f"at_{part.name}", type_=NullType()) for part in key]
    return change.where(*same).values({sealed.column: bindparam("fresh", type_=Text())})


def _named(sealed: SealedColumn, key: Sequence[object]) -> dict[str, object]:
    return {f"at_{name}": part for name, part in zip(sealed.key, key, strict=True)}

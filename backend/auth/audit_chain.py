"""How one audit entry hangs on the one before: pure, so that anybody can check a copy of the log.

The hash of an entry is the SHA-256, in lower-case hexadecimal, of one JSON object in the canonical
form of RFC 8785: members sorted by name, no white space, UTF-8, nothing escaped that need not be.
Its members are `FIELDS`: ids as text, `occurred_at` in UTC with six decimals and `Z`, `actor_id`
as `null` when the system acted, `details` as an object of texts, whole numbers, booleans and
nulls. `previous_hash` is the hash of the entry before, or `BEGINNING` for the first of a workspace.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

BEGINNING: Final = "0" * 64
FIELDS: Final = (
    "workspace_id",
    "sequence",
    "id",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "action",
    "subject",
    "details",
    "previous_hash",
)


def entry_hash(entry: Mapping[Any, Any]) -> str:
    """Return the hash of an entry, which is made of all its `FIELDS`."""
    plain = {name: _plain(entry[name]) for name in FIELDS}
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def fault_of(entry: Mapping[Any, Any], *, sequence: int, previous_hash: str) -> str | None:
    """Say why this is not the entry that belongs at `sequence`, or `None` when it is."""
    if entry["sequence"] != sequence:
        return "the entry is missing"
    if entry["hash"] != entry_hash(entry):
        return "the entry was changed"
    if entry["previous_hash"] != previous_hash:
        return "the entry does not follow the one before"
    return None


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value

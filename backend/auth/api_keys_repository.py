"""Every SQL statement about API keys."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, tuple_
from sqlmodel import col, select

from backend.auth.models import ApiKey
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

# The secret before a rotation is good until its grace ends.
VALID = """
SELECT id, workspace_id, name, scopes FROM api_key
WHERE (key_hash = :key_hash OR (previous_key_hash = :key_hash AND previous_expires_at > :now))
  AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
"""
USED = """
UPDATE api_key SET last_used_at = :now, last_used_address = :address
WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :now - interval '1 minute')
"""


def use_key(uow: UnitOfWork, key_hash: str, *, address: str) -> RowMapping | None:
    """Find a valid key of any workspace; its last use is written at most once a minute."""
    row = uow.execute(VALID, {"key_hash": key_hash, "now": uow.now}).mappings().first()
    if row is not None:
        uow.execute(USED, {"id": row["id"], "now": uow.now, "address": address})
    return row


class ApiKeyRepository:
    """The API keys of one workspace."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._session = uow.session
        self._workspace_id = workspace_id

    def add(self, key: ApiKey) -> None:
        """Insert a key."""
        self._session.add(key)
        self._session.flush()

    def find(self, key_id: UUID) -> ApiKey | None:
        """Find a key and hold it to the end of the transaction."""
        wanted = select(ApiKey).where(
            ApiKey.id == key_id, ApiKey.workspace_id == self._workspace_id
        )
        return self._session.exec(wanted.with_for_update()).first()

    def page(self, page: PageRequest) -> Sequence[ApiKey]:
        """Return keys, the oldest first, one more than asked for."""
        wanted = select(ApiKey).where(ApiKey.workspace_id == self._workspace_id)
        if after := page.position(datetime.fromisoformat, UUID):
            wanted = wanted.where(tuple_(col(ApiKey.created_at), col(ApiKey.id)) > after)
        ordered = wanted.order_by(col(ApiKey.created_at), col(ApiKey.id)).limit(page.limit + 1)
        return self._session.exec(ordered).all()

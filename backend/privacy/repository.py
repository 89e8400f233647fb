"""Every SQL statement about receipts and retention."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.privacy.models import ErasureReceipt, RetentionPolicy

SET = """
INSERT INTO retention_policy (workspace_id, raw_days, text_days, updated_at)
VALUES (:workspace_id, :raw_days, :text_days, :now)
ON CONFLICT (workspace_id) DO UPDATE
SET raw_days = excluded.raw_days, text_days = excluded.text_days, updated_at = excluded.updated_at
"""


class PrivacyRepository:
    """Receipts and retention of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def add(self, row: ErasureReceipt) -> None:
        """Insert a receipt."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def receipt(self, contact_id: UUID) -> ErasureReceipt | None:
        """Find the receipt of a person who was erased."""
        wanted = select(ErasureReceipt).where(
            ErasureReceipt.workspace_id == self._workspace_id,
            ErasureReceipt.contact_id == contact_id,
        )
        return self._uow.session.exec(wanted).first()

    def page(self, page: PageRequest) -> Sequence[ErasureReceipt]:
        """Return receipts, the latest first, one more than asked for."""
        wanted = select(ErasureReceipt).where(ErasureReceipt.workspace_id == self._workspace_id)
        if before := page.position(datetime.fromisoformat, UUID):
            position = tuple_(col(ErasureReceipt.erased_at), col(ErasureReceipt.id))
            wanted = wanted.where(position < before)
        ordered = wanted.order_by(
            col(ErasureReceipt.erased_at).desc(), col(ErasureReceipt.id).desc()
        )
        return self._uow.session.exec(ordered.limit(page.limit + 1)).all()

    def retention(self) -> RetentionPolicy | None:
        """Find what was set."""
        wanted = select(RetentionPolicy).where(RetentionPolicy.workspace_id == self._workspace_id)
        return self._uow.session.exec(wanted).first()

    def set_retention(self, *, raw_days: int, text_days: int | None) -> None:
        """Set it."""
        self._uow.execute(
            SET,
            {
                "workspace_id": self._workspace_id,
                "raw_days": raw_days,
                "text_days": text_days,
                "now": self._uow.now,
            },
        )

"""Every SQL statement of the consent ledger."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.contacts.consent_policy import ConsentChange, ConsentWords, Purpose
from backend.contacts.models import ConsentEvent
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

# The same as `consent_policy.current`: the latest, and of one moment the opt-out.
CURRENT = """
SELECT DISTINCT ON (contact_id) * FROM consent_event
WHERE workspace_id = :workspace_id AND contact_id = ANY(CAST(:ids AS uuid[]))
  AND purpose = :purpose
ORDER BY contact_id, occurred_at DESC, change = 'opt_out' DESC, id DESC
"""
PAGE = """
SELECT * FROM consent_event
WHERE workspace_id = :workspace_id AND contact_id = :contact_id AND purpose = :purpose {after}
ORDER BY occurred_at DESC, id DESC LIMIT :limit
"""
KNOWN = """
SELECT message_id FROM consent_event
WHERE workspace_id = :workspace_id AND message_id = ANY(CAST(:ids AS uuid[]))
  AND purpose = :purpose
"""
SAVE = """
INSERT INTO consent_setting (workspace_id, stop_words, start_words, confirms, stopped_text,
                             started_text, changed_by, updated_at)
VALUES (:workspace_id, CAST(:stop_words AS text[]), CAST(:start_words AS text[]), :confirms,
        :stopped_text, :started_text, :by, :now)
ON CONFLICT (workspace_id) DO UPDATE
SET stop_words = excluded.stop_words, start_words = excluded.start_words,
    confirms = excluded.confirms, stopped_text = excluded.stopped_text,
    started_text = excluded.started_text, changed_by = excluded.changed_by,
    updated_at = excluded.updated_at
"""


class ConsentRepository:
    """What the people of one workspace agreed to, in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def current(self, contact_ids: Collection[UUID], purpose: Purpose) -> dict[UUID, RowMapping]:
        """Return the line that decides, for those contacts that have any."""
        if not contact_ids:
            return {}
        asked = {
            "workspace_id": self._workspace_id,
            "ids": sorted(contact_ids),
            "purpose": purpose,
        }
        return {row["contact_id"]: row for row in self._uow.execute(CURRENT, asked).mappings()}

    def known(self, message_ids: Collection[UUID], purpose: Purpose) -> set[UUID]:
        """Return which of these messages have their line already."""
        asked = {
            "workspace_id": self._workspace_id,
            "ids": sorted(message_ids),
            "purpose": purpose,
        }
        return set(self._uow.execute(KNOWN, asked).scalars())

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append lines; one about a message that has its line already is passed over."""
        self._uow.insert(ConsentEvent, rows, once=True)

    def page(
        self, contact_id: UUID, page: PageRequest, *, purpose: Purpose
    ) -> Sequence[RowMapping]:
        """Return one page of a contact's lines and one row more, what was said last first."""
        asked = {
            "workspace_id": self._workspace_id,
            "contact_id": contact_id,
            "purpose": purpose,
            "limit": page.limit + 1,
        }
        after = ""
        if position := page.position(datetime.fromisoformat, UUID):
            after = "AND (occurred_at, id) < (:after, :after_id)"
            asked |= {"after": position[0], "after_id": position[1]}
        return self._uow.execute(PAGE.format(after=after), asked).mappings().all()

    def words(self, *, lock: bool = False) -> RowMapping | None:
        """Return the settings' row, where there is one."""
        query = "SELECT * FROM consent_setting WHERE workspace_id = :workspace_id"
        found = self._uow.execute(
            f"{query} FOR UPDATE" if lock else query, {"workspace_id": self._workspace_id}
        )
        return found.mappings().first()

    def save_words(self, words: ConsentWords, *, by: str) -> None:
        """Write the settings."""
        self._uow.execute(
            SAVE,
            {
                "workspace_id": self._workspace_id,
                "stop_words": list(words.stop_words),
                "start_words": list(words.start_words),
                "confirms": words.confirms,
                "stopped_text": words.stopped_text,
                "started_text": words.started_text,
                "by": by,
                "now": self._uow.now,
            },
        )


def said_in(row: RowMapping | None) -> tuple[datetime, ConsentChange] | None:
    """Return what a line says, and of which moment."""
    return (row["occurred_at"], ConsentChange(row["change"])) if row else None

"""SQL of notifications."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.notices.models import Notification
from backend.notices.schemas import Notice
from backend.platform.unit_of_work import UnitOfWork

SHOWN = "id, kind, subject, text, created_at, read_at"
MINE = "workspace_id = :workspace_id AND user_id = :user_id"
ACTIVE = """
SELECT m.user_id FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.workspace_id = :workspace_id AND NOT m.is_disabled AND NOT u.is_disabled
  AND m.user_id = ANY(CAST(:user_ids AS uuid[]))
ORDER BY m.user_id
"""
ABOUT = "workspace_id = :workspace_id AND subject = ANY(CAST(:subjects AS text[]))"


class NoticeRepository:
    """The notifications of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def members(self, user_ids: Sequence[UUID]) -> list[UUID]:
        """Return those who can sign in here, in the order of their ids."""
        asked = {"workspace_id": self._workspace_id, "user_ids": list(user_ids)}
        return list(self._uow.execute(ACTIVE, asked).scalars())

    def add(self, user_ids: Sequence[UUID], notice: Notice) -> None:
        """Tell each of them; whoever was told this already is passed over."""
        rows = [
            {
                "id": new_id(),
                "workspace_id": self._workspace_id,
                "user_id": user_id,
                "kind": str(notice.kind),
                "subject": notice.subject,
                "text": notice.text,
                "key": notice.key,
                "created_at": self._uow.now,
            }
            for user_id in user_ids
        ]
        self._uow.insert(Notification, rows, once=True)

    def page(
        self, user_id: UUID, page: PageRequest, *, unread_only: bool = False
    ) -> Sequence[RowMapping]:
        """Return what one person was told, the latest first, one more than asked for."""
        asked: dict[str, Any] = {**self._mine(user_id), "limit": page.limit + 1}
        narrowed = " AND read_at IS NULL" if unread_only else ""
        if position := page.position(UUID):
            narrowed += " AND id < :before"
            asked["before"] = position[0]
        query = f"SELECT {SHOWN} FROM notification WHERE {MINE}{narrowed}"
        return self._uow.execute(f"{query} ORDER BY id DESC LIMIT :limit", asked).mappings().all()

    def count_unread(self, user_id: UUID, *, most: int) -> int:
        """Return how many they have not seen, counted no further than `most`."""
        query = f"SELECT 1 FROM notification WHERE {MINE} AND read_at IS NULL LIMIT :most"
        counted = f"SELECT count(*) FROM ({query}) AS unread"
        return self._uow.execute(counted, {**self._mine(user_id), "most": most}).scalar_one()

    def mark_read(self, user_id: UUID, notice_ids: Sequence[UUID]) -> int:
        """Mark these as seen, or all without any; returns how many were not before."""
        asked: dict[str, Any] = {**self._mine(user_id), "now": self._uow.now}
        named = ""
        if notice_ids:
            named = " AND id = ANY(CAST(:ids AS uuid[]))"
            asked["ids"] = list(notice_ids)
        query = f"UPDATE notification SET read_at = :now WHERE {MINE} AND read_at IS NULL{named}"
        return self._uow.execute(query, asked).rowcount

    def mark_subject_read(self, user_id: UUID, subject: str) -> int:
        """Mark what they were told of a subject as seen; returns how many were not before."""
        query = (
            f"UPDATE notification SET read_at = :now"
            f" WHERE {MINE} AND read_at IS NULL AND subject = :subject"
        )
        asked = {**self._mine(user_id), "now": self._uow.now, "subject": subject}
        return self._uow.execute(query, asked).rowcount

    def blank(self, subjects: Sequence[str]) -> int:
        """Take the words out of what was told of these subjects; returns how many had any."""
        query = f"UPDATE notification SET text = '' WHERE {ABOUT} AND text <> ''"
        return self._uow.execute(query, self._about(subjects)).rowcount

    def held(self, subjects: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Return every row about these subjects."""
        query = f"SELECT to_jsonb(t) FROM notification AS t WHERE {ABOUT} ORDER BY id"
        return self._uow.execute(query, self._about(subjects)).scalars().all()

    def move(self, moves: Mapping[str, str]) -> None:
        """Let what was told of some subjects be about others from now on."""
        self._uow.execute(
            "UPDATE notification AS n SET subject = w.new"
            " FROM unnest(CAST(:old AS text[]), CAST(:new AS text[])) AS w(old, new)"
            " WHERE n.workspace_id = :workspace_id AND n.subject = w.old",
            {
                "workspace_id": self._workspace_id,
                "old": list(moves),
                "new": list(moves.values()),
            },
        )

    def _mine(self, user_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "user_id": user_id}

    def _about(self, subjects: Sequence[str]) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "subjects": list(subjects)}

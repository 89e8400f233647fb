"""Every SQL statement about message templates."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import TableClause, inspect, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from backend.channels.models import MessageTemplate
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

KEY = ("workspace_id", "channel_id", "name", "language")
KEPT = frozenset({"id", "created_at", *KEY})


class TemplateRepository:
    """The message templates of one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._session = uow.session

    def page(
        self, workspace_id: UUID, channel_id: UUID, page: PageRequest
    ) -> Sequence[MessageTemplate]:
        """Return templates of a channel by name and language, one more than asked for."""
        wanted = select(MessageTemplate).where(
            MessageTemplate.workspace_id == workspace_id, MessageTemplate.channel_id == channel_id
        )
        key = col(MessageTemplate.name), col(MessageTemplate.language)
        if after := page.position(str, str):
            wanted = wanted.where(tuple_(*key) > after)
        return self._session.exec(wanted.order_by(*key).limit(page.limit + 1)).all()

    def of_channel(self, workspace_id: UUID, channel_id: UUID) -> Sequence[MessageTemplate]:
        """Return every template of a channel; a provider allows some thousands at most."""
        wanted = select(MessageTemplate).where(
            MessageTemplate.workspace_id == workspace_id, MessageTemplate.channel_id == channel_id
        )
        return self._session.exec(wanted).all()

    def find(
        self, workspace_id: UUID, channel_id: UUID, template_id: UUID
    ) -> MessageTemplate | None:
        """Return a template of a channel."""
        wanted = select(MessageTemplate).where(
            MessageTemplate.workspace_id == workspace_id,
            MessageTemplate.channel_id == channel_id,
            MessageTemplate.id == template_id,
        )
        return self._session.exec(wanted).first()

    def named(self, workspace_id: UUID, provider_ids: Collection[str]) -> list[MessageTemplate]:
        """Return the templates that a provider means by these ids, on every channel."""
        wanted = select(MessageTemplate).where(
            MessageTemplate.workspace_id == workspace_id,
            col(MessageTemplate.provider_template_id).in_(list(provider_ids)),
        )
        return list(self._session.exec(wanted).all())

    def put(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write templates down, new ones and known ones, in one statement."""
        if not rows:
            return
        table = cast("TableClause", inspect(MessageTemplate).local_table)
        statement = insert(table).values([dict(row) for row in rows])
        changed = {name: statement.excluded[name] for name in rows[0] if name not in KEPT}
        self._session.connection().execute(
            statement.on_conflict_do_update(index_elements=list(KEY), set_=changed)
        )

    def remove_missing(
        self, workspace_id: UUID, channel_id: UUID, *, synced_before: datetime
    ) -> int:
        """Delete what the provider had at an earlier look and has no longer; returns how many."""
        gone = self._uow.execute(
            "DELETE FROM template WHERE workspace_id = :workspace_id AND channel_id = :channel_id"
            " AND COALESCE(synced_at, created_at) < :before",
            {"workspace_id": workspace_id, "channel_id": channel_id, "before": synced_before},
        )
        return gone.rowcount

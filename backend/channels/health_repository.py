"""Every SQL statement about how channels fare."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from sqlalchemy import TableClause, inspect
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from backend.channels.models import ChannelHealth
from backend.channels.schemas import DoorReport
from backend.platform.unit_of_work import UnitOfWork

SAW = """
INSERT INTO channel_health (channel_id, workspace_id, handshake_at, first_verified_at,
    last_verified_at, refused_count, last_refused_at, last_refused_reason, check_error,
    probe_error, warnings, known_at, templates_error)
SELECT h.id, h.workspace_id, :handshake_at, :verified_at, :verified_at, :refused_count,
    :refused_at, :reason, '', '', '{}', '{}', ''
FROM channel AS h WHERE h.id = :channel_id AND h.workspace_id = :workspace_id
ON CONFLICT (channel_id) DO UPDATE SET
    handshake_at = COALESCE(excluded.handshake_at, channel_health.handshake_at),
    first_verified_at = LEAST(channel_health.first_verified_at, excluded.first_verified_at),
    last_verified_at = GREATEST(channel_health.last_verified_at, excluded.last_verified_at),
    refused_count = channel_health.refused_count + excluded.refused_count,
    last_refused_at = GREATEST(channel_health.last_refused_at, excluded.last_refused_at),
    last_refused_reason =
        COALESCE(NULLIF(excluded.last_refused_reason, ''), channel_health.last_refused_reason)
RETURNING first_verified_at = :verified_at
"""


class HealthRepository:
    """The condition of channels, in one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._session = uow.session

    def find(self, workspace_id: UUID, channel_ids: Iterable[UUID]) -> dict[UUID, ChannelHealth]:
        """Return what is known of channels, by their ids."""
        wanted = select(ChannelHealth).where(
            ChannelHealth.workspace_id == workspace_id,
            col(ChannelHealth.channel_id).in_(list(channel_ids)),
        )
        rows = self._session.exec(wanted.execution_options(populate_existing=True)).all()
        return {row.channel_id: row for row in rows}

    def hold(self, workspace_id: UUID, channel_id: UUID) -> ChannelHealth | None:
        """Return what is known of a channel and let nobody else change it to the end."""
        self._uow.lock(f"channel_health|{channel_id}")
        return self.find(workspace_id, [channel_id]).get(channel_id)

    def put(self, workspace_id: UUID, channel_id: UUID, facts: Mapping[str, Any]) -> None:
        """Write down some columns of a channel's condition, whether or not there is a row."""
        row = ChannelHealth(channel_id=channel_id, workspace_id=workspace_id).model_dump()
        table = cast("TableClause", inspect(ChannelHealth).local_table)
        statement = insert(table).values({**row, **facts})
        statement = statement.on_conflict_do_update(
            index_elements=["channel_id"],
            set_=dict(facts),
            where=col(ChannelHealth.workspace_id) == workspace_id,
        )
        self._session.connection().execute(statement)

    def saw(self, workspace_id: UUID, report: DoorReport) -> bool:
        """Add what came to a webhook; whether a signature was right there for the first time."""
        told = {"workspace_id": workspace_id, **asdict(report)}
        return bool(self._uow.execute(SAW, told).scalar())

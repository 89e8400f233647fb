"""What came to each webhook, for the eyes of an admin: counted in memory, written once a second.

The door only adds to a dict; nothing here stands between a delivery and its acknowledgement.
What was counted when the process dies is lost, and nothing depends on it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from backend.auth import Actor
from backend.channels import Connection, DoorReport, record_door
from backend.platform.unit_of_work import unit_of_work

FLUSH_SECONDS: Final = 1.0
WRONG_SIGNATURE: Final = "the signature is missing or wrong"
WRONG_TOKEN: Final = "the verify token is wrong"  # noqa: S105  a sentence

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Seen:
    workspace_id: UUID
    handshake_at: datetime | None = None
    verified_at: datetime | None = None
    refused_at: datetime | None = None
    refused_count: int = 0
    reason: str = ""


class DoorWatch:
    """Counts for one process; `running` writes them."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._seen: dict[UUID, _Seen] = {}

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Write once a second while the process serves, and once more at its end."""
        writer = asyncio.create_task(self._write())
        try:
            yield
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            await asyncio.to_thread(self.flush)

    def handshake(self, connection: Connection, at: datetime) -> None:
        """Note that the provider checked the webhook, and knew the token."""
        self._of(connection).handshake_at = at

    def verified(self, connection: Connection, at: datetime) -> None:
        """Note that a delivery came with a right signature."""
        self._of(connection).verified_at = at

    def refused(self, connection: Connection, reason: str, at: datetime) -> None:
        """Note that something came that the provider did not sign, or not with this secret."""
        seen = self._of(connection)
        seen.refused_at, seen.reason = at, reason
        seen.refused_count += 1

    def flush(self) -> None:
        """Write what was counted since the last time, one transaction for each workspace."""
        taken, self._seen = self._seen, {}
        places: dict[UUID, list[DoorReport]] = {}
        for channel_id, seen in taken.items():
            report = DoorReport(
                channel_id=channel_id,
                handshake_at=seen.handshake_at,
                verified_at=seen.verified_at,
                refused_at=seen.refused_at,
                refused_count=seen.refused_count,
                reason=seen.reason,
            )
            places.setdefault(seen.workspace_id, []).append(report)
        for workspace_id, reports in places.items():
            with unit_of_work(Actor.system(workspace_id)) as uow:
                record_door(uow, workspace_id, reports)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await asyncio.to_thread(self.flush)
            except Exception:
                log.exception("what came to webhooks could not be counted")

    def _of(self, connection: Connection) -> _Seen:
        if connection.channel_id not in self._seen:
            self._seen[connection.channel_id] = _Seen(connection.workspace_id)
        return self._seen[connection.channel_id]

"""How far behind the intake is, for each channel."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork

WAITING = """
SELECT channel_id, min(received_at) AS since FROM webhook_event
WHERE workspace_id = :workspace_id AND state = 'received' GROUP BY channel_id
"""


def channel_lag(uow: UnitOfWork, actor: Actor) -> Mapping[UUID, datetime]:
    """Return when the oldest delivery came that waits to be processed, of channels with one."""
    actor.require(Permission.CHANNELS_READ)
    found = uow.execute(WAITING, {"workspace_id": actor.workspace_id})
    return {row.channel_id: row.since for row in found}

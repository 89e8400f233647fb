"""Every SQL statement about channels."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from backend.channels.models import Channel
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork


class ChannelRepository:
    """The channels of one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._session = uow.session

    def add(self, channel: Channel) -> None:
        """Insert a channel."""
        self._session.add(channel)
        self._session.flush()

    def find(self, workspace_id: UUID, channel_id: UUID) -> Channel | None:
        """Find a channel of a workspace."""
        wanted = select(Channel).where(
            Channel.id == channel_id, Channel.workspace_id == workspace_id
        )
        return self._session.exec(wanted).first()

    def find_anywhere(self, channel_id: UUID) -> Channel | None:
        """Find a channel by id alone: a webhook names no workspace."""
        return self._session.get(Channel, channel_id)

    def by_routing_key(self, workspace_id: UUID, provider: str, key: str) -> Channel | None:
        """Find the channel that a provider means by this key."""
        wanted = select(Channel).where(
            Channel.workspace_id == workspace_id,
            Channel.provider == provider,
            Channel.routing_key == key,
        )
        return self._session.exec(wanted).first()

    def connected(self, workspace_id: UUID) -> Sequence[Channel]:
        """Return every channel of a workspace; a workspace has few."""
        return self._session.exec(select(Channel).where(Channel.workspace_id == workspace_id)).all()

    def page(self, workspace_id: UUID, page: PageRequest) -> Sequence[Channel]:
        """Return channels, oldest first, one more than asked for."""
        wanted = select(Channel).where(Channel.workspace_id == workspace_id)
        if after := page.position(datetime.fromisoformat, UUID):
            wanted = wanted.where(tuple_(col(Channel.created_at), col(Channel.id)) > after)
        ordered = wanted.order_by(col(Channel.created_at), col(Channel.id)).limit(page.limit + 1)
        return self._session.exec(ordered).all()

    def saw_inbound(self, channel_ids: Sequence[UUID], at: datetime) -> None:
        """Remember when customers last wrote."""
        self._uow.write(
            "UPDATE channel SET last_inbound_at = GREATEST(last_inbound_at, :at)"
            " WHERE id = ANY(CAST(:ids AS uuid[]))",
            {"at": at, "ids": list(channel_ids)},
        )

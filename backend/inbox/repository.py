"""SQL of the inbox for one event or batch: set-based, no statement per row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.inbox.models import Conversation, Message, MessageAnnotation, MessageStatus
from backend.platform.unit_of_work import UnitOfWork

Pair = tuple[UUID, UUID]
MessageKey = tuple[UUID, str]


class InboxRepository:
    """The conversations of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def known_messages(self, keys: Iterable[MessageKey]) -> dict[MessageKey, RowMapping]:
        """Return the messages we have of these (channel, provider's message id)."""
        wanted = sorted(set(keys))
        found = self._uow.execute(
            """
            SELECT m.id, m.conversation_id, m.channel_id, m.provider_message_id
            FROM unnest(CAST(:channels AS uuid[]), CAST(:provider_ids AS text[]))
              AS w(channel_id, provider_id)
            JOIN message AS m
              ON m.channel_id = w.channel_id AND m.provider_message_id = w.provider_id
            """,
            {
                "channels": [channel_id for channel_id, _ in wanted],
                "provider_ids": [provider_id for _, provider_id in wanted],
            },
        )
        return {(row["channel_id"], row["provider_message_id"]): row for row in found.mappings()}

    def open_conversations(self, pairs: Iterable[Pair]) -> dict[Pair, UUID]:
        """Return the open conversation of each (channel, contact) that has one."""
        wanted = sorted(set(pairs))
        found = self._uow.execute(
            """
            SELECT c.id, c.channel_id, c.contact_id
            FROM unnest(CAST(:channels AS uuid[]), CAST(:contacts AS uuid[]))
              AS w(channel_id, contact_id)
            JOIN conversation AS c ON c.channel_id = w.channel_id
              AND c.contact_id = w.contact_id AND c.state = 'open'
            """,
            {
                "channels": [channel_id for channel_id, _ in wanted],
                "contacts": [contact_id for _, contact_id in wanted],
            },
        )
        return {(row.channel_id, row.contact_id): row.id for row in found}

    def add_conversations(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert conversations."""
        self._uow.insert(Conversation, rows)

    def add_messages(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert messages that are known to be new."""
        self._uow.insert(Message, rows)

    def add_statuses(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert steps; one that we have already is passed over."""
        self._uow.insert(MessageStatus, rows, once=True)

    def add_annotations(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert reactions, edits and revocations; one that we have already is passed over."""
        self._uow.insert(MessageAnnotation, rows, once=True)

    def colliding(self, survivor: UUID, absorbed: UUID) -> dict[UUID, UUID]:
        """Return open conversations of `absorbed` with the survivor's on the same channel."""
        found = self._uow.execute(
            """
            SELECT a.id AS old_id, s.id AS new_id
            FROM conversation AS a
            JOIN conversation AS s ON s.channel_id = a.channel_id
              AND s.contact_id = :survivor AND s.state = 'open'
            WHERE a.contact_id = :absorbed AND a.state = 'open'
            """,
            {"survivor": survivor, "absorbed": absorbed},
        )
        return {row.old_id: row.new_id for row in found}

    def move_messages(self, moves: Mapping[UUID, UUID]) -> None:
        """Hand the messages of some conversations over to others."""
        self._uow.execute(
            """
            UPDATE message AS m SET conversation_id = w.new_id
            FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
            WHERE m.conversation_id = w.old_id
            """,
            {"old": list(moves), "new": list(moves.values())},
        )

    def hand_over(self, survivor: UUID, absorbed: UUID, *, but: Iterable[UUID]) -> list[UUID]:
        """Give the other conversations of `absorbed` to the survivor; returns their ids."""
        moved = self._uow.execute(
            "UPDATE conversation SET contact_id = :survivor"
            " WHERE contact_id = :absorbed AND NOT id = ANY(CAST(:but AS uuid[])) RETURNING id",
            {"survivor": survivor, "absorbed": absorbed, "but": list(but)},
        )
        return [row.id for row in moved]

    def delete_conversations(self, conversation_ids: Iterable[UUID]) -> None:
        """Remove conversations that hold no message any more."""
        self._uow.execute(
            "DELETE FROM conversation WHERE id = ANY(CAST(:ids AS uuid[]))",
            {"ids": list(conversation_ids)},
        )

    def moments(self, conversation_ids: Iterable[UUID]) -> Sequence[RowMapping]:
        """Return when these conversations began, and on which channel."""
        found = self._uow.execute(
            "SELECT channel_id, opened_at FROM conversation WHERE id = ANY(CAST(:ids AS uuid[]))",
            {"ids": list(conversation_ids)},
        )
        return found.mappings().all()

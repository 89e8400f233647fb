"""SQL of the inbox for one event or batch: set-based, no statement per row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.inbox.models import Conversation, Message, MessageAnnotation, MessageStatus
from backend.inbox.policy import Thread
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

    def open_conversations(self, pairs: Iterable[Pair]) -> dict[Pair, RowMapping]:
        """Lock and return the open conversation of each (channel, contact) that has one."""
        wanted = sorted(set(pairs))
        found = self._uow.execute(
            """
            SELECT c.id, c.channel_id, c.contact_id, c.opened_at, c.last_message_at,
                   c.last_direction, c.last_kind, c.snippet, c.first_inbound_at,
                   c.window_expires_at, c.unread_count, c.read_until
            FROM unnest(CAST(:channels AS uuid[]), CAST(:contacts AS uuid[]))
              AS w(channel_id, contact_id)
            JOIN conversation AS c ON c.channel_id = w.channel_id
              AND c.contact_id = w.contact_id AND c.state = 'open'
            ORDER BY c.id FOR NO KEY UPDATE OF c
            """,
            {
                "channels": [channel_id for channel_id, _ in wanted],
                "contacts": [contact_id for _, contact_id in wanted],
            },
        )
        return {(row["channel_id"], row["contact_id"]): row for row in found.mappings()}

    def store_threads(self, conversations: Mapping[UUID, Thread]) -> None:
        """Write what conversations show now that the customer wrote, which wakes those asleep."""
        if not conversations:
            return
        values = conversations.values()
        self._uow.write(
            """
            UPDATE conversation AS c
            SET opened_at = t.opened_at, last_message_at = t.last_message_at,
                last_direction = t.last_direction, last_kind = t.last_kind, snippet = t.snippet,
                first_inbound_at = t.first_inbound_at, window_expires_at = t.window_expires_at,
                unread_count = t.unread_count, snoozed_until = NULL, snoozed_at = NULL
            FROM unnest(CAST(:ids AS uuid[]), CAST(:opened AS timestamptz[]),
                        CAST(:last AS timestamptz[]), CAST(:directions AS text[]),
                        CAST(:kinds AS text[]), CAST(:snippets AS text[]),
                        CAST(:first_inbound AS timestamptz[]), CAST(:windows AS timestamptz[]),
                        CAST(:unread AS int[]))
              AS t(id, opened_at, last_message_at, last_direction, last_kind, snippet,
                   first_inbound_at, window_expires_at, unread_count)
            WHERE c.id = t.id
            """,
            {
                "ids": list(conversations),
                "opened": [thread.opened_at for thread in values],
                "last": [thread.last_message_at for thread in values],
                "directions": [str(thread.last_direction) for thread in values],
                "kinds": [str(thread.last_kind) for thread in values],
                "snippets": [thread.snippet for thread in values],
                "first_inbound": [thread.first_inbound_at for thread in values],
                "windows": [thread.window_expires_at for thread in values],
                "unread": [thread.unread_count for thread in values],
            },
        )

    def foretold(self, keys: Iterable[MessageKey]) -> list[MessageKey]:
        """Return those keys of which a step or an annotation came before the message itself."""
        wanted = list(keys)
        found = self._uow.execute(
            """
            SELECT w.channel_id, w.provider_id
            FROM unnest(CAST(:channels AS uuid[]), CAST(:provider_ids AS text[]))
              AS w(channel_id, provider_id)
            WHERE EXISTS (
                SELECT 1 FROM message_status AS s
                WHERE s.channel_id = w.channel_id AND s.provider_message_id = w.provider_id
            ) OR EXISTS (
                SELECT 1 FROM message_annotation AS a
                WHERE a.channel_id = w.channel_id AND a.target_provider_id = w.provider_id
            )
            """,
            {
                "channels": [channel_id for channel_id, _ in wanted],
                "provider_ids": [provider_id for _, provider_id in wanted],
            },
        )
        return [(row.channel_id, row.provider_id) for row in found]

    def add_conversations(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert conversations."""
        self._uow.insert(Conversation, rows)

    def add_messages(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert messages that are known to be new."""
        self._uow.insert(Message, rows)

    def add_statuses(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert steps; one that we have already is passed over."""
        self._uow.insert(MessageStatus, rows, once=True)

    def name_by_reference(self, named: Mapping[UUID, MessageKey]) -> None:
        """Give replies that have no provider's id yet the (channel, id) that a step told us.

        The provider has them, whatever became of our call: they are handed over.
        """
        if not named:
            return
        self._uow.write(
            """
            UPDATE message AS m
            SET provider_message_id = w.provider_id, delivery_state = 'handed_over',
                error = NULL, fault = NULL, next_attempt_at = NULL
            FROM unnest(CAST(:ids AS uuid[]), CAST(:channels AS uuid[]),
                        CAST(:provider_ids AS text[])) AS w(id, channel_id, provider_id)
            WHERE m.id = w.id AND m.channel_id = w.channel_id AND m.direction = 'out'
              AND m.provider_message_id IS NULL
              AND NOT EXISTS (
                SELECT 1 FROM message AS o
                WHERE o.channel_id = w.channel_id AND o.provider_message_id = w.provider_id
              )
            """,
            {
                "ids": list(named),
                "channels": [channel_id for channel_id, _ in named.values()],
                "provider_ids": [provider_id for _, provider_id in named.values()],
            },
        )

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

    def move_team_rows(self, moves: Mapping[UUID, UUID]) -> None:
        """Hand notes and deeds over, and drafts where their writer has none in the other."""
        asked = {"old": list(moves), "new": list(moves.values())}
        self._uow.execute(
            """
            UPDATE conversation_entry AS e SET conversation_id = w.new_id
            FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
            WHERE e.conversation_id = w.old_id
            """,
            asked,
        )
        self._uow.execute(
            """
            UPDATE conversation_draft AS d SET conversation_id = w.new_id
            FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
            WHERE d.conversation_id = w.old_id AND NOT EXISTS (
                SELECT 1 FROM conversation_draft AS o
                WHERE o.conversation_id = w.new_id AND o.user_id = d.user_id
            )
            """,
            asked,
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

"""Putting a batch of new messages into the conversations of their people.

What a conversation shows is carried forward from what it shows already; only where that cannot
be known without the history (`policy.extended`) is it folded from the history again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.inbox.policy import Thread, extended
from backend.inbox.repository import InboxRepository, Pair
from backend.inbox.schemas import Arrival
from backend.kit.ids import new_id
from backend.platform.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Placed:
    """The conversation of each (channel, contact), and those that have to be folded anew."""

    conversation_ids: dict[Pair, UUID] = field(default_factory=dict[Pair, UUID])
    to_fold: set[UUID] = field(default_factory=set[UUID])


def place(uow: UnitOfWork, workspace_id: UUID, grouped: Mapping[Pair, Sequence[Arrival]]) -> Placed:
    """Find or open the conversation of each pair, and let it show its new messages."""
    repository = InboxRepository(uow, workspace_id)
    known = repository.open_conversations(grouped)
    placed = Placed()
    carried: dict[UUID, Thread] = {}
    opened: list[Mapping[str, Any]] = []
    for pair, arrivals in grouped.items():
        row = known.get(pair)
        conversation_id = row["id"] if row else new_id()
        placed.conversation_ids[pair] = conversation_id
        thread = extended(
            _thread(row) if row else Thread(), [arrival.message for arrival in arrivals]
        )
        if thread is None:
            placed.to_fold.add(conversation_id)
        if row is None:
            opened.append(_row(uow, workspace_id, conversation_id, arrivals[0], thread))
            uow.note(pair[0], [thread.opened_at if thread else None])
        elif thread is not None:
            carried[conversation_id] = thread
    repository.add_conversations(opened)
    repository.store_threads(carried)
    uow.announce("inbox", *placed.conversation_ids.values())
    return placed


def _thread(row: RowMapping) -> Thread:
    return Thread(
        opened_at=row["opened_at"],
        last_message_at=row["last_message_at"],
        last_direction=row["last_direction"],
        last_kind=row["last_kind"],
        snippet=row["snippet"],
        first_inbound_at=row["first_inbound_at"],
        window_expires_at=row["window_expires_at"],
        unread_count=row["unread_count"],
        read_until=row["read_until"],
    )


def _row(
    uow: UnitOfWork,
    workspace_id: UUID,
    conversation_id: UUID,
    arrival: Arrival,
    thread: Thread | None,
) -> Mapping[str, Any]:
    """Return a new conversation; one that is folded in a moment begins with its first message."""
    first = arrival.message
    shown = thread or Thread(
        opened_at=first.sent_at,
        last_message_at=first.sent_at,
        last_direction=first.direction,
        last_kind=first.kind,
    )
    return {
        "id": conversation_id,
        "workspace_id": workspace_id,
        "channel_id": arrival.channel_id,
        "contact_id": arrival.contact_id,
        "state": "open",
        "opened_at": shown.opened_at,
        "last_message_at": shown.last_message_at,
        "last_direction": shown.last_direction,
        "last_kind": shown.last_kind,
        "snippet": shown.snippet,
        "first_inbound_at": shown.first_inbound_at,
        "window_expires_at": shown.window_expires_at,
        "unread_count": shown.unread_count,
        "created_at": uow.now,
    }

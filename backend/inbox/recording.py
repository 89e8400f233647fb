"""Recording what a provider delivered: messages, steps and annotations, once each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.channels import Direction, MessageAnnotation, StatusUpdate
from backend.contacts import Merge
from backend.inbox.folding import fold_conversations, fold_messages
from backend.inbox.policy import snippet
from backend.inbox.repository import InboxRepository, MessageKey, Pair
from backend.inbox.schemas import Arrival, Recorded
from backend.kit.ids import ChannelId, ConversationId, MessageId, new_id
from backend.platform.unit_of_work import UnitOfWork


def history_lock(workspace_id: UUID) -> str:
    """Name the lock under which a workspace's messages and their steps are written.

    Two writers who do not see each other's steps would each fold a message without the other's.
    """
    return f"history:{workspace_id}"


def record(
    uow: UnitOfWork, workspace_id: UUID, arrivals: Sequence[Arrival]
) -> tuple[Recorded, ...]:
    """Put each message into its conversation; one that we have already stays where it is."""
    if not arrivals:
        return ()
    repository = InboxRepository(uow, workspace_id)
    keys = [_key(arrival) for arrival in arrivals]
    known = repository.known_messages(keys)
    fresh: dict[MessageKey, Arrival] = {}
    for key, arrival in zip(keys, arrivals, strict=True):
        if key not in known:
            fresh.setdefault(key, arrival)
    conversations = _conversations(uow, workspace_id, list(fresh.values()))
    places = {key: (row["id"], row["conversation_id"]) for key, row in known.items()}
    for key, arrival in fresh.items():
        places[key] = (new_id(), conversations[arrival.channel_id, arrival.contact_id])
    repository.add_messages(
        [_message_row(uow, workspace_id, arrival, *places[key]) for key, arrival in fresh.items()]
    )
    fold_messages(uow, fresh)
    _folded(uow, workspace_id, {places[key][1] for key in fresh})
    for arrival in fresh.values():
        uow.note(arrival.channel_id, [arrival.message.sent_at])
    return tuple(
        Recorded(
            message_id=MessageId(places[key][0]),
            conversation_id=ConversationId(places[key][1]),
            arrival=arrival,
            is_new=fresh.get(key) is arrival,
        )
        for key, arrival in zip(keys, arrivals, strict=True)
    )


def record_statuses(
    uow: UnitOfWork, workspace_id: UUID, updates: Sequence[tuple[ChannelId, StatusUpdate]]
) -> None:
    """Keep every step, also of messages that we do not know (yet), and fold them."""
    if not updates:
        return
    rows = [_status_row(uow, workspace_id, channel_id, update) for channel_id, update in updates]
    InboxRepository(uow, workspace_id).add_statuses(rows)
    _fold(uow, [(channel_id, update.provider_message_id) for channel_id, update in updates])


def record_annotations(
    uow: UnitOfWork, workspace_id: UUID, changes: Sequence[tuple[ChannelId, MessageAnnotation]]
) -> None:
    """Keep reactions, edits and revocations, also ahead of their message, and fold them."""
    if not changes:
        return
    rows = [
        {
            "id": new_id(),
            "workspace_id": workspace_id,
            "channel_id": channel_id,
            "provider_message_id": change.provider_message_id,
            "target_provider_id": change.target_provider_id,
            "kind": change.kind,
            "direction": change.direction,
            "text": change.text,
            "occurred_at": change.occurred_at,
            "created_at": uow.now,
        }
        for channel_id, change in changes
    ]
    InboxRepository(uow, workspace_id).add_annotations(rows)
    _fold(uow, [(channel_id, change.target_provider_id) for channel_id, change in changes])


def absorb(
    uow: UnitOfWork, workspace_id: UUID, merges: Sequence[Merge]
) -> Mapping[ConversationId, ConversationId]:
    """Hand the conversations of absorbed contacts over; returns which went into which.

    Two open conversations on one channel become one. The caller points what hangs on the old
    ones at the new ones and then calls `remove_absorbed`.
    """
    repository = InboxRepository(uow, workspace_id)
    all_moves: dict[UUID, UUID] = {}
    touched: set[UUID] = set()
    for merge in merges:  # a merge is rare, and each depends on the one before
        moves = repository.colliding(merge.survivor, merge.absorbed)
        for row in repository.moments([*moves, *moves.values()]):
            uow.note(row["channel_id"], [row["opened_at"]])
        if moves:
            repository.move_messages(moves)
            all_moves |= moves
        touched.update(moves.values())
        touched.update(repository.hand_over(merge.survivor, merge.absorbed, but=moves))
    _folded(uow, workspace_id, touched)
    return {ConversationId(old): ConversationId(new) for old, new in all_moves.items()}


def remove_absorbed(
    uow: UnitOfWork, workspace_id: UUID, moves: Mapping[ConversationId, ConversationId]
) -> None:
    """Delete conversations whose messages were handed over."""
    if moves:
        InboxRepository(uow, workspace_id).delete_conversations(moves)


def _key(arrival: Arrival) -> MessageKey:
    return arrival.channel_id, arrival.message.provider_message_id


def _fold(uow: UnitOfWork, keys: Sequence[MessageKey]) -> None:
    if touched := fold_messages(uow, keys):
        uow.announce("inbox", *touched)


def _folded(uow: UnitOfWork, workspace_id: UUID, conversation_ids: set[UUID]) -> None:
    """Fold conversations, and count them both where they began and where they begin now."""
    if not conversation_ids:
        return
    repository = InboxRepository(uow, workspace_id)
    before = repository.moments(conversation_ids)
    fold_conversations(uow, conversation_ids)
    for row in (*before, *repository.moments(conversation_ids)):
        uow.note(row["channel_id"], [row["opened_at"]])
    uow.announce("inbox", *sorted(conversation_ids))


def _conversations(
    uow: UnitOfWork, workspace_id: UUID, arrivals: Sequence[Arrival]
) -> dict[Pair, UUID]:
    """Return the open conversation of each arrival, opening those that are missing."""
    repository = InboxRepository(uow, workspace_id)
    pairs = [(arrival.channel_id, arrival.contact_id) for arrival in arrivals]
    found = repository.open_conversations(pairs)
    rows: list[Mapping[str, Any]] = []
    for arrival, pair in zip(arrivals, pairs, strict=True):
        if pair not in found:
            found[pair] = new_id()
            rows.append(
                {
                    "id": found[pair],
                    "workspace_id": workspace_id,
                    "channel_id": arrival.channel_id,
                    "contact_id": arrival.contact_id,
                    "last_message_at": arrival.message.sent_at,
                    "opened_at": arrival.message.sent_at,
                    "created_at": uow.now,
                    "state": "open",
                    "unread_count": 0,
                    "snippet": "",
                    "last_direction": arrival.message.direction,
                    "last_kind": arrival.message.kind,
                }
            )
    repository.add_conversations(rows)
    return found


def _message_row(
    uow: UnitOfWork, workspace_id: UUID, arrival: Arrival, message_id: UUID, conversation_id: UUID
) -> dict[str, Any]:
    message = arrival.message
    return {
        "id": message_id,
        "workspace_id": workspace_id,
        "channel_id": arrival.channel_id,
        "conversation_id": conversation_id,
        "direction": message.direction,
        "kind": message.kind,
        "text": message.text,
        "snippet": snippet(message.text),
        "payload": dict(message.payload),
        "choice": message.choice,
        "provider_message_id": message.provider_message_id,
        "quoted_provider_id": message.quoted_provider_id,
        "delivery_state": "received" if message.direction is Direction.IN else "handed_over",
        "sent_at": message.sent_at,
        "created_at": uow.now,
    }


def _status_row(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, update: StatusUpdate
) -> dict[str, Any]:
    recipient = update.recipient
    named = (recipient.phone or recipient.bsuid or recipient.username) if recipient else None
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "channel_id": channel_id,
        "provider_message_id": update.provider_message_id,
        "status": update.status,
        "occurred_at": update.occurred_at,
        "recipient": named or "",
        "error_code": update.error_code,
        "error_title": update.error_title,
        "payload": dict(update.payload),
        "created_at": uow.now,
    }

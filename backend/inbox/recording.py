"""Recording what a provider delivered: messages, steps and annotations, once each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend import notices
from backend.channels import Direction, MessageAnnotation, StatusUpdate
from backend.contacts import Merge
from backend.inbox.entries import subject_of
from backend.inbox.folding import fold_conversations, fold_messages
from backend.inbox.placing import place
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
    grouped: dict[Pair, list[Arrival]] = {}
    for arrival in fresh.values():
        grouped.setdefault((arrival.channel_id, arrival.contact_id), []).append(arrival)
    placed = place(uow, workspace_id, grouped)
    places = {key: (row["id"], row["conversation_id"]) for key, row in known.items()}
    for key, arrival in fresh.items():
        conversation_id = placed.conversation_ids[arrival.channel_id, arrival.contact_id]
        places[key] = (new_id(), conversation_id)
    repository.add_messages(
        [_message_row(uow, workspace_id, arrival, *places[key]) for key, arrival in fresh.items()]
    )
    fold_messages(uow, repository.foretold(fresh))
    _folded(uow, workspace_id, placed.to_fold)
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
    """Keep every step, also of messages that we do not know (yet), and fold them.

    A step that carries our reference settles a reply whose sending had no answer.
    """
    if not updates:
        return
    rows = [_status_row(uow, workspace_id, channel_id, update) for channel_id, update in updates]
    repository = InboxRepository(uow, workspace_id)
    repository.add_statuses(rows)
    repository.name_by_reference(_referred(updates))
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
            repository.move_team_rows(moves)
            subjects = {subject_of(old): subject_of(new) for old, new in moves.items()}
            notices.move_subjects(uow, workspace_id, subjects)
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


def _referred(
    updates: Sequence[tuple[ChannelId, StatusUpdate]],
) -> Mapping[UUID, MessageKey]:
    """Return which of our messages the provider calls what, each name once."""
    named: dict[MessageKey, UUID] = {}
    for channel_id, update in updates:
        if reference := _message_id(update.opaque):
            named.setdefault((channel_id, update.provider_message_id), reference)
    return {reference: key for key, reference in named.items()}


def _message_id(opaque: str | None) -> UUID | None:
    try:
        return UUID(opaque) if opaque else None
    except ValueError:
        return None


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

"""What inbound events cause, start to end: read this file first.

One batch of deliveries is processed in one transaction. Its effects and the events' `processed`
marks are committed together, so a crash anywhere means that the batch is simply processed again,
once. Every step is set-based, and none of them depends on the order of delivery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from backend import attribution, channels, contacts, inbox, leads, media, rules
from backend.attribution import LeadMessage
from backend.channels import (
    AccountChange,
    Direction,
    IdentityChange,
    InboundEvent,
    InboundMessage,
    MalformedDelivery,
    MessageAnnotation,
    Reader,
    RejectedItem,
    StatusUpdate,
    TemplateChange,
)
from backend.contacts import Sighting
from backend.inbox import Arrival, Recorded
from backend.intake.consenting import note_consent
from backend.intake.merging import merge_all, note_arrivals, old_news
from backend.intake.schemas import Delivery, Effects, Landed
from backend.kit.ids import ChannelId, LeadId, MessageId
from backend.media import Expected
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import RuledMessage

Event = TypeVar(
    "Event",
    InboundMessage,
    StatusUpdate,
    MessageAnnotation,
    IdentityChange,
    TemplateChange,
    AccountChange,
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The events of a batch with their channels, what could not be read, and who was erased."""

    events: Sequence[tuple[ChannelId, InboundEvent]]
    faults: Mapping[UUID, str]
    erased_names: frozenset[str] = frozenset()


def process(uow: UnitOfWork, workspace_id: UUID, deliveries: Sequence[Delivery]) -> Effects:
    """Let a batch of deliveries take effect; a repeated event has none."""
    parsed = _without_erased(uow, workspace_id, _parse(uow, workspace_id, deliveries))
    messages = _of_type(parsed.events, InboundMessage)
    people = _resolve_contacts(uow, workspace_id, parsed, messages)
    recorded = inbox.record(uow, workspace_id, people)
    note_arrivals(uow, workspace_id, recorded)
    note_consent(uow, workspace_id, recorded)
    media.expect(uow, workspace_id, _files(recorded))
    inbox.record_statuses(uow, workspace_id, _of_type(parsed.events, StatusUpdate))
    inbox.record_annotations(uow, workspace_id, _of_type(parsed.events, MessageAnnotation))
    opened = {item.message_id: item for item in leads.apply(uow, workspace_id, recorded)}
    theirs = [
        (opened[item.message_id], item)
        for item in recorded
        if item.is_new and item.message_id in opened
    ]
    attribution.record(
        uow,
        workspace_id,
        [LeadMessage(lead.lead_id, item, lead.is_earliest) for lead, item in theirs],
    )
    rules.evaluate(uow, workspace_id, [RuledMessage(lead.lead_id, item) for lead, item in theirs])
    owners = {message_id: lead.lead_id for message_id, lead in opened.items()}
    channels.apply_template_changes(uow, workspace_id, _of_type(parsed.events, TemplateChange))
    channels.apply_account_changes(uow, workspace_id, _of_type(parsed.events, AccountChange))
    channels.saw_inbound(uow, (item.arrival.channel_id for item in recorded if item.is_new))
    return Effects(_landed(recorded, owners), parsed.faults, parsed.erased_names)


def _files(recorded: Sequence[Recorded]) -> list[Expected]:
    """Return the files of new messages, which a worker fetches later."""
    return [
        Expected(
            message_id=item.message_id,
            channel_id=item.arrival.channel_id,
            kind=item.arrival.message.kind,
            sent_at=item.arrival.message.sent_at,
            files=item.arrival.message.media,
        )
        for item in recorded
        if item.is_new and item.arrival.message.media
    ]


def _parse(uow: UnitOfWork, workspace_id: UUID, deliveries: Sequence[Delivery]) -> Parsed:
    """Read each delivery with its channel's adapter; one that cannot be read spoils no other."""
    routes = channels.routes(uow, workspace_id)
    events: list[tuple[ChannelId, InboundEvent]] = []
    faults: dict[UUID, str] = {}
    for delivery in deliveries:
        reader = delivery.reader
        try:
            parsed = [
                channels.at_receipt(event, delivery.received_at)
                for event in reader.adapter.parse(delivery.body)
            ]
        except MalformedDelivery as error:
            faults[delivery.event_id] = error.message
            continue
        rejected = [event for event in parsed if isinstance(event, RejectedItem)]
        if rejected:
            faults[delivery.event_id] = "; ".join(
                f"{item.position}: {item.reason}" for item in rejected
            )
        events += [
            (_channel_of(event, reader, routes), event)
            for event in parsed
            if not isinstance(event, RejectedItem)
        ]
    return Parsed(events, faults)


def _without_erased(uow: UnitOfWork, workspace_id: UUID, parsed: Parsed) -> Parsed:
    """Pass over what is about a message, or tells old news of a person, that was erased."""
    keys = {(channel_id, name) for channel_id, event in parsed.events for name in _names(event)}
    erased = inbox.erased_among(uow, keys)
    late = [
        (channel_id, event)
        for channel_id, event in parsed.events
        if any((channel_id, name) in erased for name in _names(event))
    ]
    late += old_news(uow, workspace_id, parsed.events)
    if not late:
        return parsed
    events = [pair for pair in parsed.events if pair not in late]
    names = {name for _, event in late for name in (*_names(event), *_people(event))}
    return Parsed(events, parsed.faults, frozenset(names))


def _people(event: InboundEvent) -> tuple[str, ...]:
    """Return by which names an event speaks of a person."""
    match event:
        case InboundMessage():
            people = (event.identity,)
        case StatusUpdate():
            people = (event.recipient,)
        case IdentityChange():
            people = (event.previous, event.current)
        case _:
            people = ()
    return tuple(
        name
        for person in people
        if person
        for name in (person.phone, person.bsuid, person.username)
        if name
    )


def _names(event: InboundEvent) -> tuple[str, ...]:
    """Return the provider's ids of the messages that an event is or speaks of."""
    match event:
        case InboundMessage() | StatusUpdate():
            return (event.provider_message_id,)
        case MessageAnnotation():
            return event.provider_message_id, event.target_provider_id
        case _:
            return ()


def _channel_of(
    event: InboundEvent,
    reader: Reader,
    routes: Mapping[tuple[channels.Provider, str], ChannelId],
) -> ChannelId:
    """Return the channel an event is for: one delivery may cover several of our numbers."""
    address = None if isinstance(event, RejectedItem) else event.address
    return routes.get((reader.provider, address or ""), reader.channel_id)


def _resolve_contacts(
    uow: UnitOfWork,
    workspace_id: UUID,
    parsed: Parsed,
    messages: Sequence[tuple[ChannelId, InboundMessage]],
) -> list[Arrival]:
    """Find who wrote, joining people who turn out to be one, and what hangs on them."""
    sightings = [
        Sighting(identities=(message.identity,), seen_at=message.sent_at) for _, message in messages
    ]
    changes = [
        Sighting(identities=(change.previous, change.current), seen_at=change.occurred_at)
        for _, change in _of_type(parsed.events, IdentityChange)
    ]
    resolution = contacts.resolve(uow, workspace_id, [*sightings, *changes])
    if resolution.merges:
        merge_all(uow, workspace_id, resolution.merges)
    return [
        Arrival(message, channel_id, contact_id)
        for (channel_id, message), contact_id in zip(
            messages, resolution.contact_ids[: len(messages)], strict=True
        )
    ]


def _of_type(
    events: Sequence[tuple[ChannelId, InboundEvent]], wanted: type[Event]
) -> list[tuple[ChannelId, Event]]:
    return [(channel_id, event) for channel_id, event in events if isinstance(event, wanted)]


def _landed(recorded: Sequence[Recorded], owners: Mapping[MessageId, LeadId]) -> tuple[Landed, ...]:
    return tuple(
        Landed(
            provider_message_id=item.arrival.message.provider_message_id,
            message_id=item.message_id,
            conversation_id=item.conversation_id,
            contact_id=item.arrival.contact_id,
            lead_id=owners.get(item.message_id),
            is_new=item.is_new,
        )
        for item in recorded
        if item.arrival.message.direction is Direction.IN
    )

"""What providers do at times, played on a mock channel: repeats, disorder, strangers, an outage."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.auth import Actor, Permission
from backend.channels import Connection, DeliveryStatus, SignedRequest, mock
from backend.intake.errors import SimulationInvalid
from backend.intake.process import process
from backend.intake.repository import EventRepository
from backend.intake.schemas import (
    Delivery,
    DeliveryVerdict,
    FaultOutcome,
    NetworkFault,
    SimulatedFault,
)
from backend.intake.service import is_user_id, mock_connection, provider_id
from backend.kit.ids import ConversationId, new_id
from backend.platform.unit_of_work import UnitOfWork

MOST_TIMES: Final = 20
# Out of three messages, the last one comes first.
DISORDER: Final = (2, 0, 1)
REPEATED_AFTER_OUTAGE: Final = 3
LATE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Posted:
    """One delivery as the provider posts it, and the message in it, if any."""

    body: bytes
    message_id: str = ""


def simulate_fault(
    uow: UnitOfWork, actor: Actor, given: SimulatedFault
) -> tuple[FaultOutcome, ...]:
    """Let a fault happen on a mock channel; returns what became of its deliveries, counted.

    `times` counts for what can be more or less: a repeat and an outage. Raises `ChannelNotFound`,
    `NotAMockChannel`, `SimulationInvalid`.
    """
    actor.require(Permission.MOCK_WRITE)
    connection = mock_connection(uow, actor, given.channel_id)
    if not 1 <= given.times <= MOST_TIMES:
        message = f"times is {given.times}"
        raise SimulationInvalid(message, field="times", expected=f"1 to {MOST_TIMES}")
    posted = _WRITERS[given.fault](uow, actor, given)
    if given.fault is NetworkFault.UNSIGNED:
        return (_at_the_door(uow, connection, posted[0]),)
    door = _Door(uow, actor, connection)
    if given.fault is NetworkFault.OUTAGE:
        door.take(posted)
    else:
        for one in posted:
            door.take([one])
    return door.outcomes()


class _Door:
    """Takes deliveries in as the webhook and the worker do, in this transaction."""

    def __init__(self, uow: UnitOfWork, actor: Actor, connection: Connection) -> None:
        self._uow = uow
        self._workspace_id = actor.workspace_id
        self._connection = connection
        self._events = EventRepository(uow, actor.workspace_id)
        self._counts: Counter[tuple[DeliveryVerdict, str]] = Counter()
        self._event_id: UUID | None = None
        self._conversation_id: ConversationId | None = None
        self._events.lock()

    def take(self, posted: Sequence[_Posted]) -> None:
        """Store deliveries, each once, and let the new ones take effect as one batch."""
        stored: dict[UUID, _Posted] = {}
        for one in posted:
            event_id = new_id()
            if self._events.store(event_id, self._connection.channel_id, one.body):
                stored[event_id] = one
            else:
                self._counts[DeliveryVerdict.DUPLICATE, ""] += 1
        deliveries = [
            Delivery(event_id, self._connection, one.body, self._uow.now)
            for event_id, one in stored.items()
        ]
        effects = process(self._uow, self._workspace_id, deliveries)
        self._events.settle({event_id: effects.faults.get(event_id) for event_id in stored})
        self._uow.announce("operations")
        for landed in effects.messages:
            self._conversation_id = landed.conversation_id
        new = {landed.provider_message_id for landed in effects.messages if landed.is_new}
        for event_id, one in stored.items():
            self._judge(event_id, one, new, effects.faults)

    def outcomes(self) -> tuple[FaultOutcome, ...]:
        """Return what was counted, in the order in which it first happened."""
        return tuple(
            FaultOutcome(
                verdict=verdict,
                count=count,
                reason=reason,
                event_id=self._event_id if verdict is DeliveryVerdict.QUARANTINED else None,
                conversation_id=self._conversation_id,
            )
            for (verdict, reason), count in self._counts.items()
        )

    def _judge(
        self, event_id: UUID, one: _Posted, new: set[str], faults: Mapping[UUID, str]
    ) -> None:
        if fault := faults.get(event_id):
            self._event_id = event_id
            self._counts[DeliveryVerdict.QUARANTINED, fault] += 1
        elif one.message_id and one.message_id not in new:
            self._counts[DeliveryVerdict.DUPLICATE, ""] += 1
        else:
            self._counts[DeliveryVerdict.ACCEPTED, ""] += 1


def _at_the_door(uow: UnitOfWork, connection: Connection, posted: _Posted) -> FaultOutcome:
    """Show a delivery without a signature to the channel's own adapter; nothing is stored."""
    request = SignedRequest(
        method="POST",
        url=connection.webhook_url,
        query={},
        headers={"content-type": "application/json"},
        body=posted.body,
        received_at=uow.now,
    )
    is_genuine = connection.adapter.verify(connection.credentials, request)
    verdict = DeliveryVerdict.ACCEPTED if is_genuine else DeliveryVerdict.REFUSED
    return FaultOutcome(verdict=verdict, count=1)


def _message(
    uow: UnitOfWork, given: SimulatedFault, text: str, *, before: float = 0, user_id: str = ""
) -> _Posted:
    """Write one message, said so many seconds ago."""
    message_id = f"wamid.SIM{new_id().hex}"
    sender = given.sender.strip()
    known_as = user_id or (sender if is_user_id(sender) else "")
    body = mock.message_body(
        sender="" if known_as else sender,
        user_id=known_as or None,
        message_id=message_id,
        sent_at=uow.now - timedelta(seconds=before),
        text=text,
        profile_name=given.profile_name,
    )
    return _Posted(body, message_id)


def _repeated(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    return [_message(uow, given, "I am only here once")] * (given.times + 1)


def _shuffled(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    said = [
        _message(uow, given, text, before=before)
        for text, before in (("First", 3), ("Second", 2), ("Third", 1))
    ]
    return [said[place] for place in DISORDER]


def _without_number(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    sender = given.sender.strip()
    hidden = sender if is_user_id(sender) else f"US.1349{sender.removeprefix('+')}"
    return [_message(uow, given, "You cannot see my number", user_id=hidden)]


def _late_status(uow: UnitOfWork, actor: Actor, given: SimulatedFault) -> list[_Posted]:
    if not given.message_id:
        message = "no reply has been sent yet whose status could be late"
        raise SimulationInvalid(message, field="message_id", expected="the id of a reply")
    reply = provider_id(uow, actor, given.message_id)
    steps = ((DeliveryStatus.READ, uow.now), (DeliveryStatus.DELIVERED, uow.now - LATE))
    return [
        _Posted(mock.status_body(message_id=reply, status=status, occurred_at=at))
        for status, at in steps
    ]


def _orphan_status(uow: UnitOfWork, _actor: Actor, _given: SimulatedFault) -> list[_Posted]:
    stranger = f"mock.stranger.{new_id()}"
    status = mock.status_body(
        message_id=stranger, status=DeliveryStatus.DELIVERED, occurred_at=uow.now
    )
    return [_Posted(status)]


def _broken_body(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    whole = _message(uow, given, "The second half of this is missing").body
    return [_Posted(whole[: -len(whole) // 3])]


def _unsigned(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    return [_message(uow, given, "Nobody signed this")]


def _outage(uow: UnitOfWork, _actor: Actor, given: SimulatedFault) -> list[_Posted]:
    """Write what was said while nobody listened: all at once, the latest first, some twice."""
    said = [
        _message(uow, given, f"Are you there? ({number + 1})", before=given.times - number)
        for number in range(given.times)
    ]
    return [*reversed(said), *said[::REPEATED_AFTER_OUTAGE]]


_Writer = Callable[[UnitOfWork, Actor, SimulatedFault], list[_Posted]]
_WRITERS: Final[Mapping[NetworkFault, _Writer]] = {
    NetworkFault.REPEATED: _repeated,
    NetworkFault.SHUFFLED: _shuffled,
    NetworkFault.WITHOUT_NUMBER: _without_number,
    NetworkFault.LATE_STATUS: _late_status,
    NetworkFault.ORPHAN_STATUS: _orphan_status,
    NetworkFault.BROKEN_BODY: _broken_body,
    NetworkFault.UNSIGNED: _unsigned,
    NetworkFault.OUTAGE: _outage,
}

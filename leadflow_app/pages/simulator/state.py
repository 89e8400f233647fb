"""What the simulated phone holds and what the played customer can do."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import auth, channels, inbox, intake, leads
from backend.auth import Actor
from backend.channels import Direction
from backend.intake import NetworkFault, SimulatedFault, SimulatedMessage, SimulatedStatus
from backend.kit.errors import Invalid, NotFound
from backend.kit.ids import ConversationId, new_id
from backend.kit.paging import PageRequest
from backend.kit.phone import to_e164
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import display, paging, routes, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.simulator.fault_rows import TIMES, FaultReport, report
from leadflow_app.pages.simulator.rows import (
    AD,
    SimulatorScreen,
    channel_choices,
    lead_facts,
    outcome,
    phone_message,
)
from leadflow_app.session import signed_in

MESSAGES: Final = 30
CUSTOMERS: Final = ("Maya Chen", "Luis Ortega", "Amina Diallo", "Jonas Weber", "Priya Nair")
# Numbers that belong to nobody: 555-0100 to 555-0199 are kept for fiction.
FIRST_NUMBER: Final = 12065550123
NUMBERS: Final = 77
SHOWN_STATUSES: Final = frozenset({"delivered", "read"})


@dataclass(frozen=True, slots=True)
class SimulatorQuestion:
    """The mock channels and the conversation of the played customer."""

    conversation_id: UUID | None

    def __call__(self, uow: UnitOfWork, actor: Actor) -> SimulatorScreen:
        """Read what the customer's phone shows, and what LeadFlow made of it."""
        known = paging.take(partial(channels.list_channels, uow, actor), paging.PAGE)
        screen = SimulatorScreen(channels=channel_choices(known.items))
        if self.conversation_id is None:
            return screen
        return self._with_conversation(uow, actor, screen, ConversationId(self.conversation_id))

    def _with_conversation(
        self, uow: UnitOfWork, actor: Actor, screen: SimulatorScreen, where: ConversationId
    ) -> SimulatorScreen:
        try:
            page = inbox.list_messages(uow, actor, where, PageRequest(limit=MESSAGES))
        except NotFound:
            return screen
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        sent = (one for one in page.items if one.direction == Direction.OUT and one.status)
        reply = next(sent, None)
        lead = leads.current_lead(uow, actor, where)
        facts: dict[str, Any] = dict(lead_facts(lead)) if lead else {}
        told = (
            leads.timeline(uow, actor, lead.id, PageRequest(limit=MESSAGES)).items if lead else ()
        )
        return replace(
            screen,
            messages=[phone_message(message, clock) for message in reversed(page.items)],
            last_reply=str(reply.id) if reply else "",
            last_reply_status=str(reply.status) if reply and reply.status else "",
            conversation_href=routes.conversation(where),
            outcomes=[row for event in told if (row := outcome(event))],
            **facts,
        )


def sender_of(written: str, *, is_hidden: bool) -> str:
    """Give a customer's number, or the user id that WhatsApp hands over without one."""
    number = to_e164(written)
    if number is None:
        message = "This is not a phone number"
        raise Invalid(message, field="number", expected=f"one such as +{FIRST_NUMBER}")
    return f"US.1349{number.removeprefix('+')}" if is_hidden else number


class SimulatorState(LivePage, rx.State):
    """A phone, and the customer who holds it."""

    screen: SimulatorScreen = SimulatorScreen()
    channel: str = ""
    name: str = CUSTOMERS[0]
    number: str = display.phone(f"+{FIRST_NUMBER}")
    is_from_ad: bool = False
    has_no_number: bool = False
    was_duplicate: bool = False
    can_repeat: bool = False
    times: str = "5"
    report_of_fault: FaultReport = FaultReport()

    _topics: ClassVar[frozenset[str]] = frozenset({"inbox", "leads", "channels"})
    _conversation: str = ""
    _last: SimulatedMessage | None = None
    _customer: int = 0

    def _question(self) -> SimulatorQuestion:
        return SimulatorQuestion(UUID(self._conversation) if self._conversation else None)

    def _show(self, screen: SimulatorScreen) -> None:
        offered = [choice.value for choice in screen.channels]
        if self.channel not in offered:
            self.channel = offered[0] if offered else ""
        super()._show(screen)

    def _forget(self) -> None:
        self._conversation, self._last = "", None
        self.was_duplicate, self.can_repeat = False, False
        self.report_of_fault = FaultReport()

    @rx.event
    @signed_in
    async def describe(self, actor: Actor, what: str, value: str) -> None:
        """Change who writes, and to which channel; another person has another conversation."""
        if what not in {"channel", "name", "number"} or getattr(self, what) == value:
            return
        setattr(self, what, value)
        if what != "name":
            self._forget()
            await self._reload(actor)

    @rx.event
    @signed_in
    async def set_from_ad(self, _actor: Actor, is_on: bool) -> None:
        """Let the next message come from an ad, or not."""
        self.is_from_ad = is_on

    @rx.event
    @signed_in
    async def set_has_no_number(self, actor: Actor, is_on: bool) -> None:
        """Hide the customer's number, as a WhatsApp username does, or show it."""
        self.has_no_number = is_on
        self._forget()
        await self._reload(actor)

    @rx.event
    @signed_in
    async def next_customer(self, actor: Actor) -> None:
        """Play somebody else."""
        self._customer += 1
        self.name = CUSTOMERS[self._customer % len(CUSTOMERS)]
        self.number = display.phone(f"+{FIRST_NUMBER + self._customer % NUMBERS}")
        self._forget()
        await self._reload(actor)

    @rx.event
    @signed_in
    async def say(self, actor: Actor, form: dict[str, Any]) -> None:
        """Write what stands in the box."""
        text = str(form.get("text", "")).strip()
        if text:
            await self._write(actor, text)

    @rx.event
    @signed_in
    async def say_example(self, actor: Actor, text: str) -> None:
        """Write one of the examples."""
        await self._write(actor, text[: runtime.LONGEST_TEXT])

    @rx.event
    @signed_in
    async def repeat(self, actor: Actor) -> None:
        """Deliver the last message once more, as providers do."""
        if self._last is not None:
            await self._deliver(actor, self._last)

    @rx.event
    @signed_in
    async def report(self, actor: Actor, status: str) -> None:
        """Let the customer's phone receive or read the last reply."""
        if status not in SHOWN_STATUSES or not self.screen.last_reply:
            return
        step = SimulatedStatus(
            channel_id=the_id(self.channel), message_id=self.screen.last_reply, status=status
        )
        await runtime.run(actor, intake.simulate_status, step)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_times(self, _actor: Actor, times: str) -> None:
        """Choose how many deliveries a repeat and an outage have."""
        if times in TIMES:
            self.times = times

    @rx.event
    @signed_in
    async def misbehave(self, actor: Actor, fault: str) -> None:
        """Let the provider do something wrong, and show what became of it."""
        if fault not in set(NetworkFault):
            return
        asked = SimulatedFault(
            channel_id=the_id(self.channel),
            fault=NetworkFault(fault),
            sender=sender_of(self.number, is_hidden=self.has_no_number),
            times=int(self.times),
            profile_name=self.name or None,
            message_id=self.screen.last_reply or None,
        )
        outcomes = await runtime.run(actor, intake.simulate_fault, asked)
        self.report_of_fault = report(asked.fault, outcomes)
        self.was_duplicate = False
        self.has_no_number = self.has_no_number or asked.fault is NetworkFault.WITHOUT_NUMBER
        if seen := next((one.conversation_id for one in outcomes if one.conversation_id), None):
            self._conversation = str(seen)
        await self._reload(actor)

    async def _write(self, actor: Actor, text: str) -> None:
        message = SimulatedMessage(
            channel_id=the_id(self.channel),
            sender=sender_of(self.number, is_hidden=self.has_no_number),
            text=text,
            profile_name=self.name or None,
            message_id=f"wamid.SIM{new_id().hex}",
            referral=AD if self.is_from_ad else None,
        )
        await self._deliver(actor, message)

    async def _deliver(self, actor: Actor, message: SimulatedMessage) -> None:
        result = await runtime.run(actor, intake.simulate_inbound, message)
        self._last, self._conversation = message, str(result.conversation_id)
        self.was_duplicate, self.can_repeat = result.duplicate, True
        await self._reload(actor)

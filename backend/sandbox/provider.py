"""A made-up provider with time and faults: it takes calls, and tells of them by webhooks."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from backend.channels import (
    DeliveryStatus,
    FakeAccount,
    FakeAnswer,
    FakeRequest,
    FakeSent,
    Identity,
    InboundEvent,
    InboundMessage,
    ProviderFake,
    SignedRequest,
    StatusUpdate,
    TemplateStatus,
)
from backend.sandbox.customers import Script, write_messages
from backend.sandbox.faults import (
    CallFate,
    CallFault,
    FaultPlan,
    call_fate,
    webhook_fate,
)
from backend.sandbox.ledger import (
    Ledger,
    PostedWebhook,
    TakenCall,
    TakenSend,
    is_acknowledgement,
)
from backend.sandbox.posting import Poster, read_place

STEPS: Final = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
FIRST_BACKOFF: Final = 0.05
LONGEST_BACKOFF: Final = 5.0
MOST_POSTS: Final = 200
RETRY_AFTER: Final = {"content-type": "application/json", "retry-after": "1"}
BEFORE_ACCEPTANCE: Final = {
    CallFault.OUTAGE: HTTPStatus.SERVICE_UNAVAILABLE,
    CallFault.ERROR: HTTPStatus.SERVICE_UNAVAILABLE,
    CallFault.THROTTLED: HTTPStatus.TOO_MANY_REQUESTS,
}


class Sandbox:
    """One provider with its accounts, faults and ledger; lives inside one event loop."""

    def __init__(
        self, fake: ProviderFake, plan: FaultPlan, *, seed: int, clock: Callable[[], datetime]
    ) -> None:
        """Begin now, with nothing told and nothing taken."""
        self.plan = plan
        self.seed = seed
        self.ledger = Ledger()
        self._fake = fake
        self._clock = clock
        self._accounts: dict[int, FakeAccount] = {}
        self._posters: dict[str, Poster] = {}
        self._awaited: dict[int, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._began = asyncio.get_running_loop().time()

    def account(self, number: int) -> FakeAccount:
        """Return the account of a number; it is made when it is first asked for."""
        if number not in self._accounts:
            account = self._fake.account(number)
            if self.plan.has_paused_templates:
                account.templates = [
                    replace(template, status=TemplateStatus.PAUSED)
                    for template in account.templates
                ]
            self._accounts[number] = account
        return self._accounts[number]

    def connect(self, number: int, webhook_url: str, deliver_to: str = "") -> None:
        """Let the webhooks of an account go to LeadFlow; raises `NotLoopback`.

        `webhook_url` is what is signed; `deliver_to` is where it is on this machine, if elsewhere.
        """
        place = read_place(deliver_to or webhook_url)
        self.account(number).webhook_url = webhook_url
        self._posters[str(number)] = Poster(place)

    async def take(self, number: int, request: FakeRequest) -> tuple[FakeAnswer, CallFault]:
        """Answer a call; the fault says what the connection makes of the answer."""
        if request.method == "GET":
            if self._is_out():
                return _answer_of(CallFault.OUTAGE), CallFault.OUTAGE
            return self._fake.answer(self.account(number), request, self._clock()), CallFault.NONE
        fate = call_fate(self.plan, self.seed, len(self.ledger.calls))
        if self._is_out():
            fate = replace(fate, fault=CallFault.OUTAGE)
        call = TakenCall(len(self.ledger.calls), number, request.path, fate.fault)
        self.ledger.calls.append(call)
        await asyncio.sleep(fate.latency_seconds)
        if fate.fault in BEFORE_ACCEPTANCE:
            return _answer_of(fate.fault), fate.fault
        return await self._accept(call, request, fate), fate.fault

    def play(self, number: int, script: Script) -> None:
        """Let customers write to an account, spread evenly over the seconds of the script."""
        script = replace(
            script, hidden_number_share=script.hidden_number_share or self.plan.hidden_number_share
        )
        messages = write_messages(script, self.account(number).address, self._clock())
        gap = script.seconds / len(messages) if messages else 0.0
        for position, message in enumerate(messages):
            self.tell(number, [message], after=position * gap)

    def tell(self, number: int, events: Sequence[InboundEvent], *, after: float = 0.0) -> None:
        """Tell LeadFlow of these events by webhook, until it acknowledges each."""
        if str(number) not in self._posters:
            return
        names = tuple(_name(event) for event in events)
        for request in self._fake.delivery(self.account(number), events, self._clock()):
            webhook = PostedWebhook(len(self.ledger.webhooks), number, names)
            self.ledger.webhooks.append(webhook)
            self._start(self._post(webhook, request, after))

    @property
    def is_settled(self) -> bool:
        """Whether every webhook is acknowledged or given up."""
        return not self._tasks

    async def settled(self) -> None:
        """Wait until every webhook is acknowledged or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop telling."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for poster in self._posters.values():
            await poster.close()

    async def _accept(self, call: TakenCall, request: FakeRequest, fate: CallFate) -> FakeAnswer:
        account = self.account(call.account)
        if fate.fault is CallFault.REFUSED:
            account.refusals.append(fate.refusal_code)
        known = len(account.sent)
        answer = self._fake.answer(account, request, self._clock())
        sent = account.sent[known:]
        for one in sent:
            taken = TakenSend(
                call.number,
                call.account,
                one.provider_message_id,
                one.reference,
                one.recipient,
                one.at,
            )
            self.ledger.sends.append(taken)
            self._report(call.account, one, fate)
        if sent and fate.is_status_early:
            await self._told(sent[0])
        return answer

    def _report(self, number: int, sent: FakeSent, fate: CallFate) -> None:
        late = self.plan.late_status_seconds
        for position, step in enumerate(STEPS):
            is_now = fate.is_status_early and position == 0
            status = self._status(number, sent.provider_message_id, step, sent)
            self.tell(number, [status], after=0.0 if is_now else late)
        if fate.has_stranger:
            unknown = f"stranger.{sent.provider_message_id}"
            self.tell(number, [self._status(number, unknown, DeliveryStatus.SENT, sent)])

    def _status(
        self, number: int, message_id: str, step: DeliveryStatus, sent: FakeSent
    ) -> StatusUpdate:
        is_phone = sent.recipient.startswith("+")
        recipient = Identity(phone=sent.recipient) if is_phone else Identity(bsuid=sent.recipient)
        return StatusUpdate(
            provider_message_id=message_id,
            address=self.account(number).address,
            status=step,
            occurred_at=self._clock(),
            recipient=recipient,
            opaque=sent.reference,
        )

    async def _told(self, sent: FakeSent) -> None:
        """Wait until the first status of a send was posted, which is before its answer."""
        name = f"{sent.provider_message_id}:{STEPS[0]}"
        first = next((one for one in self.ledger.webhooks if name in one.events), None)
        if first is not None:
            await self._awaited.setdefault(first.number, asyncio.Event()).wait()

    async def _post(self, webhook: PostedWebhook, request: SignedRequest, after: float) -> None:
        fate = webhook_fate(self.plan, self.seed, webhook.number)
        await asyncio.sleep(after + fate.delay_seconds)
        poster = self._posters[str(webhook.account)]
        backoff = FIRST_BACKOFF
        for _ in range(MOST_POSTS):
            await self._outage_over()
            answer = await poster.post(request)
            webhook.answers.append(answer)
            if awaited := self._awaited.pop(webhook.number, None):
                awaited.set()
            if is_acknowledgement(answer):
                break
            await asyncio.sleep(backoff)
            backoff = min(2 * backoff, LONGEST_BACKOFF)
        for _ in range(fate.repeats if webhook.is_acknowledged else 0):
            webhook.answers.append(await poster.post(request))
        webhook.is_settled = True

    async def _outage_over(self) -> None:
        if self._is_out():
            ends = self.plan.outage_after_seconds + self.plan.outage_seconds
            await asyncio.sleep(max(0.0, ends - self._seconds()))

    def _is_out(self) -> bool:
        return self.plan.is_out_at(self._seconds())

    def _seconds(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _answer_of(fault: CallFault) -> FakeAnswer:
    return FakeAnswer(BEFORE_ACCEPTANCE[fault], b"{}", RETRY_AFTER)


def _name(event: InboundEvent) -> str:
    """Return what an event is called in the ledger: a message by its id, a status with its step."""
    match event:
        case InboundMessage():
            return event.provider_message_id
        case StatusUpdate():
            return f"{event.provider_message_id}:{event.status}"
        case _:
            return type(event).__name__

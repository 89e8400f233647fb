"""Pouring made-up conversations into a running LeadFlow, and reading what came of them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from backend import inbox
from backend.auth import Actor
from backend.channels import check_settings, fake_for
from backend.inbox import ConversationQuery, TextReply
from backend.kit.errors import LeadFlowError
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import unit_of_work
from backend.rehearsal.connecting import connect, disconnect
from backend.rehearsal.errors import RehearsalInvalid
from backend.rehearsal.policy import Outcome, compare, is_over
from backend.rehearsal.repository import RehearsalRepository
from backend.rehearsal.schemas import Kept, Rehearsal, Told
from backend.sandbox import (
    MOST_PEOPLE,
    Ledger,
    PostedWebhook,
    Sandbox,
    Script,
    is_acknowledgement,
    serving,
)

Clock = Callable[[], datetime]

NAME: Final = "Rehearsal"
MOST_SECONDS: Final = 3_600
# Customers write over this time, so that what a plan does after a while meets some of them.
SPREAD_SECONDS: Final = 4.0
PAUSE_SECONDS: Final = 0.25
MESSAGE: Final = "sandbox."
ANSWER: Final = TextReply("Thank you. We will call you back.")
UNREACHABLE: Final = (
    "Replies were not rehearsed: LeadFlow may not call this machine. Start it, and this command, "
    "with LEADFLOW_ALLOW_PRIVATE_TARGETS=127.0.0.0/8."
)


async def rehearse(actor: Actor, given: Rehearsal, *, door: str, clock: Clock) -> Outcome:
    """Play a rehearsal against the LeadFlow that listens at `door`, on this machine.

    `door` is an address such as http://127.0.0.1:8000. A new channel is made for it, and put out
    of use at the end; what customers wrote stays. Raises `RehearsalInvalid`, `NotLoopback`.
    """
    _check(given)
    sandbox = Sandbox(fake_for(given.provider), given.plan, seed=given.seed, clock=clock)
    async with serving(sandbox) as address:
        line = await asyncio.to_thread(connect, actor, given.provider, address, name=NAME)
        try:
            sandbox.connect(line.number, line.channel.webhook_url, f"{door}{line.webhook_path}")
            reason = await asyncio.to_thread(_why_unreachable, address) if given.replies else ""
            scene = _Scene(sandbox, actor, line.channel.id, given)
            note = await _in_time(scene, line.number, has_replies=not reason)
            kept = await asyncio.to_thread(scene.kept)
            return compare(told(sandbox.ledger), kept, note=f"{reason} {note}".strip())
        finally:
            await asyncio.to_thread(disconnect, actor, line.channel.id)


@dataclass(frozen=True, slots=True)
class _Scene:
    """One rehearsal under way."""

    sandbox: Sandbox
    actor: Actor
    channel_id: UUID
    given: Rehearsal

    async def play(self, number: int, *, has_replies: bool) -> None:
        """Let the customers write and be answered, until both sides are done."""
        given = self.given
        script = Script(
            people=given.conversations,
            messages=given.conversations * given.messages_each,
            seconds=SPREAD_SECONDS,
            seed=given.seed,
        )
        self.sandbox.play(number, script)
        await self._done()
        if has_replies and given.replies:
            await asyncio.to_thread(self._answer)
            await self._done()

    def kept(self) -> Kept:
        """Read what the database has by now."""
        with unit_of_work(self.actor) as uow:
            return RehearsalRepository(uow, self.actor.workspace_id).kept(self.channel_id)

    async def _done(self) -> None:
        while True:
            await self.sandbox.settled()
            if is_over(await asyncio.to_thread(self.kept)) and self.sandbox.is_settled:
                return
            await asyncio.sleep(PAUSE_SECONDS)

    def _answer(self) -> None:
        """Reply to the customers who wrote last."""
        query = ConversationQuery(channel_id=self.channel_id)
        with unit_of_work(self.actor) as uow:
            page = PageRequest(limit=self.given.replies)
            for conversation in inbox.list_conversations(uow, self.actor, query, page).items:
                inbox.reply(uow, self.actor, conversation.id, content=ANSWER)


async def _in_time(scene: _Scene, number: int, *, has_replies: bool) -> str:
    """Play, and say so when the time ran out."""
    seconds = scene.given.seconds
    try:
        async with asyncio.timeout(seconds):
            await scene.play(number, has_replies=has_replies)
    except TimeoutError:
        return f"The time ran out after {seconds:g} seconds."
    return ""


def told(ledger: Ledger) -> Told:
    """Sum up what the provider told and took."""
    events = {event for webhook in ledger.webhooks for event in webhook.events}
    acknowledged = ledger.acknowledged_events()
    return Told(
        messages=sum(map(_is_message, events)),
        acknowledged=frozenset(filter(_is_message, acknowledged)),
        statuses=frozenset(event for event in acknowledged if not _is_message(event)),
        repeats=sum(map(_repeats, ledger.webhooks)),
        sends=Counter(send.reference for send in ledger.sends if send.reference),
        unsettled=sum(not webhook.is_settled for webhook in ledger.webhooks),
    )


def _is_message(event: str) -> bool:
    return event.startswith(MESSAGE)


def _repeats(webhook: PostedWebhook) -> int:
    return max(0, sum(map(is_acknowledgement, webhook.answers)) - 1)


def _why_unreachable(address: str) -> str:
    """Say why replies cannot reach a sandbox, if they cannot."""
    try:
        check_settings({"base_url": address})
    except LeadFlowError:
        return UNREACHABLE
    return ""


def _check(given: Rehearsal) -> None:
    bounds = {
        "conversations": (1, given.conversations, MOST_PEOPLE),
        "messages_each": (1, given.messages_each, 20),
        "replies": (0, given.replies, MAX_LIMIT),
        "seconds": (1, given.seconds, MOST_SECONDS),
    }
    for name, (least, value, most) in bounds.items():
        if not least <= value <= most:
            message = f"{name} is {value:g}"
            raise RehearsalInvalid(message, field=name, expected=f"{least} to {most}")

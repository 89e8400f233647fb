"""Whatever goes wrong, the ledger is exact: it agrees with what both ends of the wire saw."""

import asyncio
import json
import time
from collections import Counter

import pytest

from backend.sandbox import FaultPlan, Script
from backend.sandbox.posting import NotLoopback, read_place
from tests.sandbox._world import call, message, world

PEOPLE = Script(people=20, messages=60, seed=5)


@pytest.mark.parametrize(
    ("plan", "status", "is_taken"),
    [
        (FaultPlan(), 200, True),
        (FaultPlan(throttled_share=1), 429, False),
        (FaultPlan(error_share=1), 503, False),
        (FaultPlan(refused_share=1, refusal_codes=("131056",)), 400, False),
        (FaultPlan(unanswered_share=1, unanswered_seconds=0.1), 0, True),
        (FaultPlan(reset_share=1), 0, True),
        (FaultPlan(slow_share=1), 200, True),
        (FaultPlan(broken_share=1), 200, True),
        (FaultPlan(outage_seconds=0.3), 503, False),
    ],
    ids=["none", "429", "5xx", "refused", "silence", "reset", "slow", "broken", "outage"],
)
def test_a_send_is_in_the_ledger_exactly_when_it_was_accepted(plan, status, is_taken):
    async def scene():
        async with world(plan) as (sandbox, receiver, address):
            got, body = await call(address, body=message())
            await sandbox.settled()
            return got, body, sandbox.ledger, list(receiver.taken)

    got, body, ledger, taken = asyncio.run(scene())
    assert got == status
    assert [send.reference for send in ledger.sends] == (["ours-0"] if is_taken else [])
    steps = ["tiny.0:sent", "tiny.0:delivered", "tiny.0:read"] if is_taken else []
    assert sorted(taken) == sorted(steps)
    if plan.broken_share:
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            json.loads(body)


@pytest.mark.parametrize(
    ("plan", "answers"),
    [
        (FaultPlan(), ()),
        (FaultPlan(duplicate_share=1, duplicate_times=2), ()),
        (FaultPlan(reorder_seconds=0.2), ()),
        (FaultPlan(outage_seconds=0.3), ()),
        (FaultPlan(duplicate_share=0.5, reorder_seconds=0.1), (503, 500, 503, 429, 401)),
    ],
    ids=["none", "duplicates", "reordered", "outage", "refused by us"],
)
def test_every_webhook_is_told_until_it_is_acknowledged(plan, answers):
    async def scene():
        async with world(plan, *answers) as (sandbox, receiver, _):
            sandbox.play(1, PEOPLE)
            await sandbox.settled()
            return sandbox.ledger, receiver

    ledger, receiver = asyncio.run(scene())
    posts = Counter({f"{w.events[0]}:message": len(w.answers) for w in ledger.webhooks})
    assert Counter(receiver.bodies) == posts
    assert len(ledger.acknowledged_events()) == PEOPLE.messages
    assert {f"{event}:message" for event in ledger.acknowledged_events()} == set(receiver.taken)


def test_reordering_reorders():
    async def scene():
        async with world(FaultPlan(reorder_seconds=0.2)) as (sandbox, receiver, _):
            sandbox.play(1, PEOPLE)
            await sandbox.settled()
            return receiver.taken

    taken = asyncio.run(scene())
    assert taken != sorted(taken, key=lambda body: int(body.split(".")[2].split(":")[0]))


def test_an_early_status_is_told_before_the_answer():
    async def scene():
        plan = FaultPlan(early_status_share=1, late_status_seconds=0.2)
        async with world(plan) as (_, receiver, address):
            await call(address, body=message())
            return list(receiver.taken)

    assert asyncio.run(scene()) == ["tiny.0:sent"]


def test_a_stranger_status_names_a_message_that_nobody_sent():
    async def scene():
        async with world(FaultPlan(stranger_share=1)) as (sandbox, receiver, address):
            await call(address, body=message())
            await sandbox.settled()
            return sandbox.ledger, receiver.taken

    ledger, taken = asyncio.run(scene())
    assert "stranger.tiny.0:sent" in taken
    assert len(ledger.sends) == 1


def test_a_message_sent_twice_is_found():
    async def scene():
        async with world(FaultPlan()) as (sandbox, _, address):
            for number in (0, 1, 0):
                await call(address, body=message(number))
            return sandbox.ledger.twice_sent()

    assert asyncio.run(scene()) == {"ours-0"}


def test_templates_can_be_paused():
    async def scene():
        async with world(FaultPlan(has_paused_templates=True)) as (sandbox, _, _):
            return sandbox.account(1).templates

    assert [template.status for template in asyncio.run(scene())] == ["paused"]


def test_the_ledger_is_read_over_http():
    async def scene():
        async with world(FaultPlan()) as (sandbox, _, address):
            await call(address, body=message())
            status, _ = await call(
                address, "/sandbox/1/customers", {"people": 2, "messages": 3, "seed": 1}
            )
            await sandbox.settled()
            return status, await call(address, "/ledger", method="GET")

    accepted, (status, body) = asyncio.run(scene())
    read = json.loads(body)
    assert (accepted, status) == (202, 200)
    assert [send["reference"] for send in read["sends"]] == ["ours-0"]
    assert sum(webhook["is_acknowledged"] for webhook in read["webhooks"]) == 6


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/1/customers", {"people": 0, "messages": 1}, 422),
        ("/sandbox/1/customers", {"people": 1}, 422),
        ("/sandbox/1/connect", {"webhook_url": "http://192.0.2.1/x"}, 422),
        ("/sandbox/1/dance", {}, 404),
        ("/elsewhere", {}, 404),
    ],
    ids=["nobody", "nothing said", "far away", "unknown", "no path"],
)
def test_a_wrong_wish_is_refused_in_words(path, body, status):
    async def scene():
        async with world(FaultPlan()) as (_, _, address):
            return await call(address, path, body)

    got, said = asyncio.run(scene())
    assert got == status
    assert json.loads(said)["error"]


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/webhooks",
        "http://example.com/webhooks",
        "http://127.0.0.1.example.com/",
        "https://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://2130706433/",
        "",
    ],
)
def test_webhooks_go_to_this_machine_only(url):
    with pytest.raises(NotLoopback):
        read_place(url)


def test_five_hundred_webhooks_are_told_in_a_second():
    async def scene():
        async with world(FaultPlan()) as (sandbox, receiver, _):
            began = time.perf_counter()
            sandbox.play(1, Script(people=100, messages=2_000))
            await sandbox.settled()
            return len(receiver.taken) / (time.perf_counter() - began)

    assert asyncio.run(scene()) >= 500

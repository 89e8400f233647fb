"""How often one may ask, who is counted together, and what the others hear of it."""

import asyncio
import socket
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from backend.platform.rates import RateGate, Rule, Windows
from tests.platform._brokers import redis_server
from tests.platform._windows import begin_in_one_window

GOOD = "Bearer good"


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    begin_in_one_window()
    monkeypatch.setenv("LEADFLOW_RATE_PER_KEY", "5")
    monkeypatch.setenv("LEADFLOW_RATE_PER_ADDRESS", "3")
    monkeypatch.setenv("LEADFLOW_RATE_SIGN_IN", "2")


class Caller:
    """Calls a small application behind the gate."""

    def __init__(self):
        self.reached = 0
        app = Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])
        self._gate = RateGate(app)
        self._loop = asyncio.new_event_loop()

    async def answer(self, request):
        self.reached += 1
        is_open = not request.url.path.startswith("/v1/leads")
        is_good = request.headers.get("authorization", "").startswith(GOOD)
        return PlainTextResponse("", 200 if is_open or is_good else 401)

    def ask(self, key=None, *, path="/v1/leads", method="GET", peer="203.0.113.9", **headers):
        if key:
            headers["Authorization"] = key
        transport = httpx.ASGITransport(self._gate, client=(peer, 1))

        async def send():
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return await client.request(method, path, headers=headers)

        return self._loop.run_until_complete(send())

    def codes(self, count, key=None, **given):
        return [self.ask(key, **given).status_code for _ in range(count)]

    def close(self):
        self._loop.close()


@pytest.fixture
def caller():
    made = Caller()
    yield made
    made.close()


def test_a_key_may_ask_so_often(caller):
    assert caller.codes(7, GOOD) == [200] * 6 + [429]
    assert caller.reached == 6


def test_a_refusal_is_a_problem_that_says_when_to_come_back(caller):
    caller.codes(6, GOOD)
    response = caller.ask(GOOD)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/v1/docs#too-many-requests"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert "good" not in response.text


def test_every_answer_says_how_many_are_left(caller):
    answers = [caller.ask(GOOD) for _ in range(4)]
    assert {answer.headers["ratelimit-policy"] for answer in answers[1:]} == {'"key";q=5;w=60'}
    left = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers[1:]]
    assert left == ['"key";r=4', '"key";r=3', '"key";r=2']
    assert caller.ask().headers["ratelimit-policy"] == '"address";q=3;w=60'


def test_every_key_has_a_window_of_its_own(caller):
    caller.codes(7, GOOD)
    assert caller.ask(f"{GOOD} too").status_code == 200


def test_guessing_keys_ends_before_anybody_looks_at_them(caller):
    assert [caller.ask(f"Bearer guess {n}").status_code for n in range(5)] == [401] * 3 + [429] * 2
    assert caller.reached == 3


def test_asking_without_a_key_ends_too(caller):
    assert caller.codes(5) == [401] * 3 + [429] * 2


def test_a_known_key_goes_on_beside_somebody_who_guesses(caller):
    caller.ask(GOOD)
    caller.codes(5, "Bearer wrong")
    assert caller.ask(GOOD).status_code == 200
    assert caller.ask("Bearer wrong").status_code == 429


def test_a_good_key_is_not_counted_against_its_address(caller):
    assert [caller.ask(f"{GOOD} {n}").status_code for n in range(6)] == [200] * 6


def test_a_key_that_was_refused_is_not_taken_for_a_good_one(caller):
    caller.codes(4, "Bearer wrong")
    assert caller.codes(2, "Bearer wrong") == [429, 429]


@pytest.mark.parametrize(
    ("other", "is_counted_together"),
    [
        ("2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:3::1", False),
        ("203.0.113.9", False),
    ],
)
def test_a_network_of_ipv6_counts_as_one(caller, other, is_counted_together):
    caller.codes(4, peer="2001:db8:1:2::1")
    assert (caller.ask(peer=other).status_code == 429) is is_counted_together


def test_ipv4_in_the_clothes_of_ipv6_is_the_same(caller):
    caller.codes(4, peer="203.0.113.9")
    assert caller.ask(peer="::ffff:203.0.113.9").status_code == 429


def test_signing_in_is_counted_by_address_and_looking_at_the_form_is_not(caller):
    assert caller.codes(3, path="/auth/sign-in", method="POST") == [200, 200, 429]
    assert caller.ask(path="/auth/sign-in").status_code == 200
    other = caller.ask(path="/auth/sign-in", method="POST", peer="203.0.113.10")
    assert other.status_code == 200


def test_a_person_is_asked_to_wait_in_a_sentence(caller):
    caller.codes(2, path="/auth/sign-in", method="POST")
    answer = caller.ask(path="/auth/sign-in", method="POST", Accept="text/html,*/*")
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/html")
    assert "Too many attempts from your network" in answer.text
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/v1/mock/whatsapp/inbound", "/healthz", "/metrics"])
def test_what_comes_in_bursts_is_not_counted(caller, path):
    assert caller.codes(8, GOOD, path=path, method="POST") == [200] * 8


async def hits(windows, count, caller="a"):
    verdicts = [await windows.hit(Rule("test", 3), caller) for _ in range(count)]
    return [verdict.is_allowed for verdict in verdicts]


def test_without_its_redis_a_process_counts_for_itself():
    counted = asyncio.run(hits(Windows("redis://127.0.0.1:9/0"), 4))
    assert counted == [True, True, True, False]


def test_a_redis_that_says_nothing_costs_one_request_its_patience_and_no_more():
    async def count():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            windows = Windows(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
            began = time.monotonic()
            counted = await hits(windows, 20)
            await windows.close()
        return counted, time.monotonic() - began

    counted, seconds = asyncio.run(count())
    assert counted == [True] * 3 + [False] * 17
    assert seconds < 4


def test_two_processes_with_one_redis_count_together():
    async def count(url):
        one, other = Windows(url), Windows(url)
        counted = await hits(one, 2), await hits(other, 2), await hits(one, 1, "b")
        await one.close()
        await other.close()
        return counted

    with redis_server() as url:
        assert asyncio.run(count(url)) == ([True, True], [True, False], [True])


def test_a_redis_that_goes_away_ends_no_request():
    async def count(windows, server):
        with server as url:
            windows.append(Windows(url))
            counted = await hits(windows[0], 4)
        later = await hits(windows[0], 4)
        await windows[0].close()
        return counted, later

    expected = [True, True, True, False]
    assert asyncio.run(count([], redis_server())) == (expected, expected)

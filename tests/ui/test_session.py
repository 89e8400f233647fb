"""Who is behind an event: the cookie, looked up on the server every time."""

import asyncio
import inspect
from types import SimpleNamespace

import pytest
import reflex as rx

from backend import auth
from backend.kit.errors import Conflict
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app import session
from leadflow_app.session import actor_of, session_token, signed_in
from tests.ui._pages import sign_in


def event(cookie="", path="/leads", query=""):
    url = SimpleNamespace(path=path, query=query)
    visitor = SimpleNamespace(client_ip="10.0.0.1")
    headers = SimpleNamespace(cookie=cookie)
    return SimpleNamespace(router=SimpleNamespace(headers=headers, session=visitor, url=url))


async def who(_state, actor):
    return actor.name


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("leadflow_session=abc", "abc"),
        ("theme=dark; leadflow_session=abc; x=y", "abc"),
        ("leadflow_session=", ""),
        ("other=1", None),
        ("", None),
        ("\0;=;", None),
    ],
)
def test_the_session_is_found_among_cookies(header, token):
    assert session_token(header) == token


def test_the_actor_is_looked_up(actor):
    found = asyncio.run(actor_of(event(sign_in(actor))))
    assert found.workspace_id == actor.workspace_id


def test_a_made_up_session_is_nobody(workspace):
    assert workspace
    assert asyncio.run(actor_of(event("leadflow_session=made-up"))) is None


def test_a_session_that_was_ended_is_nobody_at_once(actor):
    cookie = sign_in(actor)
    with unit_of_work(SYSTEM) as uow:
        auth.sign_out(uow, session_token(cookie))
    assert asyncio.run(actor_of(event(cookie))) is None


def test_the_guard_hands_the_actor_over(actor):
    name = asyncio.run(signed_in(who)(event(sign_in(actor))))
    assert name.startswith("User ")


def test_nobody_is_sent_to_sign_in_and_comes_back():
    sent = asyncio.run(signed_in(who)(event(path="/leads/", query="stage=new")))
    assert "/sign-in?next=%2Fleads%3Fstage%3Dnew" in str(sent.args)


def test_a_refusal_becomes_words(actor):
    async def refuse(_state, _actor):
        message = "the conversation is closed"
        raise Conflict(message)

    said = asyncio.run(signed_in(refuse)(event(sign_in(actor))))
    assert "The conversation is closed. Reload the page to see the latest state." in str(said.args)


def test_a_browser_cannot_send_an_actor():
    class Page(rx.State):
        @rx.event
        @signed_in
        async def rename(self, _actor, name: str):
            """Do nothing."""

    handler = Page.event_handlers["rename"]
    assert list(handler.get_parameters()) == ["self", "name"]
    assert inspect.iscoroutinefunction(handler.fn)
    assert getattr(handler.fn, session.GUARDED)

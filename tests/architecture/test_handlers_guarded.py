"""Every event handler is a public remote call, so every one of ours asks who is calling."""

import asyncio
import importlib
from collections.abc import Iterator, Mapping
from types import SimpleNamespace

import pytest
import reflex as rx
from reflex.event import EventHandler
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from leadflow_app import session
from leadflow_app.session import signed_in


def unguarded(handlers: Mapping[str, RegisteredEventHandler], package: str) -> Iterator[str]:
    """Name the handlers written in a package that are not wrapped in the guard."""
    for name, registered in handlers.items():
        function = registered.handler.fn
        is_ours = f"{function.__module__}.".startswith(f"{package}.")
        if is_ours and not getattr(function, session.GUARDED, False):
            yield name


@pytest.fixture
def handlers():
    """Every handler that a browser can call once the application is loaded."""
    importlib.import_module("leadflow_app.leadflow_app")
    return RegistrationContext.get().event_handlers


def test_every_handler_is_guarded(handlers):
    assert list(unguarded(handlers, "leadflow_app")) == []


def test_there_are_handlers_to_guard(handlers):
    assert any(getattr(one.handler.fn, session.GUARDED, False) for one in handlers.values())


def test_no_setter_is_made_by_itself():
    assert rx.config.get_config().state_auto_setters is False


async def naked(_state, actor=None):
    """Show everything to anybody."""
    return actor


def registered(function):
    return {"state.naked": RegisteredEventHandler(handler=EventHandler(fn=function), states=())}


def test_an_unguarded_handler_is_found():
    assert list(unguarded(registered(naked), naked.__module__)) == ["state.naked"]


def test_a_guarded_handler_is_not():
    assert list(unguarded(registered(signed_in(naked)), naked.__module__)) == []


@pytest.mark.parametrize("cookie", ["", "other=1", "leadflow_session=", "\0;=;"])
def test_the_guard_lets_nobody_in(cookie):
    reached = []

    async def handler(_state, actor):
        reached.append(actor)

    url = SimpleNamespace(path="/leads", query="")
    headers = SimpleNamespace(cookie=cookie)
    visitor = SimpleNamespace(client_ip="10.0.0.1")
    router = SimpleNamespace(headers=headers, session=visitor, url=url)
    asyncio.run(signed_in(handler)(SimpleNamespace(router=router)))
    assert reached == []

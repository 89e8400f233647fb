"""Pages as plain objects: a state at an address, with the cookie of whoever opened it."""

import asyncio

import reflex as rx

from backend import auth
from backend.auth import Role, Visitor
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import PASSWORD, create_user

ADDRESS = "10.0.0.1"


def sign_in(actor, role=Role.OPERATOR, email="ana@leadflow.example"):
    """Make a person and return the Cookie header of their browser."""
    with unit_of_work(actor) as uow:
        create_user(uow, actor, role=role, email=email)
    return cookie_of(email)


def cookie_of(email):
    """Return the Cookie header of the browser in which a person signs in."""
    visitor = Visitor(user_agent="test", address=ADDRESS)
    signed = auth.sign_in(email=email, password=PASSWORD, visitor=visitor)
    return f"{auth.SESSION_COOKIE}={signed.token}"


def person_of(cookie):
    """Return who is signed in with a cookie."""
    with unit_of_work(SYSTEM) as uow:
        return auth.actor_for_session(uow, cookie.partition("=")[2], address=ADDRESS)


def open_page(state_class, address="/", cookie=""):
    """Return the state of a page as the first event would find it."""
    root = rx.State(_reflex_internal_init=True)
    state = asyncio.run(root.get_state(state_class))
    visit(state, address, cookie)
    return state


def visit(state, address, cookie=""):
    """Go to another address."""
    root = state._get_root_state()  # noqa: SLF001  Reflex fills these in for every event
    data = {
        "pathname": address.partition("?")[0],
        "asPath": address,
        "headers": {"origin": "http://localhost", "cookie": cookie},
        "query": {},
    }
    root.router_data = data
    root._update_router_vars(data, {})  # noqa: SLF001


def send(state, handler, *arguments):
    """Send an event as a browser would: through the handler's guard."""
    return asyncio.run(type(state).event_handlers[handler].fn(state, *arguments))


def reload(state, actor):
    """Read the page again, as `follow` does."""
    asyncio.run(state._reload(actor))  # noqa: SLF001  what is public in a state can be sent


def question(state):
    """Return what the page would ask now."""
    return state._question()  # noqa: SLF001


def conversation_of(state):
    """Return the conversation of the customer that the simulator plays."""
    return state._conversation  # noqa: SLF001

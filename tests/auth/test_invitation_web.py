"""The link of an invitation in a browser: its token leaves the address, and forms answer it."""

import re

import pytest
from fastapi import FastAPI

from backend import auth
from backend.auth import MemberState
from backend.auth.invitation_web import INVITATION_COOKIE, router
from backend.auth.sessions import SESSION_COOKIE
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import invite, sign_in_as
from tests.factories import run_as
from tests.rest.calling import Client

INES = "ines@leadflow.example"
SVEN = "sven@leadflow.example"
GOOD = "a rather fine password 7"
OWN = {"Origin": "http://leadflow.test"}


def offer(token):
    with unit_of_work(SYSTEM) as uow:
        return auth.invitation_for_token(uow, token)


@pytest.fixture
def browser():
    """Open pages as somebody who is not signed in."""
    app = FastAPI()
    app.include_router(router)
    return Client(app)


def look(browser, token, session=""):
    cookie = f"{SESSION_COOKIE}={session}" if session else ""
    return browser.get("/auth/invitation", params={"token": token}, headers={"Cookie": cookie})


def answer(browser, token, session="", headers=OWN, **form):
    cookies = {INVITATION_COOKIE: token, SESSION_COOKIE: session}
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
    return browser.post("/auth/invitation", data=form, headers={**headers, "Cookie": cookie})


def place(response):
    assert response.status_code == 303
    return response.headers["location"]


def test_the_token_leaves_the_address_for_a_cookie(browser, owner):
    token = invite(owner)
    response = look(browser, token)
    assert place(response) == "/invitation?step=new"
    cookie = response.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/auth/invitation"))
    assert response.headers["cache-control"] == "no-store"
    again = browser.get("/auth/invitation", headers={"Cookie": f"{INVITATION_COOKIE}={token}"})
    assert place(again) == "/invitation?step=new"
    assert "set-cookie" not in again.headers


def test_a_new_person_joins_in_the_browser_and_gets_no_session(browser, owner):
    token = invite(owner)
    response = answer(browser, token, name="Ines Example", password=GOOD)
    assert place(response) == "/invitation?step=joined"
    assert SESSION_COOKIE not in response.headers["set-cookie"]
    assert re.search(f'{INVITATION_COOKIE}="";.*Max-Age=0', response.headers["set-cookie"])
    assert place(look(browser, token)) == "/invitation?step=gone"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"name": "Ines", "password": "short"}, "password"),
        ({"name": "Ines", "password": INES + INES}, "password"),
        ({"name": " ", "password": GOOD}, "name"),
        ({}, "name"),
    ],
)
def test_a_bad_form_comes_back(browser, owner, form, error):
    token = invite(owner)
    assert place(answer(browser, token, **form)) == f"/invitation?step=new&error={error}"
    assert offer(token)


def test_an_account_is_asked_to_sign_in_and_then_accepts(browser, owner, sven):
    token = invite(owner, SVEN)
    assert place(look(browser, token)) == "/invitation?step=sign-in"
    form = {"name": "Mallory", "password": GOOD}
    assert place(answer(browser, token, **form)) == "/invitation?step=sign-in"
    session = sign_in_as(sven)
    assert place(look(browser, token, session)) == "/invitation?step=accept"
    assert place(answer(browser, token, session)) == "/invitation?step=added"
    assert run_as(owner, auth.get_member, sven.user_id).state is MemberState.ACTIVE


def test_somebody_else_who_is_signed_in_is_refused(browser, owner, sven):
    for email in (INES, run_as(owner, auth.get_member, owner.user_id).email):
        if email == INES:
            token = invite(owner, email)
        session = sign_in_as(sven)
        assert place(look(browser, token, session)) == "/invitation?step=other"
        assert place(answer(browser, token, session)) == "/invitation?step=other"
    assert offer(token)


@pytest.mark.parametrize("token", ["nonsense", "%00", "\N{SNOWMAN}" * 300, ""])
@pytest.mark.usefixtures("database")
def test_a_stranger_learns_nothing_without_a_token(browser, token):
    response = look(browser, token)
    assert place(response) == "/invitation?step=gone"
    assert "set-cookie" not in response.headers
    assert place(answer(browser, "nonsense", name="A", password=GOOD)) == "/invitation?step=gone"
    assert place(answer(browser, "", name="A", password=GOOD)) == "/invitation?step=gone"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://leadflow.test.evil"])
def test_a_form_of_another_site_is_refused(browser, owner, origin):
    token = invite(owner)
    headers = {"Origin": origin}
    response = answer(browser, token, headers=headers, name="Ines", password=GOOD)
    assert place(response) == "/invitation?error=origin"
    assert offer(token)

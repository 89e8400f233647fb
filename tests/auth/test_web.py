"""Signing in and out by form."""

import httpx
import pytest
from fastapi import FastAPI

from backend.auth import SESSION_COOKIE, actor_for_session
from backend.auth.web import router, safe_target
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import PASSWORD, create_user
from tests.rest.calling import Client


@pytest.fixture
def browser(actor):
    app = FastAPI()
    app.include_router(router)
    with unit_of_work(actor) as uow:
        create_user(uow, actor, email="Ana@example.com")
    return Client(app)


def sign_in(browser, **fields) -> httpx.Response:
    form = {"email": "ana@example.com", "password": PASSWORD, **fields}
    headers = {"Origin": fields.pop("origin", "http://leadflow.test")}
    return browser.post("/auth/sign-in", data=form, headers=headers)


def test_the_cookie_is_for_the_server_only(browser):
    answer = sign_in(browser, next="/leads?stage=new")
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads?stage=new")
    attributes = answer.headers["set-cookie"].lower()
    assert all(word in attributes for word in ("httponly", "samesite=lax", "path=/"))
    assert "secure" not in attributes
    with unit_of_work(SYSTEM) as uow:
        assert actor_for_session(uow, answer.cookies[SESSION_COOKIE]) is not None


def test_behind_tls_the_cookie_is_secure(browser):
    answer = browser.post(
        "/auth/sign-in",
        data={"email": "ana@example.com", "password": PASSWORD},
        headers={"Origin": "https://leadflow.test"},
    )
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "fields", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"email": "' OR 1=1 --"}]
)
def test_a_refusal_sets_no_cookie_and_does_not_say_what_was_wrong(browser, fields):
    answer = sign_in(browser, **fields)
    assert answer.headers["location"] == "/sign-in?error=credentials&next=%2F"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://leadflow.test.evil", "http://["]
)
def test_a_form_of_another_site_is_refused(browser, origin):
    answer = browser.post(
        "/auth/sign-in",
        data={"email": "ana@example.com", "password": PASSWORD},
        headers={"Origin": origin},
    )
    assert answer.headers["location"].startswith("/sign-in?error=origin")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "//[",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(wanted):
    assert safe_target(wanted) == "/"


def test_a_form_sent_before_its_page_was_ready_still_goes_on(browser):
    answer = browser.post(
        "/auth/sign-in",
        data={"email": "ana@example.com", "password": PASSWORD, "next": ""},
        headers={
            "Origin": "http://leadflow.test",
            "Referer": "http://leadflow.test/sign-in?next=%2Fleads%2F1",
        },
    )
    assert answer.headers["location"] == "/leads/1"


@pytest.mark.parametrize(
    "referer",
    ["http://[", "http://leadflow.test/other?next=/leads", "/sign-in?next=//evil.example"],
)
def test_an_odd_referer_leads_home(browser, referer):
    answer = browser.post(
        "/auth/sign-in",
        data={"email": "ana@example.com", "password": PASSWORD},
        headers={"Origin": "http://leadflow.test", "Referer": referer},
    )
    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_session_itself(browser):
    token = sign_in(browser).cookies[SESSION_COOKIE]
    headers = {"Origin": "http://leadflow.test", "Cookie": f"{SESSION_COOKIE}={token}"}
    answer = browser.post("/auth/sign-out", headers=headers)
    assert answer.headers["location"] == "/sign-in"
    with unit_of_work(SYSTEM) as uow:
        assert actor_for_session(uow, token) is None

"""Signing in and out by form, and what the forms leave in a browser."""

from http.cookies import SimpleCookie

import pytest
from fastapi import FastAPI

from backend import auth
from backend.auth import SESSION_COOKIE
from backend.auth.web import (
    CHALLENGE_COOKIE,
    DEVICE_COOKIE,
    RESET_COOKIE,
    router,
    safe_target,
)
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.at_the_door import (
    actions,
    actor_of,
    add_second_factor,
    app_code,
    changed,
    in_system,
)
from tests.factories import PASSWORD, create_user, create_workspace, run_as
from tests.rest.calling import Client

ORIGIN = {"Origin": "http://leadflow.test"}
FOREIGN = {"Origin": "https://evil.example"}
NEW = "seven green bicycles"


class Browser:
    """Keeps cookies as a browser does, and sends each below its path only."""

    def __init__(self, app):
        self._client = Client(app)
        self.cookies = {}

    def get(self, path):
        return self._send("GET", path, {})

    def post(self, path, *, headers=ORIGIN, **fields):
        return self._send("POST", path, headers, data=fields)

    def cookie(self, name):
        """Return the value of a cookie, or nothing."""
        return self.cookies[name].value if name in self.cookies else ""

    def _send(self, method, path, headers, **given):
        sent = [
            f"{name}={kept.value}"
            for name, kept in self.cookies.items()
            if path.startswith(kept["path"])
        ]
        headers = {**headers, "Cookie": "; ".join(sent)}
        answer = self._client.request(method, path, headers=headers, **given)
        for said in answer.headers.get_list("set-cookie"):
            for name, kept in SimpleCookie(said).items():
                self.cookies[name] = kept
                if kept["max-age"] == "0":
                    del self.cookies[name]
        return answer


@pytest.fixture
def app():
    made = FastAPI()
    made.include_router(router)
    return made


@pytest.fixture
def ana(actor):
    return run_as(actor, create_user, email="Ana@example.com")


@pytest.fixture
def browser(app, ana):
    assert ana
    return Browser(app)


def sign_in(browser, **fields):
    form = {"email": "ana@example.com", "password": PASSWORD, **fields}
    return browser.post("/auth/sign-in", **form)


def cookie_set(answer, name):
    """Return what an answer says of a cookie, in small letters."""
    (said,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}="))
    return said.lower()


def place(answer):
    return answer.headers["location"]


def test_the_cookie_is_for_the_server_only(browser):
    answer = sign_in(browser, next="/leads?stage=new")
    assert (answer.status_code, place(answer)) == (303, "/leads?stage=new")
    session = cookie_set(answer, SESSION_COOKIE)
    assert all(word in session for word in ("httponly", "samesite=lax", "path=/;"))
    device = cookie_set(answer, DEVICE_COOKIE)
    assert all(word in device for word in ("httponly", "samesite=strict", "path=/auth"))
    assert "secure" not in session + device
    assert actor_of(browser.cookie(SESSION_COOKIE)) is not None


def test_behind_tls_the_cookies_are_secure(browser):
    answer = sign_in(browser, headers={"Origin": "https://leadflow.test"})
    assert "secure" in cookie_set(answer, SESSION_COOKIE)
    assert "secure" in cookie_set(answer, DEVICE_COOKIE)


@pytest.mark.parametrize(
    "fields", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"email": "' OR 1=1 --"}]
)
def test_a_refusal_sets_no_cookie_and_does_not_say_what_was_wrong(browser, fields):
    answer = sign_in(browser, **fields)
    assert place(answer) == "/sign-in?error=credentials&next=%2F"
    assert "set-cookie" not in answer.headers


def test_a_refusal_is_told_after_it_was_answered(browser, ana):
    sign_in(browser, password="wrong")
    assert actions(ana)[0] == "sign_in.failed"


def test_who_is_locked_out_reads_for_how_long(browser):
    places = [place(sign_in(browser, password="wrong")) for _ in range(6)]
    assert set(places[:5]) == {"/sign-in?error=credentials&next=%2F"}
    assert places[5] == "/sign-in?error=locked&wait=1&next=%2F"
    assert place(sign_in(browser, next="/leads")).endswith("error=locked&wait=1&next=%2Fleads")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://leadflow.test.evil", "http://["]
)
def test_a_form_of_another_site_is_refused(browser, origin):
    answer = sign_in(browser, headers={"Origin": origin})
    assert place(answer).startswith("/sign-in?error=origin")
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
    page = "http://leadflow.test/sign-in?next=%2Fleads%2F1"
    assert place(sign_in(browser, next="", headers={**ORIGIN, "Referer": page})) == "/leads/1"


@pytest.mark.parametrize(
    "referer",
    ["http://[", "http://leadflow.test/other?next=/leads", "/sign-in?next=//evil.example"],
)
def test_an_odd_referer_leads_home(browser, referer):
    assert place(sign_in(browser, headers={**ORIGIN, "Referer": referer})) == "/"


def test_signing_out_ends_the_session_itself(browser, ana):
    sign_in(browser)
    token = browser.cookie(SESSION_COOKIE)
    assert place(browser.post("/auth/sign-out", headers=FOREIGN)) == "/sign-in"
    assert actor_of(token) is not None
    browser.cookies = {SESSION_COOKIE: SimpleCookie(f"s={token}; Path=/")["s"]}
    assert place(browser.post("/auth/sign-out")) == "/sign-in"
    assert SESSION_COOKIE not in browser.cookies
    assert actor_of(token) is None
    assert actions(ana)[0] == "sign_in.ended"


def test_signing_in_again_takes_the_place_of_the_session_before(browser):
    sign_in(browser)
    before, device = browser.cookie(SESSION_COOKIE), browser.cookie(DEVICE_COOKIE)
    sign_in(browser)
    assert browser.cookie(SESSION_COOKIE) != before
    assert browser.cookie(DEVICE_COOKIE) == device
    assert actor_of(before) is None
    assert actor_of(browser.cookie(SESSION_COOKIE)) is not None


def test_a_browser_that_was_here_before_passes_where_strangers_wait(browser, app):
    sign_in(browser)
    stranger = Browser(app)
    for _ in range(5):
        sign_in(stranger, password="wrong")
    assert "locked" in place(sign_in(stranger))
    assert place(sign_in(browser)) == "/"


def with_code(ana, browser, **fields):
    """Give the password of somebody with a second factor; returns the secret and the codes."""
    made = add_second_factor(ana)
    answer = sign_in(browser, **fields)
    assert place(answer).startswith("/sign-in/code?next=")
    return made


def test_a_password_alone_leaves_a_challenge_and_no_session(browser, ana):
    add_second_factor(ana)
    answer = sign_in(browser, next="/leads")
    assert place(answer) == "/sign-in/code?next=%2Fleads"
    challenge = cookie_set(answer, CHALLENGE_COOKIE)
    words = ("httponly", "samesite=strict", "path=/auth", "max-age=300")
    assert all(word in challenge for word in words)
    assert set(browser.cookies) == {CHALLENGE_COOKIE}
    assert changed("SELECT 1 FROM session") == []


def test_the_code_opens_the_session_and_goes_on(browser, ana):
    secret, _ = with_code(ana, browser)
    answer = browser.post("/auth/second-factor", code=app_code(secret), next="/leads")
    assert place(answer) == "/leads"
    assert set(browser.cookies) == {SESSION_COOKIE, DEVICE_COOKIE}
    assert actor_of(browser.cookie(SESSION_COOKIE)).user_id == ana.user_id


def test_a_code_sent_before_its_page_was_ready_still_goes_on(browser, ana):
    secret, _ = with_code(ana, browser)
    page = "http://leadflow.test/sign-in/code/?next=%2Fleads%2F1"
    headers = {**ORIGIN, "Referer": page}
    answer = browser.post("/auth/second-factor", code=app_code(secret), headers=headers)
    assert place(answer) == "/leads/1"


def test_a_wrong_code_is_refused_on_the_form_it_came_from(browser, ana):
    with_code(ana, browser)
    wrong = browser.post("/auth/second-factor", code="zebra", next="/leads")
    assert place(wrong) == "/sign-in/code?error=code&next=%2Fleads"
    wrong = browser.post("/auth/second-factor", code="zebra", use="recovery")
    assert place(wrong) == "/sign-in/code?error=code&use=recovery&next=%2F"
    wrong = browser.post("/auth/second-factor", code="zebra", use="<script>", next="//evil.example")
    assert place(wrong) == "/sign-in/code?error=code&next=%2F"
    assert SESSION_COOKIE not in browser.cookies


def test_after_five_wrong_codes_the_password_is_asked_for_again_and_then_one_waits(browser, ana):
    secret, _ = with_code(ana, browser)
    places = [place(browser.post("/auth/second-factor", code="zebra")) for _ in range(5)]
    assert places[-1] == "/sign-in?error=expired&next=%2F"
    assert CHALLENGE_COOKIE not in browser.cookies
    sign_in(browser)
    answer = browser.post("/auth/second-factor", code=app_code(secret))
    assert place(answer) == "/sign-in/code?error=locked&wait=1&next=%2F"


def test_a_code_needs_a_challenge_and_a_page_of_ours(browser, ana):
    assert "error=expired" in place(browser.post("/auth/second-factor", code="123456"))
    secret, _ = with_code(ana, browser)
    answer = browser.post("/auth/second-factor", code=app_code(secret), headers=FOREIGN)
    assert "error=origin" in place(answer)
    assert SESSION_COOKIE not in browser.cookies


@pytest.fixture
def other(ana):
    with unit_of_work(SYSTEM) as uow:
        made = create_workspace(uow)
    changed(
        "INSERT INTO membership (workspace_id, user_id, role, created_at)"
        " VALUES (:workspace_id, :user_id, 'viewer', now())",
        workspace_id=made.id,
        user_id=ana.user_id,
    )
    return made


def test_the_workspace_is_switched_by_form(browser, other):
    sign_in(browser)
    answer = browser.post("/auth/workspace", workspace_id=str(other.id))
    assert place(answer) == "/"
    assert actor_of(browser.cookie(SESSION_COOKIE)).workspace_id == other.id


def test_a_workspace_is_not_switched_by_others_nor_to_anything(browser, ana, other):
    sign_in(browser)
    with unit_of_work(SYSTEM) as uow:
        foreign = create_workspace(uow)
    browser.post("/auth/workspace", workspace_id=str(other.id), headers=FOREIGN)
    for wanted in (str(foreign.id), "nonsense", ""):
        assert browser.post("/auth/workspace", workspace_id=wanted).status_code in {303, 422}
    assert actor_of(browser.cookie(SESSION_COOKIE)).workspace_id == ana.workspace_id
    browser.cookies = {}
    assert place(browser.post("/auth/workspace", workspace_id=str(other.id))) == "/"


def test_a_link_keeps_its_token_out_of_the_page(browser, ana):
    session = sign_in(browser) and browser.cookie(SESSION_COOKIE)
    token = in_system(auth.password_reset_for, "ana@example.com")
    answer = browser.get(auth.reset_path(token))
    assert place(answer) == "/reset"
    kept = cookie_set(answer, RESET_COOKIE)
    assert all(word in kept for word in ("httponly", "samesite=strict", "path=/auth"))
    assert place(browser.post("/auth/reset", password="short")) == "/reset?error=weak"
    assert place(browser.post("/auth/reset", password=NEW)) == "/sign-in?done=reset"
    assert set(browser.cookies) == {DEVICE_COOKIE}
    assert actor_of(session) is None
    assert place(sign_in(browser, password=NEW)) == "/"
    assert "password.changed" in actions(ana)


def test_opening_a_link_changes_nothing(browser):
    token = in_system(auth.password_reset_for, "ana@example.com")
    before = changed("SELECT * FROM password_reset")
    for _ in range(3):
        browser.get(auth.reset_path(token))
    assert changed("SELECT * FROM password_reset") == before
    assert place(sign_in(browser)) == "/"


def test_a_link_that_is_none_leads_to_words(browser):
    answer = browser.get("/auth/reset?token=made-up")
    assert place(answer) == "/reset?error=gone"
    assert "set-cookie" not in answer.headers
    assert place(browser.get("/auth/reset")) == "/reset?error=gone"
    assert place(browser.post("/auth/reset", password=NEW)) == "/reset?error=gone"
    assert (
        place(browser.post("/auth/reset", password=NEW, headers=FOREIGN)) == "/reset?error=origin"
    )


@pytest.mark.parametrize("path", ["sign-in", "sign-out", "second-factor", "workspace"])
def test_nothing_changes_by_being_looked_at(browser, path):
    sign_in(browser)
    assert browser.get(f"/auth/{path}").status_code == 405
    assert actor_of(browser.cookie(SESSION_COOKIE)) is not None

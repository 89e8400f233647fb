"""What the content policy forbids stays forbidden, and no screen needs it."""

import base64
import os
import socket

import pytest
from playwright.sync_api import expect

from backend.platform.frontend import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

EVIL = "https://evil.example"
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
INJECT = """
() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = 1";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src=nothing onerror='window.injected=2'>");
    const foreign = document.createElement("script");
    foreign.src = "https://evil.example/x.js";
    document.body.append(foreign);
}
"""
FETCH = "address => fetch(address).then(() => 'read', () => 'refused')"


@pytest.fixture
def watched(visit):
    """Return a signed-in page and what its console says of errors."""
    page, errors = visit("/"), []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(LISTEN)
    return page, errors


@pytest.fixture
def said(leadflow):
    """Let a customer write, so that there is something on the screens."""
    return leadflow.say("What does it cost?", sender="+12065550160")


@pytest.fixture
def paths(said):
    """Return the address of every screen that was built, and of those that show one thing."""
    built = [page.parent.relative_to(STATIC).as_posix() for page in STATIC.rglob("*/index.html")]
    shown = (f"/inbox?c={said['conversation_id']}", f"/leads/{said['lead_id']}", "/?days=28")
    return ("/", *(f"/{path}" for path in sorted(built)), *shown)


def test_no_screen_does_what_the_policy_forbids(leadflow, watched, paths):
    page, errors = watched
    found = []
    for path in paths:
        page.goto(leadflow.url + path)
        page.locator("main h1, h1").first.wait_for()
        page.wait_for_timeout(900)
        found += [f"{path}: {line}" for line in page.evaluate("window.violations")]
    assert {"/inbox", "/leads", "/operations"} < set(paths)
    assert found == []
    assert errors == []


def test_a_notice_of_the_server_is_shown_without_running_a_script(leadflow, watched, said):
    page, errors = watched
    page.goto(f"{leadflow.url}/leads/{said['lead_id']}")
    page.get_by_label("Value in").fill("12.50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Value saved")).to_be_visible()
    assert page.evaluate("window.violations") == []
    assert errors == []


def test_an_injected_script_does_not_run(leadflow, watched):
    page, _ = watched
    page.goto(f"{leadflow.url}/leads")
    page.locator("h1").first.wait_for()
    page.evaluate(INJECT)
    page.wait_for_timeout(500)
    assert page.evaluate("window.injected") is None
    assert set(page.evaluate("window.violations")) == {
        "script-src-elem inline",
        "script-src-attr inline",
        f"script-src-elem {EVIL}/x.js",
    }


def test_a_page_of_another_site_reads_and_frames_nothing(leadflow, visit):
    page = visit("/")
    page.route(f"{EVIL}/**", lambda route: route.fulfill(body="<h1>evil", content_type="text/html"))
    page.goto(f"{EVIL}/")
    for path in ("/", "/healthz", "/v1/leads", "/_event/?EIO=4&transport=polling", "/favicon.svg"):
        assert page.evaluate(FETCH, leadflow.url + path) == "refused"
    page.evaluate(
        "address => { const frame = document.createElement('iframe');"
        " frame.src = address; document.body.append(frame) }",
        leadflow.url,
    )
    page.wait_for_timeout(1_000)
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]


def handshake(leadflow, **headers):
    """Ask for a websocket as a browser does; returns the status of the answer."""
    host, port = leadflow.url.removeprefix("http://").split(":")
    lines = {
        "Host": f"{host}:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        start = "GET /_event/?EIO=4&transport=websocket HTTP/1.1\r\n"
        connection.sendall(f"{start}{request}\r\n".encode())
        return int(connection.recv(4096).split()[1])


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:1", "file://", "", "http://["])
def test_a_websocket_of_another_site_is_refused(leadflow, origin):
    assert handshake(leadflow, Origin=origin) == 403


def test_a_websocket_of_our_own_pages_opens(leadflow):
    assert handshake(leadflow, Origin=leadflow.url) == 101
    assert handshake(leadflow) == 101


def test_a_websocket_under_a_rebound_name_is_refused(leadflow):
    assert handshake(leadflow, Host="evil.example", Origin="http://evil.example") == 403

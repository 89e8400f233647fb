"""An admin connects a number of each provider, in a real Chromium, with the provider played."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from backend.channels import Identity, InboundMessage, MessageKind, Provider, credential_fields
from backend.channels.adapters.fakes import fake_for, is_played
from backend.channels.fakes import FakeAccount, FakeRequest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

PLAYED = [one for one in Provider if is_played(one) and one is not Provider.MOCK]
each_provider = pytest.mark.parametrize("provider", PLAYED)


@dataclass
class Far:
    """The provider's side of one account."""

    provider: Provider
    account: FakeAccount

    def tell(self, account: FakeAccount, text: str = "I want the price") -> httpx.Response:
        """Deliver one message as this account signs it."""
        now = datetime.now(UTC)
        message = InboundMessage(
            provider_message_id=f"m.{now.timestamp()}",
            address=account.credentials.get("phone_number_id", account.address),
            identity=Identity(phone="+12065550123", display_name="Ana"),
            sent_at=now,
            kind=MessageKind.TEXT,
            text=text,
        )
        (request,) = fake_for(self.provider).delivery(account, [message], now)
        return httpx.post(request.url, content=request.body, headers=dict(request.headers))

    def stranger(self) -> FakeAccount:
        """Return the account of somebody who does not know the secrets."""
        secrets = {one.name for one in credential_fields(self.provider).fields if one.is_secret}
        known = {
            name: f"{value[:-4]}zzzz" if name in secrets else value
            for name, value in self.account.credentials.items()
        }
        return replace(self.account, credentials=known)

    def shake_hands(self, token: str) -> httpx.Response | None:
        """Make the subscription check, where there is one."""
        asked = fake_for(self.provider).handshake(self.account)
        if asked is None:
            return None
        query = {name: token if "token" in name else value for name, value in asked.query.items()}
        return httpx.get(f"{self.account.webhook_url}?{urlencode(query)}")


@pytest.fixture
def far(provider) -> Generator[Far]:
    """Play the provider on loopback."""
    with playing(Far(provider, fake_for(provider).account(1))) as played:
        yield played


@contextmanager
def playing(far: Far) -> Generator[Far]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(target.query, keep_blank_values=True))
            asked = FakeRequest(self.command, target.path, query, headers, body)
            said = fake_for(far.provider).answer(far.account, asked, datetime.now(UTC))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  names of the library

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        far.account.base_url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield far
        server.shutdown()
        thread.join()


def enter(page, far: Far, credentials, *, name: str) -> None:
    """Fill in the form of a provider and send it."""
    page.goto(re.sub(r"(https?://[^/]+).*", r"\1/channels/setup", page.url))
    page.locator(f".provider[href$='={far.provider}']").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Number", exact=True).fill(far.account.address)
    for field, value in credentials.items():
        box = page.locator(f"[name='credentials.{field}']")
        if box.count():
            box.fill(value)
    page.get_by_text("Advanced").click()
    page.get_by_label("Provider's address").fill(far.account.base_url)
    page.get_by_role("button", name="Test and connect").click()


def check(page, name: str):
    """Return one line of the check list."""
    return page.locator(f"[data-check='{name}']")


@each_provider
def test_wrong_credentials_are_refused_in_words_and_nothing_is_saved(leadflow, visit, far):
    page = visit("/channels/setup")
    before = len(leadflow.api.get("/v1/channels").json()["items"])
    enter(page, far, far.stranger().credentials, name="Wrong")
    expect(page.get_by_role("alert").first).to_contain_text("refused")
    assert "zzzz" not in page.get_by_role("alert").first.inner_text()
    assert len(leadflow.api.get("/v1/channels").json()["items"]) == before
    page.get_by_role("button", name="Test and connect").wait_for()


@each_provider
def test_a_number_is_connected_and_every_line_turns_green(leadflow, visit, far):
    page = visit("/channels/setup")
    enter(page, far, far.account.credentials, name=f"Shop {far.provider}")
    page.wait_for_url(re.compile("channel="))
    expect(check(page, "accepted")).to_have_attribute("data-state", "done")
    far.account.webhook_url = page.get_by_label("Webhook URL").input_value()
    assert far.account.webhook_url.startswith(leadflow.url)

    assert far.tell(far.stranger()).status_code == 401
    expect(check(page, "signature")).to_have_attribute("data-state", "failed")
    expect(check(page, "signature")).to_contain_text("wrong signature")

    if check(page, "handshake").count():
        token = page.get_by_label("Verify token").input_value()
        assert far.shake_hands(token).status_code == 200
        expect(check(page, "handshake")).to_have_attribute("data-state", "done")
    assert far.tell(far.account).status_code == 200
    expect(check(page, "signature")).to_have_attribute("data-state", "done")
    expect(check(page, "message")).to_have_attribute("data-state", "done")
    if check(page, "templates").count():
        expect(check(page, "templates")).to_have_attribute("data-state", "done", timeout=30_000)

    page.get_by_label("To", exact=True).fill("+12065550123")
    page.get_by_role("button", name="Send the test").click()
    expect(page.locator(".outcome")).to_contain_text("The provider took it as")
    expect(check(page, "test")).to_have_attribute("data-state", "done")
    assert len(far.account.sent) == 1

    shown = page.url
    page.goto(f"{leadflow.url}/channels")
    page.goto(shown)
    expect(check(page, "message")).to_have_attribute("data-state", "done")
    for secret in far.account.credentials.values():
        assert str(secret) not in page.locator("main").inner_text() or not secret


def test_a_mock_channel_needs_no_account_and_hears_the_simulator(leadflow, visit):
    page = visit("/channels/setup?provider=mock")
    page.get_by_label("Name", exact=True).fill("Trial")
    page.get_by_label("Number", exact=True).fill("+12065550177")
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url(re.compile("channel="))
    expect(check(page, "message")).to_have_attribute("data-state", "waiting")
    channel_id = page.url.rpartition("channel=")[2]
    body = {"channel_id": channel_id, "from": "+12065550188", "text": "hello"}
    assert leadflow.api.post("/v1/mock/whatsapp/inbound", json=body).status_code == 200
    expect(check(page, "message")).to_have_attribute("data-state", "done")


def test_a_channel_is_renamed_and_taken_out_of_use(leadflow, visit):
    page = visit("/channels")
    card = page.locator(".channel-card").filter(has_text="Mock WhatsApp")
    card.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Mock WhatsApp two")
    dialog.get_by_role("button", name="Rename").click()
    card = page.locator(".channel-card").filter(has_text="Mock WhatsApp two")
    for action, state in (("Take out of use", "Out of use"), ("Take into use", "Healthy")):
        card.get_by_role("button", name="Actions").click()
        page.get_by_role("menuitem", name=action).click()
        if state == "Out of use":
            page.get_by_role("alertdialog").get_by_role("button", name=action).click()
        expect(card).to_contain_text(state)
    name = {"name": "Mock WhatsApp"}
    leadflow.api.patch(f"/v1/channels/{leadflow.channel_id}", json=name).raise_for_status()

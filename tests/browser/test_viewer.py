"""What somebody may not do is not offered to them, on any screen."""

import hashlib
import hmac

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

CLOSED = "You may not see this page"


@pytest.fixture(scope="module")
def viewer(leadflow):
    return leadflow.person("Vera", "viewer")


@pytest.fixture(scope="module")
def said(leadflow):
    leadflow.say("What does it cost?", sender="+12065550340", profile_name="Wim Example")
    return leadflow.say("Hello?", sender="+12065550340", profile_name="Wim Example")


def test_the_rail_leads_only_where_one_may_go(visit, viewer):
    page = visit("/", email=viewer)
    rail = page.get_by_role("navigation", name="Main")
    expect(rail.get_by_text("Vera Example")).to_be_visible()
    links = rail.get_by_role("list").get_by_role("link")
    expect(links).to_have_text(["Home", "Inbox", "Leads", "Rules", "Channels", "Settings"])


def test_a_conversation_can_be_read_and_not_answered(visit, viewer, said):
    page = visit(f"/inbox?c={said['conversation_id']}", email=viewer)
    expect(page.get_by_text("Ask an admin for the operator role to answer.")).to_be_visible()
    expect(page.get_by_label("Messages", exact=True)).to_contain_text("Hello?")
    expect(page.get_by_role("textbox", name="Reply")).to_have_count(0)
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Stage")).to_have_count(0)
    expect(page.get_by_role("complementary").get_by_text("Qualified")).to_be_visible()
    page.wait_for_timeout(900)
    expect(page.get_by_text("lacks")).to_have_count(0)


def test_a_lead_can_be_looked_at_and_not_changed(visit, viewer, said):
    page = visit(f"/leads/{said['lead_id']}", email=viewer)
    expect(page.get_by_label("Summary").get_by_text("Qualified")).to_be_visible()
    expect(page.get_by_text("pricing").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Stage")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)
    for name in ("Save", "Add", "Take the tag pricing off"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/simulator",
        "/operations",
        "/operations/quarantine",
        "/operations/replay",
        "/leads/import",
        "/settings/users",
        "/settings/api-keys",
        "/settings/privacy",
        "/settings/audit",
    ],
)
def test_a_page_that_one_may_not_see_says_so_and_whom_to_ask(visit, viewer, path):
    page = visit(path, email=viewer)
    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()
    expect(page.get_by_text("Ask an admin of this workspace")).to_be_visible()
    expect(page.locator("main").get_by_role("textbox")).to_have_count(0)


def test_the_settings_show_what_concerns_everybody(visit, viewer):
    page = visit("/settings/account", email=viewer)
    tabs = page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(tabs).to_have_text(["Account", "Workspace", "Lifecycle"])


def test_a_delivery_is_not_processed_again_by_who_may_only_read(leadflow, visit):
    body, secret = b'{"object": "whatsapp_business_account", "entry": [broken', "a-secret"
    given = {
        "name": "Broken number",
        "platform": "whatsapp",
        "provider": "whatsapp_cloud",
        "address": "+15550100102",
        "credentials": {"app_secret": secret, "verify_token": "v", "phone_number_id": "1002"},
    }
    channel = leadflow.api.post("/v1/channels", json=given).json()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    assert leadflow.api.post(channel["webhook_path"], content=body, headers=headers).is_success
    page = visit("/operations", email=leadflow.person("Opal", "operator"))
    expect(page.get_by_text("Broken number")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Ask a manager or an admin to process")).to_be_visible()
    expect(page.get_by_role("button", name="Process again")).to_have_count(0)


def test_another_role_shows_at_once_and_without_a_reload(leadflow, visit, said):
    email = leadflow.person("Rolf", "operator")
    page = visit(f"/inbox?c={said['conversation_id']}", email=email)
    expect(page.get_by_role("textbox", name="Reply")).to_be_visible()
    people = leadflow.api.get("/v1/users", params={"q": email}).json()["items"]
    answer = leadflow.api.patch(f"/v1/users/{people[0]['id']}", json={"role": "viewer"})
    assert answer.is_success, answer.text
    expect(page.get_by_role("textbox", name="Reply")).to_have_count(0, timeout=5_000)
    expect(page.get_by_text("Ask an admin for the operator role")).to_be_visible()

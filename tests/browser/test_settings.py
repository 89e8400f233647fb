"""What an admin does in the settings, in a real Chromium against the whole of LeadFlow."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EMAIL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

PASSWORD = "correct horse battery"
FOCUSED = "() => document.activeElement?.getAttribute('aria-label') ?? ''"


@pytest.fixture
def browser(chromium):
    """Return a function that opens a page in a browser profile of nobody."""
    contexts = []

    def open_page():
        contexts.append(chromium.new_context())
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def secret_of(page, label: str) -> str:
    """Return what is shown once, and close its dialog."""
    dialog = page.get_by_role("dialog")
    value = dialog.get_by_label(label, exact=True).input_value()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    assert value not in page.content()
    return value


def invite(page, email: str, role: str) -> str:
    """Invite an address and return the link."""
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("radio", name=role).click()
    page.get_by_role("button", name="Make the link").click()
    return secret_of(page, "Link")


def join(page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="You belong to the team")).to_be_visible()


def sign_in(page, url: str, email: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def act(page, name: str, deed: str) -> None:
    """Choose what is done with one row."""
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=deed).click()


def row_of(page, text: str):
    return page.locator("main tbody tr").filter(has_text=text)


def test_somebody_is_invited_joins_in_another_browser_and_is_shut_out(leadflow, visit, browser):
    page, other = visit("/settings/users"), browser()
    link = invite(page, "nora@example.com", "Viewer")
    expect(row_of(page, "nora@example.com")).to_contain_text("Invited")
    join(other, link, "Nora Example")
    row = row_of(page, "Nora Example")
    expect(row).to_contain_text("Active")
    sign_in(other, leadflow.url, "nora@example.com")
    expect(other.get_by_role("heading", name="Home")).to_be_visible()
    act(page, "Nora Example", "Disable")
    page.get_by_role("alertdialog").get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    other.wait_for_url("**/sign-in**", timeout=5_000)


def test_a_link_opens_nothing_after_it_was_withdrawn(visit, browser):
    page = visit("/settings/users?state=invited")
    link = invite(page, "otto@example.com", "Operator")
    act(page, "otto@example.com", "Withdraw")
    page.get_by_role("alertdialog").get_by_role("button", name="Withdraw").click()
    expect(page.locator("main")).not_to_contain_text("otto@example.com")
    other = browser()
    other.goto(link)
    expect(other.get_by_role("heading", name="This invitation is not valid")).to_be_visible()


def test_a_role_that_takes_rights_away_is_asked_about_by_keyboard_too(visit, browser):
    page = visit("/settings/users")
    join(browser(), invite(page, "pia@example.com", "Manager"), "Pia Example")
    role = page.get_by_role("combobox", name="Role of Pia Example")
    role.focus()
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Viewer").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Rules: write")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(role).to_contain_text("Manager")
    assert page.evaluate(FOCUSED) == "Role of Pia Example"


def test_a_key_is_shown_once_calls_the_api_and_is_revoked(leadflow, visit):
    page = visit("/settings/api-keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("Shop")
    page.get_by_role("checkbox", name="Leads: Read").click()
    page.get_by_role("button", name="Make the key").click()
    call = page.get_by_role("dialog").locator("pre").inner_text()
    key = secret_of(page, "API key")
    assert call == f'curl --header "Authorization: Bearer {key}" {leadflow.url}/v1/leads'
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{leadflow.url}/v1/leads", headers=headers).status_code == 200
    assert httpx.get(f"{leadflow.url}/v1/rules", headers=headers).status_code == 403
    act(page, "Shop", "Revoke")
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    expect(row_of(page, "Shop")).to_contain_text("Revoked")
    assert httpx.get(f"{leadflow.url}/v1/leads", headers=headers).status_code == 401


def test_a_shown_key_does_not_outlive_its_page(visit):
    page = visit("/settings/api-keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("Left open")
    page.get_by_role("button", name="Read everything").click()
    expect(page.get_by_role("checkbox", name="Leads: Read")).to_be_checked()
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_role("dialog").get_by_label("API key", exact=True).input_value()
    page.reload()
    expect(row_of(page, "Left open")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    heard = []

    def listen(socket):
        socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", listen)
    page.reload()
    expect(row_of(page, "Left open")).to_be_visible()
    assert heard
    assert not any(key in frame for frame in heard)


def test_copying_takes_the_whole_key_along(visit):
    page = visit("/settings/api-keys")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="New key").click()
    page.get_by_role("textbox", name="Name").fill("Copied")
    page.get_by_role("button", name="Read everything").click()
    expect(page.get_by_role("checkbox", name="Leads: Read")).to_be_checked()
    page.get_by_role("button", name="Make the key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy", exact=True).click()
    expect(dialog.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == secret_of(page, "API key")


def test_copying_works_where_the_browser_offers_no_clipboard(visit):
    page = visit("/settings/users")
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.reload()
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_label("Email").fill("seth@example.com")
    page.get_by_role("button", name="Make the link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy", exact=True).click()
    expect(dialog.get_by_role("status").filter(has_text="Copied")).to_have_count(1)


def test_the_log_tells_of_it_is_verified_and_taken_away(visit):
    page = visit("/settings/audit?what=sign_in")
    expect(row_of(page, "Signed in").first).to_be_visible()
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_role("status").filter(has_text="The log is intact")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    assert download.value.suggested_filename == "audit-log.csv"
    header, *lines = download.value.path().read_text().splitlines()
    assert header.startswith("sequence,occurred_at")
    assert all("sign_in." in line for line in lines)
    page.get_by_role("combobox", name="What").click()
    page.get_by_role("option", name="Audit log").click()
    page.wait_for_url("**what=audit**")
    expect(row_of(page, "Verified the audit log").first).to_contain_text("Intact")


def test_another_timezone_moves_every_time(visit):
    page, watching = visit("/settings/workspace"), visit("/settings/audit")
    moment = watching.locator("main tbody time").first
    expect(moment).to_have_attribute("title", re.compile(r"\(UTC\)$"))
    timezone = page.get_by_label("Timezone")
    timezone.fill("Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no such timezone")
    timezone.fill("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(moment).to_have_attribute("title", re.compile(r"\(JST\)$"), timeout=2_000)
    timezone.fill("UTC")
    page.get_by_role("button", name="Save").click()
    expect(moment).to_have_attribute("title", re.compile(r"\(UTC\)$"), timeout=2_000)


def test_a_person_is_exported_and_erased(leadflow, visit):
    said = leadflow.say("Forget me", sender="+12065550321", profile_name="Quinn Example")
    page = visit("/settings/privacy")
    page.get_by_label("Find a person").fill("+1 206-555-0321")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export the data of Quinn Example").click()
    tables = json.loads(download.value.path().read_text())["tables"]
    assert tables["contact"][0]["display_name"] == "Quinn Example"
    page.get_by_role("button", name="Erase Quinn Example").click()
    page.get_by_label("To confirm, type: Quinn Example").fill("Quinn")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_contain_text("not what was asked for")
    page.get_by_label("To confirm, type: Quinn Example").fill("Quinn Example")
    page.get_by_role("button", name="Erase for good").click()
    receipt = page.get_by_role("dialog").filter(has_text="Receipt")
    expect(receipt).to_contain_text("1 emptied")
    receipt.get_by_role("button", name="Done").click()
    expect(page.get_by_text(re.compile("^Receipt [0-9A-F]{8}$")).first).to_be_visible()
    contact = leadflow.api.get(f"/v1/contacts/{said['contact_id']}").json()
    assert (contact["display_name"], contact["phone"]) == (None, None)


def test_what_would_go_is_shown_before_a_retention_is_saved(leadflow, visit):
    page = visit("/settings/privacy")
    raw = page.get_by_label("Raw deliveries, in days")
    raw.fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("not a number of days")
    raw.fill("120")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Retention saved")).to_be_visible()
    assert leadflow.api.get("/v1/retention").json()["raw_days"] == 120


def test_whoever_may_not_sees_neither_tab_nor_page(leadflow, visit, browser):
    page, other = visit("/settings/users"), browser()
    join(other, invite(page, "rosa@example.com", "Operator"), "Rosa Example")
    sign_in(other, leadflow.url, "rosa@example.com")
    other.goto(f"{leadflow.url}/settings/audit")
    expect(other.locator("main")).to_contain_text("admin")
    expect(other.locator("main tbody tr")).to_have_count(0)
    expect(other.get_by_role("link", name="Audit log")).to_have_count(0)
    assert EMAIL not in other.content()

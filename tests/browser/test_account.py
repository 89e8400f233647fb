"""One's own account in a real Chromium: codes, sessions that end elsewhere, other workspaces."""

import re
import time

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, give_password, is_at_the_door

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

ACCOUNT = "/settings/account"
NEW_PASSWORD = "seven green umbrellas"
STEP_SECONDS = 30
# Done-when of the accounts: out within five seconds.
PATIENCE_MS = 5_000


def set_up_factor(page):
    """Set a second factor up on the account page; returns its secret and the recovery codes."""
    page.get_by_role("button", name="Set up").click()
    secret = page.locator("#factor-secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator("#recovery-codes").inner_text().split()
    page.get_by_role("button", name="I have stored them").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    return secret, codes


def next_code(secret):
    """Return the code of the next step: each is accepted once, and this one a little early."""
    return pyotp.TOTP(secret).at(int(time.time()) + STEP_SECONDS)


def is_in(url):
    return "/sign-in" not in url


@pytest.fixture
def stranger(leadflow, chromium):
    """Open the sign-in page in a browser of its own."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{leadflow.url}/sign-in?next=/leads")
    yield page
    context.close()


def sign_in_with_a_code(page, email, code):
    give_password(page, email)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(is_in)


def test_signed_in_with_a_code_and_revoked_elsewhere_one_is_out_within_five_seconds(
    leadflow, visit, stranger
):
    email = leadflow.person("Ona", "operator")
    other = visit(ACCOUNT, email=email)
    secret, _ = set_up_factor(other)
    sign_in_with_a_code(stranger, email, next_code(secret))
    expect(stranger.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    other.get_by_role("button", name="Sign out Chrom").click()
    other.get_by_role("button", name="Sign it out").click()
    stranger.wait_for_url(is_at_the_door, timeout=PATIENCE_MS)
    expect(other.get_by_role("row").filter(has_text="This browser")).to_be_visible()
    expect(other.get_by_role("button", name="Sign out Chrom")).to_have_count(0)


def test_the_password_alone_no_longer_lets_anybody_in_and_a_recovery_code_does(
    leadflow, visit, stranger
):
    email = leadflow.person("Rui", "viewer")
    page = visit(ACCOUNT, email=email)
    _, codes = set_up_factor(page)
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    give_password(stranger, email)
    expect(stranger.get_by_label("Code")).to_be_visible()
    stranger.goto(f"{leadflow.url}/leads")
    stranger.wait_for_url(is_at_the_door)
    give_password(stranger, email)
    stranger.get_by_role("link", name="Use a recovery code").click()
    stranger.get_by_label("Recovery code").fill(codes[0])
    stranger.get_by_role("button", name="Continue").click()
    stranger.wait_for_url(is_in)
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()


def test_recovery_codes_can_be_taken_along_and_are_gone_after_a_reload(leadflow, visit):
    page = visit(ACCOUNT, email=leadflow.person("Tao", "operator"))
    page.get_by_role("button", name="Set up").click()
    secret = page.locator("#factor-secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator("#recovery-codes").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    assert waiting.value.suggested_filename == "leadflow-recovery-codes.txt"
    assert codes.strip() in waiting.value.path().read_text()
    page.reload()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert codes.split()[0] not in page.content()


def test_a_new_password_signs_other_browsers_out(leadflow, visit):
    email = leadflow.person("Lia", "operator")
    page, other = visit(ACCOUNT, email=email), visit("/leads", email=email)
    expect(other.get_by_role("heading", name="Leads", exact=True)).to_be_visible()
    page.get_by_label("Current password").fill("not-my-password")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_have_text("This is not your present password.")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    other.wait_for_url(is_at_the_door, timeout=PATIENCE_MS)
    expect(page.get_by_label("New password")).to_have_value("")
    give_password(other, email, NEW_PASSWORD)
    other.wait_for_url(is_in)


def test_another_workspace_has_its_own_name_and_none_of_the_first_ones_rows(leadflow, visit):
    email = leadflow.person("Noa", "viewer")
    said = leadflow.say("hello", sender="+12065550191", profile_name="Quinn Example")
    page = visit(ACCOUNT, email=email)
    page.get_by_role("button", name="Create another workspace").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Harbour shop")
    page.get_by_role("button", name="Create and go there").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    rail = page.get_by_role("navigation", name="Main")
    expect(rail.get_by_text("Harbour shop").first).to_be_visible()
    for address in ("/leads", "/inbox", f"/leads/{said['lead_id']}", "/"):
        page.goto(leadflow.url + address)
        expect(rail.get_by_text("Harbour shop").first).to_be_visible()
        page.wait_for_timeout(900)
        expect(page.get_by_text("Quinn Example")).to_have_count(0)
    rail.locator("summary").click()
    rail.get_by_role("button", name="Demo workspace").click()
    expect(rail.locator("summary")).to_contain_text("Demo workspace")
    page.goto(f"{leadflow.url}/leads")
    expect(page.get_by_role("link", name="Quinn Example")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialogs_have_the_look_and_are_accessible(visit, theme):
    page = visit(ACCOUNT, theme=theme)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".dialog-actions")).to_have_css("display", "flex")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_contain_text("This code does not fit")
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Set up")).to_be_focused()

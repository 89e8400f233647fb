"""A delivery fails, is seen, corrected and tried again; a day is replayed without effect."""

import hashlib
import hmac
import json
import re

import pytest
from playwright.sync_api import expect

from tests.factories import envelope, message

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

SECRET = "a-secret-of-the-test"


@pytest.fixture(scope="module")
def channel(leadflow):
    given = {
        "name": "Fragile number",
        "platform": "whatsapp",
        "provider": "whatsapp_cloud",
        "address": "+15550100177",
        "credentials": {"app_secret": SECRET, "verify_token": "v", "phone_number_id": "1077"},
    }
    return leadflow.api.post("/v1/channels", json=given).json()


def deliver(leadflow, channel, body: bytes) -> None:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    answer = leadflow.api.post(channel["webhook_path"], content=body, headers=headers)
    assert answer.is_success, answer.text


def test_a_broken_delivery_is_corrected_and_processed(leadflow, visit, channel):
    deliver(leadflow, channel, b'{"object": "<b>broken</b>", "entry": [')
    page = visit("/operations")
    expect(page.get_by_text("Fragile number").first).to_be_visible(timeout=15_000)
    page.goto(f"{leadflow.url}/inbox")
    page.get_by_role("link", name=re.compile("in quarantine")).click()
    row = page.get_by_role("row").filter(has_text="Fragile number")
    row.get_by_role("link", name=re.compile("The body is not JSON")).click()
    expect(page.get_by_role("button", name="Ignore all")).to_be_visible()
    page.get_by_role("link", name=re.compile("The body is not JSON")).click()
    expect(page.get_by_label("Body as it came")).to_have_text(
        '{"object": "<b>broken</b>", "entry": ['
    )
    right = json.dumps(envelope(messages=[message(text="What was meant all along")]))
    page.get_by_label("As it should be").fill(right)
    page.get_by_role("button", name="Keep correction").click()
    expect(page.get_by_text("Kept. Process it again")).to_be_visible()
    expect(page.get_by_label("Body as it came")).to_contain_text("<b>broken</b>")
    page.get_by_role("button", name="Process again").click()
    expect(page.get_by_text("It took effect")).to_be_visible()
    page.get_by_role("link", name="All of this cause").click()
    expect(page.get_by_text("Nothing of this cause is left")).to_be_visible()
    page.goto(f"{leadflow.url}/inbox")
    expect(page.get_by_text("What was meant all along").first).to_be_visible()


def test_what_nobody_needs_is_ignored_and_put_back(leadflow, visit, channel):
    deliver(leadflow, channel, b"[]")
    page = visit("/operations/quarantine")
    page.get_by_role("link", name="The body is a list, not an object.").click(timeout=15_000)
    page.get_by_role("button", name="Ignore all").click()
    page.get_by_label("Reason").fill("A probe of theirs")
    page.get_by_role("button", name="Ignore", exact=True).click()
    expect(page.get_by_text("1 delivery ignored")).to_be_visible()
    page.get_by_role("link", name="Ignored", exact=True).click()
    page.get_by_role("link", name="A probe of theirs").click()
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_text("Back in quarantine")).to_be_visible()
    expect(page.get_by_role("button", name="Process again")).to_be_visible()


def test_a_day_is_replayed_without_effect_and_then_for_good(leadflow, visit):
    leadflow.say("What does it cost?", sender="+12065550199")
    page = visit("/operations/replay")
    page.get_by_role("link", name="Today").click()
    page.wait_for_url("**/replay?from=**")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("Nothing would change.")).to_be_visible(timeout=20_000)
    page.reload()
    expect(page.get_by_text("Nothing would change.")).to_be_visible()
    page.get_by_role("button", name="Replay for good").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("act again?")
    page.get_by_role("alertdialog").get_by_role("button", name="Replay").click()
    shown = page.get_by_role("region", name="Replay", exact=True)
    expect(shown).to_contain_text("Replay: All channels", timeout=20_000)
    expect(shown).to_contain_text("Finished", timeout=20_000)
    expect(page.get_by_role("row").filter(has_text="Dry run")).to_be_visible()

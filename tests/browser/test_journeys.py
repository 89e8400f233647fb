"""What people do all day, in a real Chromium against the whole of LeadFlow."""

import hashlib
import hmac
import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EMAIL, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
MARK = "() => { window.leadflowMark = 'same page' }"
READ_MARK = "() => window.leadflowMark"


def tile(page, label: str):
    return page.get_by_role("link").filter(has_text=label).locator(".tile-value")


def test_a_wrong_password_is_refused_in_words(leadflow, chromium):
    page = chromium.new_page()
    page.goto(f"{leadflow.url}/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.close()


def test_a_stranger_is_sent_to_sign_in_and_back(visit):
    page = visit("/leads")
    expect(page).to_have_url(re.compile("/leads/?$"))
    assert page.evaluate("() => document.cookie") == ""


def test_the_dashboard_changes_within_two_seconds_without_a_reload(leadflow, visit):
    leadflow.say("hello", sender="+12065550140")
    page = visit("/?days=1")
    leads = tile(page, "New leads")
    expect(leads).to_have_text(re.compile(r"\d+"))
    page.wait_for_timeout(1_000)
    before = int(leads.inner_text())
    page.evaluate(MARK)
    answer = leadflow.say("I want the price", sender="+12065550141")
    acknowledged = time.monotonic()
    expect(leads).to_have_text(str(before + 1), timeout=2_000)
    assert time.monotonic() - acknowledged < 2
    assert page.evaluate(READ_MARK) == "same page"
    lead = leadflow.api.get(f"/v1/leads/{answer['lead_id']}").json()
    assert (lead["stage"], lead["tags"], lead["score"]) == ("qualified", ["pricing"], 21)


def test_a_number_opens_exactly_the_rows_it_counts(leadflow, visit):
    leadflow.say("how much is it", sender="+12065550142")
    page = visit("/?days=7")
    qualified = tile(page, "Qualified")
    expect(qualified).to_have_text(re.compile(r"[1-9]\d*"))
    page.wait_for_timeout(1_000)
    counted = int(qualified.inner_text())
    qualified.click()
    page.wait_for_url("**/leads?**")
    expect(page.locator("main tbody tr")).to_have_count(counted)


def test_the_simulator_plays_a_customer_and_shows_what_happened(visit):
    page = visit("/simulator")
    page.get_by_label("Name").fill("Rosa Example")
    page.get_by_role("textbox", name="Phone number").fill("+1 206 555 0143")
    page.get_by_role("textbox", name="Phone number").press("Tab")
    page.get_by_role("button", name="What does it cost?").click()
    outcome = page.locator("section").filter(has_text="What happened")
    expect(outcome).to_contain_text("21 points")
    expect(outcome).to_contain_text("Qualified")
    page.get_by_role("link", name="Open the lead").click()
    expect(page.get_by_role("heading", name="Rosa Example")).to_be_visible()
    expect(page.get_by_text("Asked for the price").first).to_be_visible()


def test_a_reply_reaches_the_customer_and_comes_back_delivered(leadflow, visit):
    said = leadflow.say("Do you ship?", sender="+12065550144", profile_name="Tomo Example")
    page = visit("/inbox")
    page.get_by_role("link").filter(has_text="Tomo Example").click()
    page.get_by_placeholder("Write a reply").fill("Yes, everywhere.")
    page.get_by_placeholder("Write a reply").press("Enter")
    thread = page.get_by_label("Messages", exact=True)
    expect(thread).to_contain_text("Yes, everywhere.")
    expect(thread.get_by_text("Delivered").or_(thread.get_by_title("Delivered"))).to_be_visible()
    messages = leadflow.api.get(f"/v1/conversations/{said['conversation_id']}/messages").json()
    assert [item["text"] for item in messages["items"]] == ["Yes, everywhere.", "Do you ship?"]
    assert messages["items"][0]["status"] == "delivered"


def test_a_file_is_chosen_seen_and_sent_with_its_caption(leadflow, visit):
    said = leadflow.say("A picture?", sender="+12065550147", profile_name="Vera Example")
    page = visit(f"/inbox?c={said['conversation_id']}")
    chooser = page.get_by_label("Attach a file")
    drawing = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    chooser.set_input_files(drawing)
    expect(page.locator(".upload-error")).to_contain_text("not accepted")
    picture = {"name": "chair.png", "mimeType": "image/png", "buffer": page.screenshot()}
    chooser.set_input_files(picture)
    expect(page.get_by_role("button", name="Remove the file")).to_be_visible()
    page.get_by_placeholder("Add a caption").fill("This one?")
    page.get_by_role("button", name="Send", exact=True).click()
    thread = page.get_by_label("Messages", exact=True)
    expect(thread.get_by_role("img", name="chair.png")).to_be_visible()
    expect(thread).to_contain_text("This one?")


def test_a_document_is_saved_from_the_thread(leadflow, visit):
    said = leadflow.say("The list?", sender="+12065550148", profile_name="Doris Example")
    page = visit(f"/inbox?c={said['conversation_id']}")
    prices = {"name": "prices.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Attach a file").set_input_files(prices)
    expect(page.get_by_role("button", name="Remove the file")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    thread = page.get_by_label("Messages", exact=True)
    with page.expect_download() as download:
        thread.get_by_role("link", name="prices.pdf").click()
    assert download.value.suggested_filename == "prices.pdf"
    assert download.value.path().read_bytes() == PDF


def test_a_message_appears_in_an_open_thread_and_its_markup_is_only_text(leadflow, visit):
    leadflow.say("first", sender="+12065550145", profile_name="<b>Mallory</b>")
    page = visit("/inbox")
    page.get_by_role("link").filter(has_text="<b>Mallory</b>").click()
    thread = page.get_by_label("Messages", exact=True)
    expect(thread).to_contain_text("first")
    page.evaluate(MARK)
    attack = '<img src=x onerror="window.leadflowMark=1"> **bold** [x](javascript:alert(1))'
    leadflow.say(attack, sender="+12065550145")
    expect(thread).to_contain_text(attack)
    assert thread.locator("img, strong, a").count() == 0
    assert page.evaluate(READ_MARK) == "same page"


def test_a_stage_set_by_hand_shows_on_another_screen_at_once(leadflow, visit):
    said = leadflow.say("hi", sender="+12065550146", profile_name="Uma Example")
    watching = visit(f"/leads/{said['lead_id']}")
    expect(watching.get_by_role("heading", name="Uma Example")).to_be_visible()
    answer = leadflow.api.post(f"/v1/leads/{said['lead_id']}/stage", json={"stage": "converted"})
    assert answer.status_code == 200, answer.text
    expect(watching.get_by_label("Stage")).to_contain_text("Converted", timeout=2_000)


def test_signing_out_ends_the_session_for_a_copied_cookie_too(leadflow, visit, chromium):
    page = visit("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    stolen = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")
    thief = chromium.new_context()
    thief.add_cookies(stolen)
    other = thief.new_page()
    other.goto(f"{leadflow.url}/leads")
    other.wait_for_url("**/sign-in**")
    thief.close()


def test_a_broken_delivery_is_shown_with_its_cause(leadflow, visit):
    secret = "a-secret-of-the-test"
    credentials = {"app_secret": secret, "verify_token": "v", "phone_number_id": "1001"}
    channel = leadflow.api.post(
        "/v1/channels",
        json={
            "name": "Cloud number",
            "platform": "whatsapp",
            "provider": "whatsapp_cloud",
            "address": "+15550100101",
            "credentials": credentials,
        },
    ).json()
    body = b'{"object": "whatsapp_business_account", "entry": [broken'
    answer = leadflow.api.post(
        channel["webhook_path"], content=body, headers={"X-Hub-Signature-256": sign(secret, body)}
    )
    assert answer.status_code == 200
    page = visit("/operations")
    expect(page.locator("main")).to_contain_text("Cloud number", timeout=10_000)
    expect(page.locator("main")).to_contain_text("not JSON")


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

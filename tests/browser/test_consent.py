"""A customer writes STOP, and somebody records later what they said on the telephone."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_stop_is_seen_and_an_opt_in_is_recorded(leadflow, visit):
    said = leadflow.say("Stop!", sender="+12065550187", profile_name="Consent Example")
    page = visit(f"/leads/{said['lead_id']}")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Consent to"))
    expect(panel.get_by_text("Opted out", exact=True)).to_be_visible()
    expect(panel.get_by_text("They wrote it")).to_be_visible()
    page.get_by_role("button", name="Record opt-in").click()
    page.get_by_label("How did they say so?").fill("Asked for it on the telephone")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(panel.get_by_text("Opted in", exact=True)).to_be_visible()
    expect(panel.get_by_text("Asked for it on the telephone")).to_be_visible()
    page.goto(f"{leadflow.url}/inbox?c={said['conversation_id']}")
    expect(page.get_by_role("complementary", name="About the customer")).to_contain_text("Opted in")

"""The lifecycle is set on its screen and holds on a lead's: moves, reasons, sales, disputes."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def lifecycle(leadflow):
    """Leave the lifecycle as it is without settings."""
    yield
    assert leadflow.api.put("/v1/lifecycle", json={}).is_success


def choose_stage(page, name):
    page.get_by_label("Stage", exact=True).click()
    page.get_by_role("option", name=name).click()


def test_a_reason_is_asked_for_once_the_lifecycle_wants_one(leadflow, visit):
    page = visit("/settings/lifecycle")
    page.get_by_role("textbox", name="Reasons").fill("Too expensive\nBought elsewhere")
    page.get_by_role("region", name="Required fields").first.get_by_label(
        re.compile("Lost.*[Rr]eason")
    ).check()
    page.get_by_label("Hot from score").fill("10")
    page.get_by_label("Then").click()
    page.get_by_role("option", name="Ask").click()
    page.get_by_role("button", name="Save").click()
    fault = page.get_by_label("Hot from score")
    expect(fault).to_have_attribute("aria-invalid", "true")
    fault.fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changed by")).to_be_visible()
    assert leadflow.api.get("/v1/lifecycle").json()["returning"] == "ask"

    said = leadflow.say("hello", sender="+12065550183", profile_name="Lotta Example")
    page.goto(f"{leadflow.url}/leads/{said['lead_id']}")
    choose_stage(page, "Lost")
    dialog = page.get_by_role("dialog", name="Mark as lost")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog).to_contain_text("needs a loss reason")
    dialog.get_by_label("Reason").click()
    page.get_by_role("option", name="Bought elsewhere").click()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Stage", exact=True)).to_contain_text("Lost")
    expect(page.get_by_role("main")).to_contain_text("Bought elsewhere")


def test_a_lead_has_an_owner_and_the_list_shows_ones_own(leadflow, visit):
    said = leadflow.say("hello", sender="+12065550182", profile_name="Ottilie Example")
    page = visit(f"/leads/{said['lead_id']}")
    page.get_by_label("Owner", exact=True).click()
    page.get_by_role("option", name="Admin").click()
    expect(page.get_by_text("Owner is now Admin")).to_be_visible()
    page.goto(f"{leadflow.url}/leads")
    page.get_by_role("link", name="Mine", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Ottilie Example")).to_be_visible()
    page.get_by_role("link", name="Without an owner", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Ottilie Example")).to_have_count(0)


def test_a_sale_has_its_worth_and_wrong_points_are_taken_back(leadflow, visit):
    said = leadflow.say("What does it cost?", sender="+12065550181", profile_name="Solveig Example")
    page = visit(f"/leads/{said['lead_id']}")
    expect(page.get_by_text("Asked for the price").first).to_be_visible()
    before = leadflow.api.get(f"/v1/leads/{said['lead_id']}").json()["score"]
    page.get_by_role("button", name=re.compile(r"Dispute \+20 points")).click()
    disputing = page.get_by_role("dialog", name="Dispute these points")
    disputing.get_by_label("Why are they wrong?").fill("It was a test of ours")
    disputing.get_by_role("button", name="Take the points back").click()
    expect(disputing).to_have_count(0)
    expect(page.get_by_text("It was a test of ours").first).to_be_visible()
    lead = leadflow.api.get(f"/v1/leads/{said['lead_id']}").json()
    assert lead["score"] == before - 20

    choose_stage(page, "Converted")
    sale = page.get_by_role("dialog", name="Mark as converted")
    sale.get_by_label("Value").fill("12,5x")
    sale.get_by_role("button", name="Mark as converted").click()
    expect(sale).to_contain_text("is not a number")
    sale.get_by_label("Value").fill("12,50")
    sale.get_by_role("button", name="Mark as converted").click()
    expect(sale).to_have_count(0)
    lead = leadflow.api.get(f"/v1/leads/{said['lead_id']}").json()
    assert (lead["stage"], lead["value"]) == ("converted", "12.50")

"""Rules in the browser: built by mouse and by keys, linted, tested, tried, followed, taken back."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]

SOON = 15_000


def of_rule(leadflow, name):
    """Return the stored rule of a name."""
    items = leadflow.api.get("/v1/rules", params={"limit": 100}).json()["items"]
    return next((one for one in items if one["name"] == name), None)


def make_rule(leadflow, name, definition, *, enabled=False):
    body = {"name": name, "priority": 500, "definition": definition}
    answer = leadflow.api.post("/v1/rules", json=body)
    assert answer.status_code == 201, answer.text
    rule = answer.json()
    if enabled:
        assert leadflow.api.post(f"/v1/rules/{rule['id']}/enable").is_success
    return rule


def says(*words):
    return {"field": "text", "operator": "contains_any", "value": list(words)}


def tags(tag):
    return [{"action": "add_tag", "tag": tag}]


def open_tab(page, name):
    page.get_by_role("navigation", name="Views of the rule").get_by_role("link", name=name).click()


def conditions(page):
    return page.get_by_role("list", name="Conditions").first


def test_a_nested_rule_is_built_with_the_mouse(leadflow, visit):
    page = visit("/rules")
    expect(page.get_by_role("navigation", name="Main").get_by_text("Rules")).to_be_visible()
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name", exact=True).fill("Built with the mouse")
    page.get_by_label("Words").first.fill("catalogue, brochure")
    page.get_by_role("button", name="Add a group to all of these").click()
    fields = page.get_by_label("Field")
    expect(fields).to_have_count(2)
    fields.nth(1).select_option("stage")
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("button", name="Add a condition to any of these").click()
    expect(fields).to_have_count(3)
    fields.nth(2).select_option("score")
    page.get_by_label("Comparison").nth(2).select_option("at_least")
    page.get_by_label("Points").first.fill("5")
    page.get_by_label("Group", exact=True).nth(1).select_option("none")
    page.get_by_label("Tag", exact=True).fill("catalogue")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", level=1, name="Built with the mouse")).to_be_visible(
        timeout=SOON
    )
    stage = {"field": "stage", "operator": "is", "value": ["new"]}
    score = {"field": "score", "operator": "at_least", "value": 5}
    rule = of_rule(leadflow, "Built with the mouse")
    assert rule["definition"]["if"] == {
        "all": [says("catalogue", "brochure"), {"not": {"any": [stage, score]}}]
    }
    assert rule["is_enabled"] is False


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def settle(page, control):
    """Wait until the focus is in a control of this name."""
    page.wait_for_function(
        "name => document.activeElement?.getAttribute('aria-label') === name", arg=control
    )


def walk_to(page, name, *, most=60):
    """Go on with the tab key until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const e = document.activeElement;"
            " return e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent }"
        )
        if re.fullmatch(name, (found or "").strip()):
            return
    pytest.fail(f"the tab key does not lead to {name}")


def test_a_nested_rule_is_built_with_the_keys_alone(leadflow, visit):
    page = visit("/rules")
    expect(page.get_by_role("link", name="New rule")).to_be_visible()
    walk_to(page, "New rule")
    press(page, "Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()
    walk_to(page, "Name")
    page.keyboard.type("Built with the keys")
    walk_to(page, "Words")
    page.keyboard.type("warranty")
    walk_to(page, "Add a condition to all of these")
    press(page, "Enter")
    settle(page, "Field")
    expect(page.get_by_label("Field")).to_have_count(2)
    page.keyboard.type("Tags")
    walk_to(page, "Tag")
    page.keyboard.type("spam")
    press(page, "Enter", "Alt+ArrowRight")
    expect(page.get_by_label("Group", exact=True)).to_have_count(2)
    settle(page, "Field")
    page.keyboard.press("Shift+Tab")  # the menu of the group before
    page.keyboard.press("Shift+Tab")
    settle(page, "Group")
    page.keyboard.type("None")
    expect(page.get_by_label("Group", exact=True).nth(1)).to_have_value("none")
    walk_to(page, "Add a condition to none of these")
    press(page, "Enter")
    settle(page, "Field")
    walk_to(page, "Words")
    page.keyboard.type("never, not")
    press(page, "Enter", "Alt+ArrowUp")
    page.wait_for_timeout(500)
    walk_to(page, "Tag", most=80)
    walk_to(page, "Tag", most=80)
    page.keyboard.type("warranty")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", level=1, name="Built with the keys")).to_be_visible(
        timeout=SOON
    )
    spam = {"field": "tags", "operator": "has", "value": "spam"}
    rule = of_rule(leadflow, "Built with the keys")
    assert rule["definition"]["if"] == {
        "all": [says("warranty"), {"not": {"any": [says("never", "not"), spam]}}]
    }


def test_the_lint_names_a_planted_fault_at_its_condition(leadflow, visit):
    page = visit("/rules/new?tab=lint")
    page.get_by_label("Name", exact=True).fill("Never true")
    page.get_by_label("Field").select_option("score")
    page.get_by_label("Points").first.fill("50")
    page.get_by_role("button", name="Add a condition to all of these").click()
    page.get_by_label("Field").nth(1).select_option("score")
    page.get_by_label("Comparison").nth(1).select_option("below")
    page.get_by_label("Points").nth(1).fill("10")
    page.get_by_label("Tag", exact=True).fill("never")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_text("Not saved.")).to_be_visible()
    beside = page.get_by_role("complementary")
    expect(beside.get_by_text("Error", exact=True).first).to_be_visible()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert of_rule(leadflow, "Never true") is None


def test_a_draft_is_tested_on_a_message_before_it_is_saved(visit):
    page = visit("/rules/new")
    page.get_by_label("Words").first.fill("delivery")
    page.get_by_label("Tag", exact=True).fill("delivery")
    page.get_by_label("What the customer writes").fill("When is the delivery?")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("This rule matches")).to_be_visible()
    expect(conditions(page).get_by_text("holds", exact=True).first).to_be_visible()
    expect(page.get_by_text("Tag delivery")).to_be_visible()
    page.get_by_label("What the customer writes").fill("Good morning")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("This rule does not match")).to_be_visible()
    expect(conditions(page).get_by_text("does not hold").first).to_be_visible()


def test_a_backtest_says_who_would_move(leadflow, visit):
    said = leadflow.say("Is the sofa still there?", sender="+12065550301", profile_name="Sol")
    page = visit("/rules/new?tab=backtest")
    page.get_by_label("Words").first.fill("sofa")
    page.get_by_label("Tag", exact=True).fill("sofa")
    page.get_by_role("button", name="Start backtest").click()
    expect(page.get_by_text("would stand elsewhere")).to_be_visible(timeout=60_000)
    movers = page.locator(".movers")
    expect(movers.get_by_role("link", name="Sol")).to_be_visible()
    expect(movers.get_by_text("+sofa").first).to_be_visible()
    lead = leadflow.api.get(f"/v1/leads/{said['lead_id']}").json()
    assert "sofa" not in lead["tags"]


def test_a_rule_that_is_turned_on_moves_a_lead_before_ones_eyes_and_is_taken_back(leadflow, visit):
    rule = make_rule(leadflow, "Asks for a table", {"if": says("table"), "then": tags("table")})
    page = visit(f"/rules/{rule['id']}?tab=runs")
    expect(page.get_by_text("It has not acted yet")).to_be_visible()
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    said = leadflow.say("A table for two?", sender="+12065550302", profile_name="Tara")
    runs = page.get_by_role("complementary")
    expect(runs.get_by_role("link", name="Tara")).to_be_visible(timeout=SOON)
    expect(runs.get_by_text("Tag table")).to_be_visible()
    lead = visit(f"/leads/{said['lead_id']}")
    expect(lead.get_by_role("button", name="Take the tag table off")).to_be_visible()
    runs.get_by_role("button", name="Undo on Tara").click()
    expect(runs.get_by_text("Undone by")).to_be_visible()
    expect(lead.get_by_role("button", name="Take the tag table off")).to_have_count(0, timeout=SOON)


def test_a_rule_is_rolled_back_to_what_it_said_before(leadflow, visit):
    rule = make_rule(leadflow, "Asks for a chair", {"if": says("chair"), "then": tags("chair")})
    page = visit(f"/rules/{rule['id']}")
    words = page.get_by_label("Words").first
    words.fill("chair, stool")
    words.press("Enter")
    page.get_by_label("What changed").fill("Stools too")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible(timeout=SOON)
    open_tab(page, "Versions")
    page.get_by_role("link", name="Compare with current").click()
    expect(page.get_by_text("From version 1 to version 2")).to_be_visible()
    page.get_by_role("button", name="Roll back to Version 1").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Version 3", exact=True).first).to_be_visible(timeout=SOON)
    expect(words).to_have_value("chair")
    assert of_rule(leadflow, "Asks for a chair")["definition"]["if"] == says("chair")


def test_the_order_of_rules_is_changed_by_keys_and_by_dragging(leadflow, visit):
    for name in ("Order one", "Order two"):
        make_rule(leadflow, name, {"if": says(name.lower()), "then": tags("order")})
    page = visit("/rules")
    names = page.get_by_role("table", name="Rules").locator(".record-name a")
    expect(names.filter(has_text="Order two")).to_be_visible()

    def at(name):
        return names.all_inner_texts().index(name)

    assert at("Order one") < at("Order two")
    page.get_by_role("link", name="Order two").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_timeout(1500)
    assert at("Order two") < at("Order one")
    handle = page.get_by_role("row", name=re.compile("Order two")).locator("[data-handle]")
    handle.drag_to(page.get_by_role("row", name=re.compile("Order one")).locator(".rule-says"))
    page.wait_for_timeout(1500)
    assert at("Order one") < at("Order two")


def test_a_condition_is_dragged_into_a_group(visit):
    page = visit("/rules/new")
    page.get_by_label("Words").first.fill("first")
    page.get_by_role("button", name="Add a group to all of these").click()
    expect(page.get_by_label("Field")).to_have_count(2)
    lines = conditions(page).get_by_role("listitem")
    expect(page.locator(".line[data-depth='1'] .is-words")).to_have_count(1)
    handle = lines.nth(1).locator("[data-handle]")
    handle.drag_to(page.locator(".line[data-depth='2'][data-kind='test']").first)
    expect(page.locator(".line[data-depth='1'] .is-words")).to_have_count(0)
    expect(page.locator(".line[data-depth='2'] .is-words")).to_have_count(2)


def test_a_viewer_reads_a_rule_and_changes_nothing(leadflow, visit):
    rule = make_rule(leadflow, "Read only", {"if": says("read"), "then": tags("read")})
    page = visit(f"/rules/{rule['id']}", email=leadflow.person("Rhea", "viewer"))
    expect(page.get_by_role("heading", level=1, name="Read only")).to_be_visible()
    expect(page.get_by_label("Words").first).to_be_disabled()
    for name in ("Save version", "Turn on", "Start backtest"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)

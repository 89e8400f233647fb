"""Two browsers in one conversation: they see each other, and no reply is sent twice."""

import re
import time

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def bo(leadflow):
    return leadflow.person("Bo", "operator")


def box(page):
    return page.get_by_placeholder("Write a reply")


def thread(page):
    return page.get_by_label("Messages", exact=True)


def here(page):
    return page.locator("#colleagues")


def sent(leadflow, said):
    messages = leadflow.api.get(f"/v1/conversations/{said['conversation_id']}/messages").json()
    return [item["text"] for item in messages["items"] if item["direction"] == "out"]


def test_two_colleagues_see_each_other_and_one_of_two_replies_waits(leadflow, visit, bo):
    said = leadflow.say("Anybody there?", sender="+12065550170", profile_name="Tess Example")
    address = f"/inbox?c={said['conversation_id']}"
    ours, theirs = visit(address), visit(address, email=bo)
    expect(here(ours)).to_contain_text("Bo Example is here", timeout=10_000)
    expect(here(theirs)).to_contain_text("is here", timeout=10_000)
    box(theirs).press_sequentially("I can help")
    began = time.monotonic()
    expect(here(ours)).to_contain_text("Bo Example is replying", timeout=3_000)
    assert time.monotonic() - began < 3
    box(ours).press_sequentially("We are here")
    expect(here(theirs)).to_contain_text("is replying")
    ours.wait_for_timeout(1_000)
    box(ours).press("Enter")
    box(theirs).press("Enter")
    expect(thread(theirs)).to_contain_text("We are here")
    dialog = theirs.get_by_role("alertdialog")
    expect(dialog).to_contain_text("replied since you began to write")
    assert sent(leadflow, said) == ["We are here"]
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(box(theirs)).to_have_value("I can help")
    box(theirs).press("Enter")
    dialog.get_by_role("button", name="Send anyway").click()
    expect(thread(ours)).to_contain_text("I can help")
    assert sent(leadflow, said) == ["I can help", "We are here"]
    theirs.close()
    expect(here(ours)).to_have_text("", timeout=40_000)


def test_the_same_draft_sent_from_two_tabs_is_one_message(leadflow, visit, bo):
    said = leadflow.say("Price?", sender="+12065550171", profile_name="Twin Example")
    address = f"/inbox?c={said['conversation_id']}"
    first = visit(address, email=bo)
    box(first).press_sequentially("It is free")
    first.wait_for_timeout(1_500)
    second = visit(address, email=bo)
    expect(box(second)).to_have_value("It is free")
    for page in (first, second):
        page.evaluate("() => document.querySelector('#reply').form.requestSubmit()")
    expect(thread(first)).to_contain_text("It is free")
    expect(box(second)).to_have_value("")
    assert sent(leadflow, said) == ["It is free"]


def test_a_draft_survives_a_reload(leadflow, visit):
    said = leadflow.say("Hm", sender="+12065550172", profile_name="Dora Example")
    page = visit(f"/inbox?c={said['conversation_id']}")
    box(page).press_sequentially("Half a sent")
    page.wait_for_timeout(1_500)
    page.reload()
    expect(box(page)).to_have_value("Half a sent")


def test_a_note_and_an_assignment_reach_a_colleague_and_not_the_customer(leadflow, visit, bo):
    said = leadflow.say("Hello", sender="+12065550173", profile_name="Nora Example")
    address = f"/inbox?c={said['conversation_id']}"
    ours, theirs = visit(address), visit("/inbox", email=bo)
    ours.keyboard.press("n")
    ours.get_by_placeholder("Mention somebody").fill("@bo can you take this?")
    ours.get_by_role("button", name="Add note").click()
    expect(thread(ours)).to_contain_text("@bo can you take this?")
    ours.get_by_label("Assigned to").click()
    ours.get_by_role("option", name="Bo Example").click()
    expect(thread(ours)).to_contain_text("assigned this to Bo Example")
    bell = theirs.get_by_role("button", name=re.compile("Notifications, 2 new"))
    bell.click()
    expect(theirs.get_by_role("dialog")).to_contain_text("mentioned you on Nora Example")
    theirs.get_by_role("button", name="Done").click()
    theirs.get_by_role("link", name="Mine", exact=True).click()
    expect(theirs.get_by_role("link").filter(has_text="Nora Example")).to_be_visible()
    assert sent(leadflow, said) == []


def test_a_slash_offers_quick_replies_with_the_names_in_them(leadflow, visit):
    text = "Hello {{first_name}}, how can I help?"
    made = leadflow.api.post("/v1/quick-replies", json={"shortcut": "hello", "text": text})
    assert made.status_code == 201, made.text
    said = leadflow.say("Hi", sender="+12065550174", profile_name="Quinn Example")
    page = visit(f"/inbox?c={said['conversation_id']}")
    box(page).press_sequentially("/he")
    page.get_by_role("button", name="/hello").click()
    expect(box(page)).to_have_value("Hello Quinn, how can I help?")


def test_several_are_closed_and_come_back(leadflow, visit):
    names = ("Uno Example", "Duo Example")
    for number, name in enumerate(names):
        leadflow.say("Bulk", sender=f"+1206555033{number}", profile_name=name)
    page = visit("/inbox")
    page.get_by_role("button", name="Select", exact=True).click()
    for name in names:
        page.get_by_label(f"Select {name}").click()
        expect(page.get_by_label(f"Select {name}")).to_be_checked()
    bar = page.get_by_role("toolbar", name="Selected conversations")
    bar.get_by_role("button", name="Close").click()
    expect(page.get_by_text("2 conversations closed")).to_be_visible()
    expect(page.get_by_role("link").filter(has_text=names[0])).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link").filter(has_text=names[0])).to_be_visible()


def test_the_keys_snooze_and_show_themselves(leadflow, visit):
    said = leadflow.say("Later", sender="+12065550175", profile_name="Sid Example")
    page = visit(f"/inbox?c={said['conversation_id']}")
    expect(thread(page)).to_contain_text("Later")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.get_by_role("menuitem", name="Until tomorrow, 9:00").click()
    expect(page.get_by_text(re.compile("Snoozed until"))).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Give up")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()

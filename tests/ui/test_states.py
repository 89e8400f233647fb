"""The states of the pages, as plain objects on a real database."""

import pytest

from backend import channels, inbox, intake, leads
from backend.auth import Role
from backend.inbox import tasks
from backend.kit.paging import PageRequest
from backend.leads import Stage
from leadflow_app import routes
from leadflow_app.pages.home.state import HomeState
from leadflow_app.pages.inbox.state import InboxState
from leadflow_app.pages.lead.state import LeadState
from leadflow_app.pages.leads.state import LeadsState
from leadflow_app.pages.operations.state import OperationsState
from leadflow_app.pages.simulator.rows import EXAMPLES
from leadflow_app.pages.simulator.state import SimulatorState
from leadflow_app.shell import ShellState
from tests.factories import create_user, run_as, say, store
from tests.ui._pages import (
    conversation_of,
    open_page,
    question,
    reload,
    send,
    sign_in,
    visit,
)


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def arrived(actor, mock_channel, demo_rules):
    """A customer asked for the price."""
    assert demo_rules
    return say(actor, mock_channel, "I want the price", profile_name="Maya Chen")


def opened(state_class, address, actor, cookie):
    state = open_page(state_class, address, cookie)
    reload(state, actor)
    return state


def messages_of(actor, conversation_id):
    return run_as(actor, inbox.list_messages, conversation_id, PageRequest()).items


def test_the_rail_names_workspace_and_person(cookie, workspace):
    state = open_page(ShellState, "/", cookie)
    send(state, "arrive")
    assert state.workspace == workspace.name
    assert state.person.startswith("User ")


def test_an_empty_dashboard_offers_the_simulator(actor, cookie):
    assert opened(HomeState, "/", actor, cookie).screen.is_first_run


@pytest.mark.parametrize(("address", "days"), [("/?days=28", 28), ("/?days=3", 7), ("/", 7)])
def test_the_period_comes_from_the_address(address, days):
    assert question(open_page(HomeState, address)).days == days


def test_leads_are_found_by_the_address(actor, arrived, cookie):
    assert arrived.lead_id
    state = opened(LeadsState, "/leads?stage=qualified", actor, cookie)
    assert [row.name for row in state.screen.rows] == ["Maya Chen"]
    visit(state, "/leads?stage=lost", cookie)
    reload(state, actor)
    assert state.screen.rows == []


def test_searching_changes_the_address_and_keeps_the_filters(actor, cookie):
    state = opened(LeadsState, "/leads?stage=new", actor, cookie)
    went = send(state, "search", "maya")
    assert "/leads?stage=new&q=maya" in str(went.args)
    assert state.term == "maya"


def test_more_rows_are_shown_until_the_address_changes(actor, cookie):
    state = opened(LeadsState, "/leads", actor, cookie)
    send(state, "more")
    assert question(state).wanted == 100
    visit(state, "/leads?stage=new", cookie)
    assert question(state).wanted == 50


def test_the_inbox_opens_a_conversation(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    assert state.screen.open.name == "Maya Chen"
    assert [row.text for row in state.screen.open.messages] == ["I want the price"]
    assert state.screen.side.stage == "qualified"
    assert state.screen.shown == "thread"


def test_a_conversation_that_is_not_there_leaves_the_list(actor, arrived, cookie):
    assert arrived
    state = opened(InboxState, "/inbox?c=nonsense", actor, cookie)
    assert (state.screen.open.key, len(state.screen.rows)) == ("", 1)


def test_a_reply_is_sent_once_however_often_enter_is_pressed(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    form = {"text": "49 a month", "nonce": state.nonce}
    send(state, "reply", form)
    send(state, "reply", form)
    sent = [one.text for one in messages_of(actor, arrived.conversation_id)]
    assert sent == ["49 a month", "I want the price"]


def test_quick_buttons_stand_below_the_text(actor, arrived, cookie):
    state = opened(InboxState, routes.conversation(arrived.conversation_id), actor, cookie)
    form = {"text": "Which?", "button-1": "Red", "button-3": "Blue", "nonce": state.nonce}
    send(state, "reply", form)
    sent = messages_of(actor, arrived.conversation_id)[0]
    assert [one["title"] for one in sent.payload["buttons"]] == ["Red", "Blue"]


def test_a_template_is_chosen_and_sent_once(actor, mock_channel, arrived, cookie):
    change = channels.TemplateChange(
        address=None,
        provider_template_id="1",
        name="hello",
        language="en",
        status="approved",
        occurred_at=None,
    )
    told = [(mock_channel.id, change)]
    run_as(actor, lambda uow, me: channels.apply_template_changes(uow, me.workspace_id, told))
    state = opened(InboxState, routes.conversation(arrived.conversation_id), actor, cookie)
    (row,) = state.screen.open.templates
    send(state, "choose_template", row.key)
    assert state.template.label == "hello (en)"
    form = {"nonce": state.nonce}
    send(state, "send_template", form)
    send(state, "send_template", form)
    kinds = [one.kind for one in messages_of(actor, arrived.conversation_id)]
    assert (kinds, state.template.key) == (["template", "text"], "")


def test_a_reply_that_nobody_knows_of_is_sent_again_after_a_question(actor, arrived, cookie):
    conversation = arrived.conversation_id
    reply = run_as(actor, inbox.reply, conversation, content=inbox.TextReply("hi"))
    lost = "UPDATE message SET delivery_state = 'unknown', posting_at = now() WHERE id = :id"
    run_as(actor, lambda uow, _: uow.execute(lost, {"id": reply.id}))
    state = opened(InboxState, routes.conversation(conversation), actor, cookie)
    send(state, "send_again", str(reply.id))
    assert (state.asked.title, len(messages_of(actor, conversation))) == (
        "Send this reply again?",
        2,
    )
    send(state, "send_twice")
    assert [one.text for one in messages_of(actor, conversation)][:2] == ["hi", "hi"]
    assert [row.can_resend for row in state.screen.open.messages] == [False, False, False]


def test_an_empty_reply_is_not_sent(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    send(state, "reply", {"text": "  ", "nonce": state.nonce})
    assert len(messages_of(actor, arrived.conversation_id)) == 1


def test_a_reply_that_is_refused_goes_back_into_the_box(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    said = send(state, "reply", {"text": "x" * 5000, "nonce": state.nonce})
    assert state.draft == "x" * 5000
    assert "too long" in str(said[0].args)


@pytest.mark.parametrize(("visibility", "unread"), [("visible", 0), ("hidden", 1)])
def test_only_a_page_that_is_seen_marks_messages_as_read(
    actor, arrived, cookie, visibility, unread
):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    send(state, "seen", visibility)
    found = run_as(actor, inbox.get_conversation, arrived.conversation_id)
    assert found.unread_count == unread


def test_conversations_close_and_open_again(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    send(state, "close")
    assert state.screen.open.is_closed
    send(state, "reopen")
    assert not state.screen.open.is_closed


def test_the_side_panel_moves_the_lead(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    send(state, "set_stage", "nurtured")
    assert run_as(actor, leads.get_lead, arrived.lead_id).stage is Stage.NURTURED


def test_the_side_panel_refuses_a_stage_that_does_not_exist(actor, arrived, cookie):
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, actor, cookie)
    assert "That choice does not exist" in str(send(state, "set_stage", "won").args)


def test_a_lead_shows_its_score_and_its_story(actor, arrived, cookie):
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    assert state.screen.name == "Maya Chen"
    assert "Asked for the price" in [step.reason for step in state.screen.steps]
    assert "Lead opened" in [event.text for event in state.screen.events]


def test_a_lead_is_tagged_valued_and_moved(actor, arrived, cookie):
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    send(state, "add_tag", {"tag": "VIP"})
    send(state, "set_value", {"amount": "1250,50"})
    send(state, "set_stage", "converted")
    assert (state.ending, state.screen.stage) == ("converted", "qualified")
    send(state, "end", {"value": "1250,50", "currency": "eur", "note": ""})
    assert "vip" in state.screen.tags
    assert (state.screen.amount, state.screen.stage) == ("1250.50", "converted")
    send(state, "remove_tag", "vip")
    send(state, "set_value", {"amount": ""})
    assert ("vip" in state.screen.tags, state.screen.amount) == (False, "")


def test_a_lead_is_given_to_a_colleague_and_to_nobody(actor, arrived, cookie):
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    assert (state.screen.owner, state.screen.owners[0].label) == ("nobody", "Nobody")
    bo = run_as(actor, create_user)
    send(state, "set_owner", str(bo.user_id))
    assert (state.screen.owner, state.screen.owner_name) == (str(bo.user_id), bo.name)
    assert f"Owner is now {bo.name}" in [event.text for event in state.screen.events]
    send(state, "set_owner", "nobody")
    assert state.screen.owner == "nobody"
    assert "Has no owner any more" in [event.text for event in state.screen.events]


@pytest.mark.parametrize("amount", ["abc", "-5", "NaN", "1e999999"])
def test_an_amount_that_is_none_is_refused(actor, arrived, cookie, amount):
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    said = send(state, "set_value", {"amount": amount})
    assert state.screen.amount == ""
    assert "number" in str(said.args)


def test_another_lead_does_not_show_the_one_before(actor, arrived, cookie):
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    visit(state, "/leads/0198c5a1-0000-7000-8000-000000000000", cookie)
    question(state)
    assert (state.screen.name, state.is_ready) == ("", False)


def test_the_simulator_plays_a_customer(actor, mock_channel, demo_rules, cookie):
    assert demo_rules
    state = opened(SimulatorState, "/simulator", actor, cookie)
    assert state.channel == str(mock_channel.id)
    send(state, "say_example", EXAMPLES[0])
    assert [one.text for one in state.screen.messages] == [EXAMPLES[0]]
    assert state.screen.stage == "qualified"
    assert "Tagged pricing" in [row.text for row in state.screen.outcomes]


def test_the_same_message_twice_is_one(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "say", {"text": "hello"})
    send(state, "repeat")
    assert (state.was_duplicate, len(state.screen.messages)) == (True, 1)


def test_a_customer_may_come_from_an_ad_and_without_a_number(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "set_from_ad", True)
    send(state, "set_has_no_number", True)
    send(state, "say", {"text": "hello"})
    lead_id = state.screen.lead_href.rpartition("/")[2]
    shown = opened(LeadState, routes.lead(lead_id), actor, cookie).screen
    assert "Spring offer" in [touch.title for touch in shown.touches]
    assert shown.phone == "No phone number"


def test_another_customer_has_another_phone(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "say", {"text": "hello"})
    send(state, "next_customer")
    assert (state.screen.messages, state.number) == ([], "+1 206-555-0124")


def test_what_is_no_number_is_refused(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "describe", "number", "letters")
    assert "not a phone number" in str(send(state, "say", {"text": "hello"}).args)


def test_a_browser_cannot_change_other_vars_of_the_simulator(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "describe", "_conversation", "made-up")
    assert conversation_of(state) == ""


def test_the_phone_reports_that_a_reply_was_read(actor, mock_channel, cookie):
    assert mock_channel
    state = opened(SimulatorState, "/simulator", actor, cookie)
    send(state, "say", {"text": "hello"})
    conversation = conversation_of(state)
    reply = run_as(actor, inbox.reply, conversation, content=inbox.TextReply("hi"))
    tasks.send(str(actor.workspace_id), str(reply.id))
    reload(state, actor)
    send(state, "report", "read")
    assert messages_of(actor, conversation)[0].status == "read"


def test_operations_show_laws_and_what_is_quarantined(actor, whatsapp_channel, cookie):
    store(actor, whatsapp_channel, b"{not json")
    intake.drain_workspace(actor.workspace_id)
    state = opened(OperationsState, "/operations", actor, cookie)
    assert state.screen.is_all_held
    (event,) = state.screen.events
    assert (event.body, event.channel) == ("{not json", whatsapp_channel.name)
    send(state, "replay", event.key)
    assert len(state.screen.events) == 1


@pytest.mark.parametrize("state_class", [HomeState, InboxState, LeadsState, OperationsState])
def test_nobody_reads_a_page(workspace, state_class):
    assert workspace
    state = open_page(state_class, "/")
    sent = send(state, "follow")
    assert "/sign-in" in str(sent.args)


def test_a_possible_duplicate_is_merged_and_taken_apart_again(actor, arrived, cookie, mock_channel):
    say(actor, mock_channel, "it is me again", profile_name="Maya Chen")
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    (twin,) = state.screen.person.duplicates
    send(state, "ask_merge", twin.key)
    assert state.asked.title == "Merge Maya Chen into this contact?"
    send(state, "do_it")
    assert state.screen.person.duplicates == []
    assert len(state.screen.person.identifiers) == 2
    (merge,) = state.screen.person.merges
    send(state, "ask_unmerge", merge.key)
    send(state, "do_it")
    assert len(state.screen.person.identifiers) == 1
    assert state.screen.person.merges[0].undone.startswith("Undone by User")
    assert state.screen.person.duplicates == []


def test_nothing_is_merged_without_a_question(actor, arrived, cookie, mock_channel):
    say(actor, mock_channel, "it is me again", profile_name="Maya Chen")
    state = opened(LeadState, routes.lead(arrived.lead_id), actor, cookie)
    send(state, "do_it")
    send(state, "ask_merge", "0198c5a1-0000-7000-8000-000000000000")
    send(state, "ask_unmerge", "0198c5a1-0000-7000-8000-000000000000")
    assert (state.asked.title, len(state.screen.person.duplicates)) == ("", 1)

"""The pages of channels as plain objects: cards, and the steps of connecting one."""

import pytest

from backend import channels
from backend.auth import Role
from backend.channels import Provider
from leadflow_app import routes
from leadflow_app.pages.channel_setup.state import ChannelSetupState
from leadflow_app.pages.channels.state import ChannelsState
from leadflow_app.shell import ShellState
from tests.channels.conftest import provider, wanted
from tests.channels.stand_in import TOKEN
from tests.factories import WHATSAPP_CREDENTIALS, run_as
from tests.ui._pages import open_page, reload, send, sign_in, visit

FIXTURES = (provider, wanted)
SETUP = "/channels/setup"


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def cards(actor, cookie):
    def opened():
        state = open_page(ChannelsState, routes.CHANNELS, cookie)
        reload(state, actor)
        return state

    return opened


@pytest.fixture
def setup(actor, cookie):
    def opened(query):
        state = open_page(ChannelSetupState, f"{SETUP}?{query}", cookie)
        reload(state, actor)
        return state

    return opened


def form(provider, **changes):
    given = WHATSAPP_CREDENTIALS | {"access_token": TOKEN}
    entered = {f"credentials.{name}": value for name, value in given.items()}
    return {"name": "Sales", "address": "", "base_url": provider.url} | entered | changes


def known(actor):
    return list(run_as(actor, channels.list_channels).items)


def test_without_a_channel_the_page_is_the_first_run(cards):
    assert cards().screen.is_first_run


def test_without_a_choice_every_provider_is_offered(setup):
    screen = setup("").screen
    assert screen.stage == "choose"
    assert [one.key for one in screen.providers] == list(Provider)


def test_the_fields_are_those_of_the_provider_and_secrets_are_masked(setup):
    screen = setup("provider=whatsapp_cloud").screen
    kinds = {one.name: one.kind for one in screen.fields}
    assert kinds["credentials.app_secret"] == "password"
    assert kinds["credentials.phone_number_id"] == "text"
    assert "credentials.verify_token" not in kinds


def test_good_credentials_connect_and_lead_to_the_check_list(actor, setup, provider, cookie):
    state = setup("provider=whatsapp_cloud")
    send(state, "connect", form(provider))
    (made,) = known(actor)
    assert (made.name, made.address, made.is_checked) == ("Sales", "+12065550111", True)
    assert state.verify_token
    visit(state, routes.channel_setup(made.id), cookie)
    reload(state, actor)
    assert (state.screen.stage, state.screen.webhook_url) == ("check", made.webhook_url)


def test_wrong_credentials_are_told_at_their_field(actor, setup, provider):
    state = setup("provider=whatsapp_cloud")
    send(state, "connect", form(provider, **{"credentials.access_token": "wrong"}))
    assert state.fault.field == "credentials.access_token"
    assert "190" in state.fault.text
    assert known(actor) == []


def test_an_address_that_leads_nowhere_good_is_told_at_its_field(setup, provider):
    state = setup("provider=whatsapp_cloud")
    send(state, "connect", form(provider, base_url="http://10.0.0.1"))
    assert state.fault.field == "base_url"


def test_a_refusal_without_a_field_stands_above_the_form(setup, provider):
    provider.refusal = "100"
    state = setup("provider=whatsapp_cloud")
    send(state, "connect", form(provider))
    assert "Refused for a reason" in state.refusal


@pytest.fixture
def connected(actor, wanted):
    return channels.connect_channel(actor, wanted())


def test_credentials_are_replaced_beside_the_old_ones_and_the_old_retired(setup, connected):
    state = setup(f"channel={connected.id}")
    entered = {"credentials.app_secret": "new", "keeps_old": "on"}
    send(state, "replace_credentials", entered)
    assert state.screen.has_old_secret
    send(state, "retire")
    assert not state.screen.has_old_secret


def test_nothing_entered_replaces_nothing(setup, connected):
    state = setup(f"channel={connected.id}")
    send(state, "replace_credentials", {"credentials.app_secret": " "})
    assert "Nothing was entered" in state.refusal


def test_a_test_message_tells_its_outcome(setup, connected, provider):
    state = setup(f"channel={connected.id}")
    send(state, "send_test", {"recipient": "nobody"})
    assert state.fault.field == "recipient"
    send(state, "send_test", {"recipient": "+12065550123"})
    assert (state.is_outcome_bad, "wamid.test" in state.outcome) == (False, True)
    provider.refusal = "131047"
    send(state, "send_test", {"recipient": "+12065550123", "template": "hello"})
    assert (state.is_outcome_bad, "131047" in state.outcome) == (True, True)


def test_what_was_shown_once_is_forgotten(setup, connected):
    state = setup(f"channel={connected.id}")
    send(state, "show_token")
    assert state.verify_token
    send(state, "forget")
    assert state.verify_token == ""


def test_the_provider_is_asked_again(setup, connected, provider):
    state = setup(f"channel={connected.id}")
    provider.refusal = "10"
    send(state, "check")
    assert state.screen.checks[0].state == "failed"


def test_a_channel_is_renamed_and_taken_out_of_use_after_a_question(actor, cards, connected):
    state = cards()
    key = str(connected.id)
    send(state, "act", key, "rename")
    assert state.renaming == "Sales"
    send(state, "rename", {"name": "Service"})
    assert (state.renaming, state.screen.cards[0].name) == ("", "Service")
    send(state, "act", key, "deactivate")
    assert known(actor)[0].is_active
    send(state, "confirm")
    assert not known(actor)[0].is_active
    send(state, "act", key, "activate")
    assert known(actor)[0].is_active


def test_a_check_and_a_reading_are_woken_from_the_card(cards, connected, provider):
    state = cards()
    asked = len(provider.asked)
    send(state, "act", str(connected.id), "check")
    send(state, "act", str(connected.id), "templates")
    assert provider.asked[asked:] == ["/facts"]


def test_an_operator_changes_nothing(actor, connected):
    cookie = sign_in(actor)
    state = open_page(ChannelsState, routes.CHANNELS, cookie)
    reload(state, actor)
    send(state, "act", str(connected.id), "activate")
    send(state, "act", str(connected.id), "check")
    page = open_page(ChannelSetupState, routes.channel_setup(connected.id), cookie)
    before = run_as(actor, channels.get_health, connected.id)
    send(page, "retire")
    send(page, "check")
    send(page, "send_test", {"recipient": "+12065550123"})
    assert run_as(actor, channels.get_health, connected.id) == before


def test_a_channel_in_trouble_is_told_of_on_every_page(actor, cookie, connected, provider):
    provider.refusal = "10"
    channels.check_channel(actor.workspace_id, connected.id)
    state = open_page(ShellState, "/", cookie)
    send(state, "arrive")
    (trouble,) = state.troubles
    assert trouble.text.startswith("Sales: ")
    assert trouble.href == routes.channel_setup(connected.id)

"""Connecting a number: nothing is saved that the provider does not accept."""

import pytest

from backend import auth, channels
from backend.auth import AuditQuery, NotPermitted
from backend.channels import (
    ChannelInvalid,
    ChannelNotFound,
    Fault,
    NotOffered,
    Provider,
    TemplateContent,
    TextContent,
)
from backend.kit.errors import LeadFlowError
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from tests.channels.stand_in import TOKEN
from tests.channels.test_credentials import verified
from tests.factories import APP_SECRET, WHATSAPP_CREDENTIALS, run_as

GOOD = WHATSAPP_CREDENTIALS | {"access_token": TOKEN}
WRONG = WHATSAPP_CREDENTIALS | {"access_token": "canary"}


@pytest.fixture
def connected(actor, wanted):
    return channels.connect_channel(actor, wanted())


def all_channels(actor):
    return list(run_as(actor, channels.list_channels).items)


def actions(actor, channel):
    query = AuditQuery(subject=f"channel:{channel.id}")
    return [entry.action for entry in run_as(actor, auth.list_audit, query, PageRequest()).items]


def test_good_credentials_connect_a_channel_that_counts_as_checked(actor, connected):
    assert connected.is_checked
    health = run_as(actor, channels.get_health, connected.id)
    assert (health.display_number, health.quality) == ("+1 206 555 0111", "green")
    assert (health.check_error, health.checked_at is None) == ("", False)


def test_wrong_credentials_name_the_field_and_save_nothing(actor, wanted):
    with pytest.raises(ChannelInvalid) as refused:
        channels.connect_channel(actor, wanted(credentials=WRONG))
    assert refused.value.field == "credentials.access_token"
    assert "190" in refused.value.message
    assert "canary" not in refused.value.message
    assert all_channels(actor) == []


def test_another_refusal_is_told_with_the_code_of_the_provider(actor, provider, wanted):
    provider.refusal = "100"
    with pytest.raises(ChannelInvalid, match="Refused for a reason") as refused:
        channels.connect_channel(actor, wanted())
    assert (refused.value.field, "100" in refused.value.message) == ("credentials", True)


def test_a_provider_that_does_not_answer_saves_nothing(actor, provider, wanted):
    provider.hangs_up = True
    with pytest.raises(LeadFlowError):
        channels.connect_channel(actor, wanted())
    assert all_channels(actor) == []


def test_a_number_that_is_left_out_is_the_one_the_provider_names(actor, wanted):
    assert channels.connect_channel(actor, wanted(address="")).address == "+12065550111"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"base_url": "http://10.0.0.1"}, "settings.base_url"),
        ({"base_url": "ftp://127.0.0.1"}, "settings.base_url"),
        ({"base_url": 7}, "settings.base_url"),
        ({"proxy": "http://127.0.0.1"}, "settings.proxy"),
    ],
    ids=["private", "scheme", "number", "unknown"],
)
def test_settings_that_cannot_be_are_refused_before_anybody_is_asked(
    actor, provider, wanted, settings, field
):
    with pytest.raises(LeadFlowError) as refused:
        channels.connect_channel(actor, wanted(settings=settings))
    assert refused.value.field == field
    assert provider.asked == []


def test_only_who_may_write_channels_has_credentials_tried(operator, provider, wanted):
    with pytest.raises(NotPermitted):
        channels.check_credentials(operator, wanted())
    assert provider.asked == []


def test_a_channel_without_a_probe_is_connected_unchecked(actor, wanted):
    made = channels.connect_channel(
        actor, wanted(provider=Provider.MOCK, credentials={}, settings={})
    )
    assert not made.is_checked


def test_new_credentials_count_only_when_the_provider_accepts_them(actor, connected):
    with pytest.raises(ChannelInvalid):
        channels.exchange_credentials(
            actor, connected.id, {"access_token": "wrong", "app_secret": "new"}, keeps_old=False
        )
    assert verified(actor, connected, APP_SECRET)
    assert not verified(actor, connected, "new")


def test_a_kept_secret_counts_beside_the_new_one_until_it_is_retired(actor, connected):
    channels.exchange_credentials(actor, connected.id, {"app_secret": "new"}, keeps_old=True)
    assert verified(actor, connected, APP_SECRET)
    assert verified(actor, connected, "new")
    assert run_as(actor, channels.has_old_secret, connected.id)
    retired = run_as(actor, channels.retire_secret, connected.id)
    assert retired.is_checked
    assert not verified(actor, connected, APP_SECRET)
    assert verified(actor, connected, "new")
    assert not run_as(actor, channels.has_old_secret, connected.id)


def test_a_secret_that_is_replaced_at_once_counts_no_longer(actor, connected):
    channels.exchange_credentials(actor, connected.id, {"app_secret": "new"}, keeps_old=False)
    assert not verified(actor, connected, APP_SECRET)


def test_adding_credentials_unasked_leaves_the_channel_unchecked(actor, connected):
    changed = run_as(actor, channels.add_credentials, connected.id, {"app_secret": "new"})
    assert not changed.is_checked
    assert verified(actor, connected, APP_SECRET)
    assert verified(actor, connected, "new")


def test_a_new_verify_token_is_the_one_that_counts(actor, connected):
    token = run_as(actor, channels.renew_verify_token, connected.id)
    connection = run_as(
        actor, lambda uow, who: channels.connection_of(uow, who.workspace_id, connected.id)
    )
    query = {"hub.mode": "subscribe", "hub.challenge": "7", "hub.verify_token": token}
    assert connection.adapter.handshake(connection.credentials, query) == "7"
    old = query | {"hub.verify_token": WHATSAPP_CREDENTIALS["verify_token"]}
    assert connection.adapter.handshake(connection.credentials, old) is None


def test_a_mock_channel_has_no_verify_token(actor, mock_channel):
    with pytest.raises(NotOffered):
        run_as(actor, channels.renew_verify_token, mock_channel.id)


def test_a_test_message_tells_the_id_of_the_provider(actor, connected):
    sent = channels.send_test(
        actor, connected.id, recipient="+1 206 555 0123", content=TextContent("hi")
    )
    assert sent.provider_message_id == "wamid.test.+12065550123"
    assert run_as(actor, channels.get_health, connected.id).test_sent_at is not None


def test_a_refused_test_message_tells_code_meaning_and_fault(actor, provider, connected):
    provider.refusal = "131047"
    content = TemplateContent(name="hello", language="en")
    sent = channels.send_test(actor, connected.id, recipient="+12065550123", content=content)
    assert (sent.code, sent.title, sent.fault) == ("131047", "Refused for a reason", Fault.WINDOW)
    assert run_as(actor, channels.get_health, connected.id).test_sent_at is None


def test_a_test_message_without_an_answer_is_unknown(actor, provider, connected):
    provider.hangs_up = True
    sent = channels.send_test(
        actor, connected.id, recipient="+12065550123", content=TextContent("hi")
    )
    assert (sent.is_unknown, sent.provider_message_id) == (True, "")


def test_a_test_message_goes_to_a_number_only(actor, provider, connected):
    asked = len(provider.asked)
    with pytest.raises(ChannelInvalid) as refused:
        channels.send_test(actor, connected.id, recipient="Ana", content=TextContent("hi"))
    assert (refused.value.field, len(provider.asked)) == ("recipient", asked)


def test_out_of_use_a_channel_has_no_webhook_and_comes_back(actor, connected):
    run_as(actor, channels.set_channel_active, connected.id, is_active=False)
    with pytest.raises(ChannelNotFound):
        run_as(
            actor, lambda uow, _: channels.webhook_connection(uow, "whatsapp_cloud", connected.id)
        )
    back = run_as(actor, channels.set_channel_active, connected.id, is_active=True)
    assert back.is_active


def test_a_channel_is_renamed(actor, connected):
    assert run_as(actor, channels.rename_channel, connected.id, " Service ").name == "Service"
    for wrong in (" ", "n" * 201):
        with pytest.raises(ChannelInvalid):
            run_as(actor, channels.rename_channel, connected.id, wrong)


def test_what_is_done_to_a_channel_is_in_the_audit_log(actor, connected):
    run_as(actor, channels.rename_channel, connected.id, "Service")
    run_as(actor, channels.set_channel_active, connected.id, is_active=False)
    run_as(actor, channels.set_channel_active, connected.id, is_active=True)
    run_as(actor, channels.retire_secret, connected.id)
    channels.send_test(actor, connected.id, recipient="+12065550123", content=TextContent("hi"))
    assert actions(actor, connected) == [
        "channel.tested",
        "channel.secret_retired",
        "channel.activated",
        "channel.deactivated",
        "channel.renamed",
        "channel.created",
    ]


def test_the_fields_of_every_provider_have_words_and_hide_its_secrets():
    for provider in Provider:
        asked = channels.credential_fields(provider)
        assert asked.label
        assert all(field.label for field in asked.fields)
        assert not [field.name for field in asked.fields if field.name.startswith("previous_")]
    cloud = {one.name: one for one in channels.credential_fields(Provider.WHATSAPP_CLOUD).fields}
    assert cloud["app_secret"].is_secret
    assert not cloud["phone_number_id"].is_secret
    assert cloud["verify_token"].is_generated


def test_a_channel_that_is_none_is_not_tried(actor, provider):
    with pytest.raises(ChannelNotFound):
        channels.exchange_credentials(actor, new_id(), GOOD, keeps_old=True)
    assert provider.asked == []

"""Message templates: read whole, told of in between, and never lost from sight."""

from datetime import timedelta
from itertools import permutations

import pytest

from backend import channels
from backend.channels import (
    ChannelNotFound,
    NotOffered,
    TemplateChange,
    TemplateStatus,
    tasks,
)
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from tests.channels.stand_in import TOKEN
from tests.factories import NOON, WHATSAPP_CREDENTIALS, create_channel, run_as

HELLO = {
    "provider_template_id": "1",
    "name": "hello",
    "language": "en",
    "status": "approved",
    "category": "MARKETING",
    "components": [{"type": "BODY", "text": "Hello {{1}}"}],
}
PROMO = HELLO | {"provider_template_id": "2", "name": "promo", "status": "rejected", "reason": "x"}


@pytest.fixture
def channel(actor, provider, wanted):
    provider.templates = [PROMO, HELLO]
    made = channels.connect_channel(actor, wanted())
    channels.read_templates(actor.workspace_id, made.id)
    return made


def templates(actor, channel):
    return list(run_as(actor, channels.list_templates, channel.id).items)


def told(actor, channel, **given):
    change = TemplateChange(
        **{"address": None, "provider_template_id": "1", "occurred_at": NOON} | given
    )

    def apply(uow, actor):
        channels.apply_template_changes(uow, actor.workspace_id, [(channel.id, change)])

    run_as(actor, apply)


def after(minutes):
    return NOON + timedelta(days=36500, minutes=minutes)


def test_all_templates_are_read_and_the_rejected_one_stays_visible(actor, channel):
    hello, promo = templates(actor, channel)
    assert (hello.name, hello.status, hello.components) == (
        "hello",
        TemplateStatus.APPROVED,
        HELLO["components"],
    )
    assert (promo.status, promo.reason) == (TemplateStatus.REJECTED, "x")
    assert run_as(actor, channels.get_health, channel.id).templates_synced_at is not None


def test_reading_again_changes_nothing_but_the_moment(actor, channel):
    before = templates(actor, channel)
    channels.read_templates(actor.workspace_id, channel.id)
    again = templates(actor, channel)
    assert [one.id for one in again] == [one.id for one in before]
    assert again[0].synced_at > before[0].synced_at


def test_what_the_provider_has_no_longer_goes(actor, provider, channel):
    provider.templates = [PROMO]
    channels.read_templates(actor.workspace_id, channel.id)
    assert [one.name for one in templates(actor, channel)] == ["promo"]


def test_a_failed_reading_keeps_what_was_known_and_says_why(actor, provider, channel):
    provider.refusal = "80008"
    channels.read_templates(actor.workspace_id, channel.id)
    assert len(templates(actor, channel)) == 2
    health = run_as(actor, channels.get_health, channel.id)
    assert health.templates_error == "Refused for a reason (code 80008)."
    provider.refusal = ""
    channels.read_templates(actor.workspace_id, channel.id)
    assert run_as(actor, channels.get_health, channel.id).templates_error == ""


def test_a_paused_template_is_told_of(actor, channel):
    told(actor, channel, status="paused", reason="low quality", occurred_at=after(1))
    (hello, _) = templates(actor, channel)
    assert (hello.status, hello.reason) == (TemplateStatus.PAUSED, "low quality")
    assert hello.category == "MARKETING"


def test_changes_end_the_same_in_any_order(actor, channel):
    changes = [
        {"status": "paused", "occurred_at": after(1)},
        {"quality": "yellow", "occurred_at": after(2)},
        {"status": "approved", "occurred_at": after(3)},
        {"category": "UTILITY", "occurred_at": after(3)},
    ]
    ends = set()
    for order in permutations(changes):
        for change in order:
            told(actor, channel, **change)
        (hello, _) = templates(actor, channel)
        ends.add((hello.status, hello.quality, hello.category))
    assert ends == {(TemplateStatus.APPROVED, "yellow", "UTILITY")}


def test_an_old_report_does_not_undo_a_newer_reading(actor, channel):
    told(actor, channel, status="pending", occurred_at=NOON - timedelta(days=9000))
    assert templates(actor, channel)[0].status is TemplateStatus.APPROVED


def test_a_template_that_is_new_is_remembered(actor, channel):
    told(actor, channel, provider_template_id="3", name="z", language="es", status="approved")
    assert [one.name for one in templates(actor, channel)] == ["hello", "promo", "z"]


def test_a_template_without_a_name_cannot_be_remembered(actor, channel):
    told(actor, channel, provider_template_id="3", status="approved")
    assert len(templates(actor, channel)) == 2


def test_templates_are_paged_by_name(actor, channel):
    first = run_as(actor, channels.list_templates, channel.id, PageRequest(limit=1))
    rest = run_as(
        actor, channels.list_templates, channel.id, PageRequest(limit=1, cursor=first.next_cursor)
    )
    assert [one.name for one in (*first.items, *rest.items)] == ["hello", "promo"]
    assert rest.next_cursor is None


def test_reading_is_woken_for_every_channel_in_use_that_has_templates(actor, channel, provider):
    run_as(actor, create_channel)
    credentials = WHATSAPP_CREDENTIALS | {"access_token": TOKEN, "phone_number_id": "7"}
    idle = run_as(actor, create_channel, provider=channel.provider, credentials=credentials)
    run_as(actor, channels.set_channel_active, idle.id, is_active=False)
    woken = run_as(
        actor,
        lambda uow, who: channels.health.active_channels(
            uow, who.workspace_id, channels.Feature.LIST_TEMPLATES
        ),
    )
    assert woken == [channel.id]
    provider.templates = [HELLO]
    tasks.sync_templates_of(str(actor.workspace_id), str(channel.id))
    assert [one.name for one in templates(actor, channel)] == ["hello"]


def test_a_mock_channel_has_no_templates_to_read(actor, mock_channel):
    with pytest.raises(NotOffered):
        run_as(actor, channels.sync_templates, mock_channel.id)


def test_a_channel_that_is_none_has_no_templates(actor):
    with pytest.raises(ChannelNotFound):
        run_as(actor, channels.list_templates, new_id())

"""What led to a lead is kept: the channel, the ad, the message that was answered."""

from datetime import timedelta

import pytest

from backend import attribution, leads
from backend.attribution import TouchKind
from backend.auth import Actor
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, create_workspace, deliver, envelope, message, run_as
from tests.vectors import WHATSAPP


def touches(actor):
    (lead,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    return run_as(actor, attribution.list_touches, lead.id)


def test_the_first_message_is_the_touch_of_the_channel(actor, whatsapp_channel):
    later, first = message(at=NOON + timedelta(hours=1)), message(at=NOON)
    deliver(actor, whatsapp_channel, envelope(messages=[later]))
    deliver(actor, whatsapp_channel, envelope(messages=[first]))
    (touch,) = touches(actor)
    assert (touch.kind, touch.occurred_at) == (TouchKind.CHANNEL, NOON)
    assert touch.channel_name == whatsapp_channel.name


def test_an_ad_is_kept_with_its_click(actor, whatsapp_channel):
    delivery = WHATSAPP["messages_text_ctwa_referral"]
    deliver(actor, whatsapp_channel, delivery)
    (said,) = delivery["entry"][0]["changes"][0]["value"]["messages"]
    (ad,) = [touch for touch in touches(actor) if touch.kind is TouchKind.AD]
    assert ad.source_id == said["referral"]["source_id"]
    assert ad.click_id == said["referral"]["ctwa_clid"]
    assert ad.headline == said["referral"]["headline"]


def test_an_answered_message_is_kept(actor, whatsapp_channel):
    answering = message(context={"id": "wamid.campaign"})
    deliver(actor, whatsapp_channel, envelope(messages=[answering]))
    assert {(touch.kind, touch.source_id) for touch in touches(actor)} == {
        (TouchKind.CHANNEL, None),
        (TouchKind.REPLY, "wamid.campaign"),
    }


def test_an_ad_tapped_again_is_another_touch(actor, whatsapp_channel):
    referral = {"source_type": "ad", "source_id": "1"}
    for _ in range(2):
        deliver(actor, whatsapp_channel, envelope(messages=[message(referral=referral)]))
    kinds = [touch.kind for touch in touches(actor)]
    assert sorted(kinds) == [TouchKind.AD, TouchKind.AD, TouchKind.CHANNEL]


@pytest.mark.parametrize("copies", [1, 3])
def test_a_repeated_delivery_is_no_second_touch(actor, whatsapp_channel, copies):
    one = message(referral={"source_type": "ad", "source_id": "1"})
    for copy in range(copies):
        deliver(actor, whatsapp_channel, {**envelope(messages=[one]), "copy": copy})
    assert len(touches(actor)) == 2


def test_touches_of_another_workspace_are_not_shown(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message()]))
    (lead,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    assert run_as(stranger, attribution.list_touches, lead.id) == ()

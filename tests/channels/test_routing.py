"""By which name a provider means a number, and where its deliveries go."""

import json
from datetime import UTC, datetime

import pytest

from backend import channels
from backend.channels import (
    ChannelExists,
    ChannelInvalid,
    InboundMessage,
    MessageKind,
    Provider,
)
from backend.channels.adapters.fakes import fake_for
from backend.channels.samples import ANA
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_channel, deliver, run_as

NAMED_BY_AN_ID = [Provider.MESSAGEBIRD, Provider.BIRD]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def connect(actor, provider, number, **changes):
    account = fake_for(provider).account(number)
    return run_as(
        actor,
        create_channel,
        provider=provider,
        credentials=account.credentials | changes,
        address=account.address,
    )


def told(provider, name):
    """Return the body of a delivery that names a channel."""
    fake = fake_for(provider)
    message = InboundMessage(
        provider_message_id="m1",
        address=name,
        identity=ANA,
        sent_at=NOON,
        kind=MessageKind.TEXT,
        text="Hello",
    )
    (request,) = fake.delivery(fake.account(1), [message], NOON)
    return json.loads(request.body)


def conversed(actor):
    """Return the channel of the only conversation."""
    with unit_of_work(actor) as uow:
        return uow.execute("SELECT channel_id FROM conversation").scalar_one()


@pytest.mark.parametrize("provider", NAMED_BY_AN_ID)
def test_a_delivery_goes_to_the_channel_that_it_names(provider, actor):
    first, second = connect(actor, provider, 1), connect(actor, provider, 2)
    deliver(actor, first, told(provider, "channel-2"))
    assert conversed(actor) == second.id


@pytest.mark.parametrize("provider", NAMED_BY_AN_ID)
def test_a_delivery_that_names_nobody_known_goes_to_the_channel_that_got_it(provider, actor):
    first, _ = connect(actor, provider, 1), connect(actor, provider, 2)
    deliver(actor, first, told(provider, "channel-9"))
    assert conversed(actor) == first.id


def test_the_platform_means_a_number_by_its_address(actor):
    provider = Provider.BIRD_PLATFORM
    first, second = connect(actor, provider, 1), connect(actor, provider, 2)
    deliver(actor, first, told(provider, second.address))
    assert conversed(actor) == second.id


@pytest.mark.parametrize("provider", NAMED_BY_AN_ID)
def test_one_channel_of_the_provider_is_connected_once(provider, actor):
    connect(actor, provider, 1)
    with pytest.raises(ChannelExists):
        connect(actor, provider, 2, channel_id="channel-1")


@pytest.mark.parametrize("provider", NAMED_BY_AN_ID)
def test_new_credentials_stay_with_the_channel_that_they_are_for(provider, actor):
    channel = connect(actor, provider, 1)
    given = fake_for(provider).account(1).credentials
    foreign = given | {"channel_id": "channel-2"}
    with pytest.raises(ChannelInvalid) as refused:
        run_as(actor, channels.change_credentials, channel.id, foreign)
    assert refused.value.field == "credentials.channel_id"
    turned = given | {"access_key": "another"}
    assert run_as(actor, channels.change_credentials, channel.id, turned).id == channel.id

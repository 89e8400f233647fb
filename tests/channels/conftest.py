"""A provider that tests can ask: on loopback, in the place of Meta's Cloud API."""

import pytest

from backend.channels import ChannelInput, Platform, Provider, adapters
from tests.channels.stand_in import TOKEN, StandIn, answering
from tests.factories import WHATSAPP_CREDENTIALS


@pytest.fixture
def provider(monkeypatch):
    """Answer as the provider of `whatsapp_cloud`, and let the server call loopback."""
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")
    monkeypatch.setitem(adapters._ADAPTERS, Provider.WHATSAPP_CLOUD, StandIn())  # noqa: SLF001
    with answering() as account:
        yield account


@pytest.fixture
def wanted(provider):
    """Return a function that describes a channel of that provider."""

    def describe(**changes):
        given = {
            "name": "Sales",
            "platform": Platform.WHATSAPP,
            "provider": Provider.WHATSAPP_CLOUD,
            "address": "+12065550111",
            "credentials": WHATSAPP_CREDENTIALS | {"access_token": TOKEN},
            "settings": {"base_url": provider.url},
        }
        return ChannelInput(**given | changes)

    return describe

"""The providers that LeadFlow speaks to: a new one is a module here and one line below."""

from backend.channels.adapters.mock import MockAdapter
from backend.channels.adapters.whatsapp_cloud import WhatsAppCloudAdapter
from backend.channels.ports import ChannelAdapter, Provider

_ADAPTERS: dict[Provider, ChannelAdapter] = {
    Provider.MOCK: MockAdapter(),
    Provider.WHATSAPP_CLOUD: WhatsAppCloudAdapter(),
}


def adapter_for(provider: Provider) -> ChannelAdapter:
    """Return the adapter of a provider; every provider has one."""
    return _ADAPTERS[provider]

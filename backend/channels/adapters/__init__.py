"""The providers that LeadFlow speaks to: a new one is a module here and one line below."""

from backend.channels.adapters.bird import BirdAdapter
from backend.channels.adapters.bird_platform import BirdPlatformAdapter
from backend.channels.adapters.dialog360 import Dialog360Adapter
from backend.channels.adapters.messagebird import MessageBirdAdapter
from backend.channels.adapters.mock import MockAdapter
from backend.channels.adapters.twilio import TwilioAdapter
from backend.channels.adapters.whatsapp_cloud import WhatsAppCloudAdapter
from backend.channels.ports import ChannelAdapter, Provider

_ADAPTERS: dict[Provider, ChannelAdapter] = {
    Provider.MOCK: MockAdapter(),
    Provider.WHATSAPP_CLOUD: WhatsAppCloudAdapter(),
    Provider.TWILIO: TwilioAdapter(),
    Provider.MESSAGEBIRD: MessageBirdAdapter(),
    Provider.BIRD: BirdAdapter(),
    Provider.BIRD_PLATFORM: BirdPlatformAdapter(),
    Provider.DIALOG360: Dialog360Adapter(),
}


def adapter_for(provider: Provider) -> ChannelAdapter:
    """Return the adapter of a provider; every provider has one."""
    return _ADAPTERS[provider]

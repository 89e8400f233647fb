"""The made-up providers beside the adapters: a new one is a module here and one line below."""

from backend.channels.adapters.bird_fake import BirdFake
from backend.channels.adapters.bird_platform_fake import BirdPlatformFake
from backend.channels.adapters.dialog360_fake import Dialog360Fake
from backend.channels.adapters.messagebird_fake import MessageBirdFake
from backend.channels.adapters.mock_fake import MockFake
from backend.channels.adapters.twilio_fake import TwilioFake
from backend.channels.adapters.whatsapp_cloud_fake import WhatsAppCloudFake
from backend.channels.fakes import ProviderFake
from backend.channels.ports import Provider

_FAKES: dict[Provider, ProviderFake] = {
    Provider.MOCK: MockFake(),
    Provider.WHATSAPP_CLOUD: WhatsAppCloudFake(),
    Provider.DIALOG360: Dialog360Fake(),
    Provider.TWILIO: TwilioFake(),
    Provider.MESSAGEBIRD: MessageBirdFake(),
    Provider.BIRD: BirdFake(),
    Provider.BIRD_PLATFORM: BirdPlatformFake(),
}


def fake_for(provider: Provider) -> ProviderFake:
    """Return the fake of a provider; raises `KeyError` where none is played."""
    return _FAKES[provider]


def is_played(provider: Provider) -> bool:
    """Whether there is a fake of a provider."""
    return provider in _FAKES

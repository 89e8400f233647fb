"""What an admin has to enter for each provider, in words; the shape is the adapter's own.

What a provider calls a field, and where to find it, stands in one table here. A field without an
entry is asked for under its own name.
"""

from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from backend.channels.adapters import adapter_for
from backend.channels.ports import Provider

PREVIOUS: Final = "previous_"
VERIFY_TOKEN: Final = "verify_token"  # noqa: S105  the name of a field


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One thing to enter; `is_generated` means that LeadFlow makes it up and shows it."""

    name: str
    label: str
    help: str
    is_secret: bool
    is_required: bool
    is_generated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFields:
    """A provider, and what connecting a number of it takes."""

    provider: Provider
    label: str
    help: str
    fields: tuple[CredentialField, ...]


PROVIDERS: Final = {
    "mock": ("Mock", "A channel that is LeadFlow itself: no account, no cost, for trying out."),
    "whatsapp_cloud": ("WhatsApp Cloud API", "Directly from Meta, with an app of your own."),
    "dialog360": ("360dialog", "The Cloud API through 360dialog's hub, with one API key."),
    "messagebird": ("MessageBird Conversations", "The classic MessageBird API."),
    "bird": ("Bird Channels", "A workspace and a channel of Bird."),
    "bird_channels": ("Bird Channels", "A workspace and a channel of Bird."),
    "bird_platform": ("Bird platform", "Bird's platform API, with its standard webhooks."),
    "twilio": ("Twilio", "A WhatsApp sender of Twilio's Programmable Messaging."),
}

WORDS: Final = {
    "access_token": (
        "Access token",
        "Of a system user with the WhatsApp permissions; one for trying out ends in a day.",
    ),
    "app_secret": (
        "App secret",
        "In Meta's app dashboard under Settings, Basic. It proves who delivers.",
    ),
    "verify_token": ("Verify token", "Made up here; you copy it to the provider."),
    "phone_number_id": ("Phone number ID", "In WhatsApp, API setup; not the number itself."),
    "waba_id": (
        "WhatsApp Business Account ID",
        "Beside the phone number ID. Templates are read with it.",
    ),
    "account_sid": ("Account SID", "On the first page of Twilio's console; it begins with AC."),
    "auth_token": ("Auth token", "Beside the account SID. It also signs what Twilio delivers."),
    "messaging_service_sid": (
        "Messaging service SID",
        "Only when a messaging service sends in the place of the number.",
    ),
    "api_key": ("API key", "From the provider's dashboard."),
    "access_key": ("Access key", "From the dashboard, under developers, API access."),
    "signing_key": ("Signing key", "Proves who delivers; beside the access key."),
    "webhook_secret": (
        "Webhook secret",
        "Proves who delivers; made by you (360dialog) or shown (Bird).",
    ),
    "app_id": ("App ID", "Of the app; with it Meta tells when the token expires."),
    "signing_secret": ("Signing secret", "Proves who delivers; shown when the webhook is made."),
    "channel_id": ("Channel ID", "Of the WhatsApp channel, in the provider's dashboard."),
    "workspace_id": ("Workspace ID", "Of your workspace at the provider."),
}

# Which credentials open the provider's API: where they are refused, this is where to look.
ACCESS_FIELDS: Final = ("access_token", "api_key", "access_key", "auth_token")


def credential_fields(provider: Provider) -> ProviderFields:
    """Return what to ask an admin for, in the order of the provider's adapter."""
    label, about = PROVIDERS.get(provider, (_sentence(provider), ""))
    fields = adapter_for(provider).credentials_model.model_fields
    asked = tuple(_field(name, of) for name, of in fields.items() if not name.startswith(PREVIOUS))
    return ProviderFields(provider=provider, label=label, help=about, fields=asked)


def access_field(provider: Provider) -> str:
    """Return the name of the credential with which the provider is asked."""
    known = adapter_for(provider).credentials_model.model_fields
    return next((name for name in ACCESS_FIELDS if name in known), next(iter(known), ""))


def takes_verify_token(provider: Provider) -> bool:
    """Whether the provider checks the webhook with a token that both sides know."""
    return VERIFY_TOKEN in adapter_for(provider).credentials_model.model_fields


def _field(name: str, of: FieldInfo) -> CredentialField:
    label, about = WORDS.get(name, (_sentence(name), ""))
    return CredentialField(
        name=name,
        label=label,
        help=about,
        is_secret="Secret" in str(of.annotation) or of.annotation is SecretStr,
        is_required=of.is_required(),
        is_generated=name == VERIFY_TOKEN,
    )


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()

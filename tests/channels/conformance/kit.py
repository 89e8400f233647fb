"""Whom the kit examines, and what it knows of each provider beyond its traits."""

from backend.channels import (
    ButtonsContent,
    Fault,
    Feature,
    MediaContent,
    MessageKind,
    Outbound,
    Provider,
    ReplyButton,
    TemplateContent,
    TextContent,
    adapter_for,
)
from backend.channels.adapters.fakes import is_played
from backend.channels.samples import ANA

PLAYED = [provider for provider in Provider if is_played(provider)]

# The mock is ourselves: it sends without a call.
CALLING = [provider for provider in PLAYED if provider is not Provider.MOCK]

# What some codes of a provider's own mean; the fake refuses with them.
REFUSALS = {
    "whatsapp_cloud": {
        "131047": Fault.WINDOW,
        "130429": Fault.RETRY,
        "131050": Fault.SUPPRESS,
        "132001": Fault.TEMPLATE,
        "131049": Fault.DELAYED,
        "190": Fault.AUTH,
    },
    "twilio": {
        "63016": Fault.WINDOW,
        "20429": Fault.RETRY,
        "21610": Fault.SUPPRESS,
        "63040": Fault.TEMPLATE,
        "63038": Fault.DELAYED,
        "21211": Fault.PERMANENT,
        "63007": Fault.CONFIG,
        "63013": Fault.ACCOUNT,
        "20003": Fault.AUTH,
    },
}

CONTENTS = {
    Feature.SEND_TEXT: TextContent("It is 20 EUR."),
    Feature.SEND_MEDIA: MediaContent(
        kind=MessageKind.IMAGE,
        url="https://files.example.com/a.jpg",
        mime_type="image/jpeg",
        caption="Here",
    ),
    Feature.SEND_BUTTONS: ButtonsContent(
        text="Shall we?", buttons=(ReplyButton("YES", "Yes"), ReplyButton("NO", "No"))
    ),
}


def declares(provider, feature):
    """Say whether an adapter declares a feature."""
    return feature in adapter_for(provider).features


def contents_of(account):
    """Return one message of each sort, the template being one that the account has."""
    template = next((one for one in account.templates if one.status == "approved"), None)
    if template is None:
        return CONTENTS
    filled = TemplateContent(
        name=template.name,
        language=template.language,
        provider_template_id=template.provider_template_id,
        body=("Ana", "A-17"),
        text="Hello Ana, your order A-17 is on its way.",
    )
    return {**CONTENTS, Feature.SEND_TEMPLATE: filled}


def outbound(content, **given):
    """Return a message to Ana."""
    return Outbound(recipient=ANA, reference="0190f0c2", content=content, **given)

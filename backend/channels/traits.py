"""What a provider's webhooks can tell and what its signature covers, as data.

A provider that is not named has the traits of one that tells and signs everything but its address.
The conformance kit holds the adapters to it; docs/providers.md shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from backend.channels.events import MessageKind
from backend.channels.ports import Provider

_FILES = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.AUDIO, MessageKind.DOCUMENT})
_INBOUND = frozenset(MessageKind) - {MessageKind.TEMPLATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is true of a provider's webhooks.

    `signs_body` and `signs_url` say what the signature covers, `is_signed` whether there is any
    proof at all; `tells_moments` whether events name their moment.
    """

    kinds: frozenset[MessageKind] = _INBOUND
    is_signed: bool = True
    signs_body: bool = True
    signs_url: bool = False
    tells_moments: bool = True
    tells_quotes: bool = True
    tells_referrals: bool = True
    tells_user_ids: bool = True


_META = Traits()
_PLAIN = _FILES | {MessageKind.TEXT, MessageKind.LOCATION}

_TRAITS: Final[Mapping[str, Traits]] = {
    "mock": Traits(kinds=frozenset(MessageKind), is_signed=False, signs_body=False),
    "whatsapp_cloud": _META,
    "dialog360": replace(_META, signs_body=False),
    "twilio": Traits(signs_url=True, tells_moments=False),
    "messagebird": Traits(
        kinds=_PLAIN,
        signs_url=True,
        tells_quotes=False,
        tells_referrals=False,
        tells_user_ids=False,
    ),
    "bird": Traits(
        kinds=_PLAIN | {MessageKind.BUTTON},
        signs_url=True,
        tells_quotes=False,
        tells_referrals=False,
    ),
    "bird_platform": Traits(kinds=_PLAIN | {MessageKind.INTERACTIVE}, tells_referrals=False),
}


def traits_of(provider: Provider) -> Traits:
    """Return what is true of a provider's webhooks."""
    return _TRAITS.get(provider.value, Traits())

"""What can go wrong between LeadFlow and a provider.

LeadFlowError
|-- NotFound
|   `-- ChannelNotFound      no such channel, or not in this workspace
|-- Conflict
|   |-- ChannelExists        the number is connected already
|   `-- SendRefused          the provider did not take the message; it was not sent
|-- Invalid
|   |-- ChannelInvalid       a channel cannot be connected as described
|   `-- MalformedDelivery    the body is not a delivery of this provider at all
`-- Unavailable
    `-- SendUnknown          nobody knows whether the message was sent; never resend blindly
"""

from backend.kit.errors import Conflict, Invalid, NotFound, Unavailable


class ChannelNotFound(NotFound):
    """No such channel, or not in this workspace."""


class ChannelExists(Conflict):
    """The number is connected to this workspace already."""


class ChannelInvalid(Invalid):
    """A channel cannot be connected as described."""


class MalformedDelivery(Invalid):
    """The body is not a delivery of this provider at all."""


class SendRefused(Conflict):
    """The provider did not take the message: its `code`, and its `title` as a sentence."""

    def __init__(self, code: str, title: str) -> None:
        """Keep what the provider, or the adapter in its place, answered."""
        super().__init__(title)
        self.code = code
        self.title = title


class SendUnknown(Unavailable):
    """The connection broke while sending; only a status of the provider can tell."""

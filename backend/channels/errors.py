"""What can go wrong between LeadFlow and a provider.

LeadFlowError
|-- NotFound
|   `-- ChannelNotFound      no such channel, or not in this workspace
|-- Conflict
|   |-- ChannelExists        the number is connected already
|   |-- NotOffered           the provider's adapter does not declare this feature
|   `-- SendRefused          the provider did not do what it was asked; nothing was sent
|       `-- CredentialsRefused   it does not accept the credentials
|-- Invalid
|   |-- ChannelInvalid       a channel cannot be connected as described
|   `-- MalformedDelivery    the body is not a delivery of this provider at all
`-- Unavailable
    `-- SendUnknown          nobody knows whether the message was sent; never resend blindly
"""

from enum import StrEnum

from backend.kit.errors import Conflict, Invalid, NotFound, Unavailable


class ChannelNotFound(NotFound):
    """No such channel, or not in this workspace."""


class ChannelExists(Conflict):
    """The number is connected to this workspace already."""


class ChannelInvalid(Invalid):
    """A channel cannot be connected as described."""


class MalformedDelivery(Invalid):
    """The body is not a delivery of this provider at all."""


class NotOffered(Conflict):
    """The provider, or its adapter, does not offer this."""


class Fault(StrEnum):
    """Who has to act on a refusal, and whether the same message may be tried again.

    Only `RETRY` is safe to repeat at once: the provider refused it before acceptance.
    """

    RETRY = "retry"
    DELAYED = "delayed"
    AUTH = "auth"
    CONFIG = "config"
    ACCOUNT = "account"
    TEMPLATE = "template"
    WINDOW = "window"
    SUPPRESS = "suppress"
    PERMANENT = "permanent"


class SendRefused(Conflict):
    """The provider did not do it: its `code`, its `title` as a sentence, and whose `fault` it is.

    `retry_after` is how many seconds the provider asked to wait, when it did.
    """

    def __init__(
        self,
        code: str,
        title: str,
        *,
        fault: Fault = Fault.PERMANENT,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the provider, or the adapter in its place, answered."""
        super().__init__(title)
        self.code = code
        self.title = title
        self.fault = fault
        self.retry_after = retry_after


class CredentialsRefused(SendRefused):
    """The provider does not accept the credentials; `code` and `title` as it said them."""

    def __init__(self, code: str, title: str) -> None:
        """Leave it to the admin, whose it always is to mend."""
        super().__init__(code, title, fault=Fault.AUTH)


class SendUnknown(Unavailable):
    """The connection broke on the way; only a status or a look-up can tell what became of it."""

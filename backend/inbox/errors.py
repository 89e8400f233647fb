"""What can go wrong with conversations.

NotFound
`-- ConversationNotFound
Conflict
|-- WindowClosed         24 hours have passed since the customer last wrote
|-- RepliesUnsupported   the channel's provider takes no replies from here
`-- AnotherIsOpen        a newer conversation with this contact is open
Invalid
`-- BadText              empty or too long
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class ConversationNotFound(NotFound):
    """Missing, or another workspace's."""


class WindowClosed(Conflict):
    """Free text is no longer allowed."""


class RepliesUnsupported(Conflict):
    """The adapter of the channel's provider sends nothing."""


class AnotherIsOpen(Conflict):
    """A contact has one open conversation on a channel."""


class BadText(Invalid):
    """A reply that cannot be sent as it is."""

"""What can go wrong with conversations.

NotFound
`-- ConversationNotFound
Conflict
|-- WindowClosed         24 hours have passed since the customer last wrote
|-- RepliesUnsupported   the channel's provider takes no replies from here
|-- AnotherIsOpen        a newer conversation with this contact is open
|-- ReplyInFlight        a reply is with the provider at this moment
`-- PersonErased         there is nobody left to write to
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


class ReplyInFlight(Conflict):
    """Nobody knows yet what becomes of it, so its person cannot be erased yet."""


class PersonErased(Conflict):
    """The customer was erased; a new message of theirs opens a new conversation."""


class BadText(Invalid):
    """A reply that cannot be sent as it is."""

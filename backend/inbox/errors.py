"""What can go wrong with conversations.

NotFound
|-- ConversationNotFound
|-- MessageNotFound
|-- QuickReplyNotFound
`-- BulkNotFound
Conflict
|-- WindowClosed         24 hours have passed since the customer last wrote
|-- RepliesUnsupported   the channel's provider takes no replies from here
|-- OptedOut             the customer wants no offers, and a template is one
|-- TemplateNotApproved  the provider did not approve the template, or takes it back
|-- AlreadySentAgain     a reply is sent again once
|-- NotSendableAgain     it is on its way, or it has arrived
|-- MayArriveTwice       nobody knows whether it was sent, and nobody said that this is all right
|-- AnotherIsOpen        a newer conversation with this contact is open
|-- ReplyInFlight        a reply is with the provider at this moment
|-- PersonErased         there is nobody left to write to
|-- NeedsPerson          a key has no draft, and is nowhere
|-- ColleagueReplied     somebody else answered since this reply was begun
|-- KeyReused            the key of a reply named another message already
|-- UndoGone             too late, or taken back already
`-- ShortcutTaken        by another quick reply
Invalid
|-- BadText              empty or too long
|-- NoColleague          somebody who cannot answer here
|-- BadMoment            not in the future, or too far in it
|-- BadNote              empty or too long
`-- BadQuickReply        a shortcut or a text that could not be used
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class ConversationNotFound(NotFound):
    """Missing, or another workspace's."""


class MessageNotFound(NotFound):
    """Missing, another conversation's, or the customer's."""


class TemplateNotApproved(Conflict):
    """Only an approved template may be sent."""


class OptedOut(Conflict):
    """The customer opted out, so no template may be sent to them."""


class AlreadySentAgain(Conflict):
    """A reply is sent again once; the one that came of it can be sent again in turn."""


class NotSendableAgain(Conflict):
    """A reply that is on its way, or that arrived, is not sent again."""


class MayArriveTwice(Conflict):
    """Sending it again may show the customer two; somebody has to want that."""


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


class NeedsPerson(Conflict):
    """Drafts, presence and notes belong to somebody who is signed in."""


class ColleagueReplied(Conflict):
    """Somebody else answered since this reply was begun."""


class KeyReused(Conflict):
    """One key is one message, and it said something else."""


class UndoGone(Conflict):
    """What was done to several conversations cannot be taken back any more."""


class ShortcutTaken(Conflict):
    """Another quick reply has this shortcut."""


class QuickReplyNotFound(NotFound):
    """Missing, or another workspace's."""


class BulkNotFound(NotFound):
    """Missing, or another person's."""


class NoColleague(Invalid):
    """Whoever should have the conversation cannot answer here."""


class BadMoment(Invalid):
    """A conversation cannot sleep until then."""


class BadNote(Invalid):
    """A note that is empty or too long."""


class BadQuickReply(Invalid):
    """A quick reply that could not be used."""

"""What can go wrong with leads.

NotFound
|-- LeadNotFound
`-- NoSuchEntry        the ledger of this lead has no such entry
Invalid
|-- BadTag
|-- BadValue           a value without a currency, or the other way round
|-- BadReason          a reason or a note that cannot be kept
|-- BadLeadQuery       a question that no lead can answer
|-- BadLifecycle       settings of the lifecycle that cannot be
`-- NeedsMore          the stage requires something that the lead lacks
Conflict
|-- AnotherIsOpen      the contact has a newer open lead on this channel
|-- MoveRefused        the workspace does not allow this move
|-- NotReturned        there is no question whether this lead is a new one
`-- CannotDispute      the entry was disputed, or is a dispute itself
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class LeadNotFound(NotFound):
    """Missing, or another workspace's."""


class BadTag(Invalid):
    """Empty or too long."""


class BadLeadQuery(Invalid):
    """Filters that exclude each other, or a value outside its range."""


class BadValue(Invalid):
    """Money needs an amount and a currency."""


class AnotherIsOpen(Conflict):
    """A contact has one open lead on a channel."""


class NoSuchEntry(NotFound):
    """Missing, or of another lead."""


class BadReason(Invalid):
    """Empty, too long, or not one of those to choose from."""


class BadLifecycle(Invalid):
    """Settings that contradict themselves or are out of range."""


class NeedsMore(Invalid):
    """A stage requires what the lead does not have."""


class MoveRefused(Conflict):
    """The stages do not follow each other in this workspace."""


class CannotDispute(Conflict):
    """An entry is disputed once, and a dispute never."""


class NotReturned(Conflict):
    """Nobody asks whether this lead is a lost one that came back."""

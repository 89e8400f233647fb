"""What can go wrong with leads.

NotFound
`-- LeadNotFound
Invalid
|-- BadTag
`-- BadValue           a value without a currency, or the other way round
Conflict
`-- AnotherIsOpen      the contact has a newer open lead on this channel
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class LeadNotFound(NotFound):
    """Missing, or another workspace's."""


class BadTag(Invalid):
    """Empty or too long."""


class BadValue(Invalid):
    """Money needs an amount and a currency."""


class AnotherIsOpen(Conflict):
    """A contact has one open lead on a channel."""

"""What can go wrong with contacts.

NotFound
`-- ContactNotFound
Invalid
`-- NobodyNamed        a sighting without any identifier
"""

from backend.kit.errors import Invalid, NotFound


class ContactNotFound(NotFound):
    """Missing, or another workspace's."""


class NobodyNamed(Invalid):
    """Nothing in the event says who it is about."""

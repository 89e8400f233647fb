"""What can go wrong with contacts.

NotFound
|-- ContactNotFound
`-- MergeNotFound      never was, is another workspace's, or was erased with the person
Conflict
|-- MergeStands        it cannot be undone (any more, or not yet)
`-- PersonGone         somebody who was erased agrees to nothing more
Invalid
|-- BadConsent         without evidence, or of a moment that cannot be
|-- BadConsentWords    words or confirmations that could not be used
|-- NobodyNamed        a sighting without any identifier
`-- SamePerson         a contact cannot be merged into itself, or one that was erased
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class ContactNotFound(NotFound):
    """Missing, or another workspace's."""


class MergeNotFound(NotFound):
    """Missing, another workspace's, or erased with the person."""


class MergeStands(Conflict):
    """Undone already, or a later merge stands on it."""


class NobodyNamed(Invalid):
    """Nothing in the event says who it is about."""


class SamePerson(Invalid):
    """These two cannot be merged."""


class PersonGone(Conflict):
    """Nothing more is written down about somebody who was erased."""


class BadConsent(Invalid):
    """What is said to have been agreed to cannot be written down like this."""


class BadConsentWords(Invalid):
    """Settings of consent that could not be used."""

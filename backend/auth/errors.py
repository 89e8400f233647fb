"""What can go wrong with accounts.

Unauthenticated
`-- SignInRefused      e-mail and password do not belong together
Forbidden
`-- NotPermitted       the role or the key's scopes do not allow it
Invalid
|-- UnknownScope
|-- WeakPassword
`-- BadEmail
Conflict
`-- EmailTaken
NotFound
`-- NoWorkspace
"""

from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class SignInRefused(Unauthenticated):
    """Says nothing about which of the two was wrong."""


class NotPermitted(Forbidden):
    """The actor may not do this."""


class UnknownScope(Invalid):
    """A scope that no permission has."""


class WeakPassword(Invalid):
    """Shorter than the minimum."""


class BadEmail(Invalid):
    """Not an e-mail address."""


class EmailTaken(Conflict):
    """Somebody signs in with this address already."""


class NoWorkspace(NotFound):
    """There is no workspace yet."""

"""The errors of LeadFlow, by kind.

    LeadFlowError
    |-- Invalid            the input is wrong; says where and what would be right
    |-- Unauthenticated    nobody is signed in
    |-- Forbidden          signed in, not allowed
    |-- NotFound           missing, or not yours: the two look alike
    |-- Conflict           right in itself, but not in this state
    `-- Unavailable        ours or a neighbour's fault; try again later

An error carries a kind, never an HTTP status: the API, the screens and the worker each turn
kinds into their own language in one place.
"""

from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What sort of refusal it is."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class LeadFlowError(Exception):
    """A refusal in words: what was wrong, at which `field`, and what was `expected`."""

    kind: ClassVar[ErrorKind] = ErrorKind.UNAVAILABLE
    others: "tuple[LeadFlowError, ...]" = ()
    """What else is wrong, where one answer can name it all."""

    def __init__(
        self, message: str, *, field: str | None = None, expected: str | None = None
    ) -> None:
        """Keep the sentence and, where they help, the place and the accepted form."""
        super().__init__(message)
        self.message = message
        self.field = field
        self.expected = expected


class Invalid(LeadFlowError):
    """The input is wrong."""

    kind = ErrorKind.INVALID


class Unauthenticated(LeadFlowError):
    """Nobody is signed in."""

    kind = ErrorKind.UNAUTHENTICATED


class Forbidden(LeadFlowError):
    """Signed in, but not allowed."""

    kind = ErrorKind.FORBIDDEN


class NotFound(LeadFlowError):
    """Missing, or somebody else's."""

    kind = ErrorKind.NOT_FOUND


class Conflict(LeadFlowError):
    """The state does not allow it."""

    kind = ErrorKind.CONFLICT


class Unavailable(LeadFlowError):
    """It may work later."""

    kind = ErrorKind.UNAVAILABLE

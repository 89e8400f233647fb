"""What can go wrong on the way to an address that a user gave.

    LeadFlowError
    |-- Invalid
    |   `-- TargetRefused          LeadFlow does not call such an address
    `-- Unavailable
        |-- TargetUnreachable      nobody is there, or what is there breaks off
        |   `-- HostUnknown        the name has no address
        |-- TargetTooSlow          the time for the whole exchange is over
        `-- AnswerTooLarge         more came back than was asked for

Each is a sentence about a host as the user wrote it. None repeats an answer, nor an address that
a name or a redirect led to: they may belong to the network that LeadFlow stands in.
"""

from backend.kit.errors import Invalid, LeadFlowError, Unavailable


class TargetError(LeadFlowError):
    """A sentence that begins with the `host` and goes on with the `reason`.

    `has_left` tells whether the request may have had its effect: some of it was sent.
    """

    has_left: bool = False

    def __init__(
        self, host: str, reason: str, *, field: str | None = None, expected: str | None = None
    ) -> None:
        """Keep both halves, for a redirect changes the first."""
        super().__init__(f"{host} {reason}", field=field, expected=expected)
        self.host = host
        self.reason = str(reason)

    def tell_of(self, host: str) -> None:
        """Say it of the unnamed place that `host` redirects to."""
        self.host = f"the place that {host} redirects to"
        self.message = f"{self.host} {self.reason}"
        self.args = (self.message,)
        self.has_left = True


class TargetRefused(TargetError, Invalid):
    """LeadFlow does not call such an address; `expected` is what it does call."""


class TargetUnreachable(TargetError, Unavailable):
    """Nobody is there, or what is there breaks off, or does not speak HTTP."""


class HostUnknown(TargetUnreachable):
    """The name has no address."""


class TargetTooSlow(TargetError, Unavailable):
    """The time for the whole exchange is over."""


class AnswerTooLarge(TargetError, Unavailable):
    """More came back than was asked for; `status`, when it had come, says what became of it."""

    status: int | None = None

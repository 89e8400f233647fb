"""The slice's refusals."""

from backend.kit.errors import Invalid


class RehearsalInvalid(Invalid):
    """A rehearsal cannot be played as described."""

"""What can go wrong at the door.

NotFound
`-- EventNotFound
Invalid
`-- SimulationInvalid    a simulated message that no customer could send
Conflict
|-- BodyGone             the body was kept for as long as was set
`-- NotAMockChannel      only a mock channel can be simulated
"""

from backend.kit.errors import Conflict, Invalid, NotFound


class EventNotFound(NotFound):
    """Missing, or another workspace's."""


class SimulationInvalid(Invalid):
    """Says which field, and what would be right."""


class BodyGone(Conflict):
    """A delivery without its body cannot be processed again."""


class NotAMockChannel(Conflict):
    """Real customers write to this channel."""

"""What can go wrong at the door.

NotFound
|-- EventNotFound
`-- ReplayNotFound
Invalid
|-- CorrectionInvalid    a corrected body that is none
|-- ReplayInvalid        a range that names nothing, or too much
`-- SimulationInvalid    a simulated message that no customer could send
Conflict
|-- BodyGone             the body was kept for as long as was set
|-- NotAMockChannel      only a mock channel can be simulated
|-- NotQuarantined       only what stands in quarantine is corrected or ignored
`-- ReplayUnderWay       one replay at a time in a workspace
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


class ReplayNotFound(NotFound):
    """Missing, or another workspace's."""


class ReplayInvalid(Invalid):
    """Says which part of the range, and what would be right."""


class ReplayUnderWay(Conflict):
    """Another replay of this workspace has not ended."""


class CorrectionInvalid(Invalid):
    """Says what is wrong with a corrected body, or with the reason to ignore one."""


class NotQuarantined(Conflict):
    """The delivery does not stand in quarantine."""

"""What can go wrong with rules.

NotFound
|-- RuleNotFound
|-- RunNotFound
`-- BacktestNotFound
Invalid
|-- RuleInvalid      the definition, name or priority; names the place
`-- BacktestInvalid  days, sample or drafts that make no backtest
Conflict
|-- RuleNameTaken
|-- RuleArchived
`-- BacktestUnderWay
"""

from collections.abc import Sequence

from backend.kit.errors import Conflict, Invalid, NotFound
from backend.rules.asking_schemas import LintFinding


class RuleNotFound(NotFound):
    """Missing, or another workspace's."""


class RuleInvalid(Invalid):
    """A rule that cannot mean anything; `faults` name everything that is wrong with it."""

    faults: tuple[LintFinding, ...] = ()

    @classmethod
    def of(cls, faults: Sequence[LintFinding]) -> "RuleInvalid":
        """Return the refusal for these faults, of which there is at least one."""
        first, *others = [
            cls(f"{fault.place}: {fault.message}", field=fault.place, expected=fault.fix)
            for fault in faults
        ]
        first.faults = tuple(faults)
        first.others = tuple(others)
        return first


class RuleNameTaken(Conflict):
    """Two rules with one name."""


class RunNotFound(NotFound):
    """Missing, or another workspace's."""


class BacktestNotFound(NotFound):
    """Missing, or another workspace's."""


class BacktestInvalid(Invalid):
    """A backtest that cannot be done."""


class RuleArchived(Conflict):
    """An archived rule has to be restored before it can act."""


class BacktestUnderWay(Conflict):
    """Another backtest of the workspace has not ended."""

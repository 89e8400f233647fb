"""What was measured: a value for each round, scenario and subject; medians, spread and ratios."""

import statistics
from collections import defaultdict

from benchmarks.pump import Result

OURS = "LeadFlow"


class Figures:
    """Everything that was measured in a run."""

    def __init__(self) -> None:
        """Start empty."""
        self._values: dict[tuple[str, str], list[float]] = defaultdict(list)

    def add(self, scenario: str, subject: str, result: Result, count: int) -> None:
        """Keep a rate per second."""
        self.note(scenario, subject, count / result.seconds)

    def note(self, scenario: str, subject: str, value: float) -> None:
        """Keep a value of one round."""
        self._values[scenario, subject].append(float(value))
        print(f"{scenario} | {subject} | {value:,.2f}", flush=True)

    def table(self) -> str:
        """Write every figure as a row, with the ratio of ours to a peer's."""
        lines = [
            "| scenario | who | median | spread | ours to theirs |",
            "| --- | --- | --- | --- | --- |",
        ]
        for (scenario, subject), values in self._values.items():
            median = statistics.median(values)
            spread = f"{_written(min(values))} to {_written(max(values))}"
            ratio = "" if subject == OURS else f"{self.ratio(scenario, subject):.2f}"
            lines.append(f"| {scenario} | {subject} | {_written(median)} | {spread} | {ratio} |")
        return "\n".join(lines)

    def ratio(self, scenario: str, subject: str) -> float:
        """Return how many times a peer's median ours is."""
        ours = statistics.median(self._values[scenario, OURS])
        return ours / statistics.median(self._values[scenario, subject])


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"  # noqa: PLR2004

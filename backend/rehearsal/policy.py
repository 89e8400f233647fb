"""Whether the provider's ledger and the database tell the same. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.rehearsal.schemas import Kept, Told

UNDER_WAY = frozenset({"queued", "posting"})
# The provider broke off, so LeadFlow claims nothing and does not send again by itself.
UNKNOWN = "unknown"
HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the comparison; `is_good` is whether it is as it has to be."""

    name: str
    count: int
    is_good: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The comparison; `note` says what was left out, if anything."""

    rows: tuple[Row, ...]
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether nothing is lost, doubled, unfinished or told differently."""
        return all(row.is_good for row in self.rows)


def compare(told: Told, kept: Kept, *, note: str = "") -> Outcome:
    """Compare both books; every figure that should be zero, or equal another, is judged."""
    once = sum(kept.messages.get(name) == 1 for name in told.acknowledged)
    stored = sum(name in kept.statuses for name in told.statuses)
    accepted = sum(name in kept.replies for name in told.sends)
    unfinished = told.unsettled + kept.waiting + _under_way(kept)
    return Outcome(
        (
            Row("sent", told.messages),
            Row("acknowledged", len(told.acknowledged), len(told.acknowledged) == told.messages),
            Row("accepted once", once, once == len(told.acknowledged)),
            Row("duplicates", told.repeats),
            Row("statuses", stored, stored == len(told.statuses)),
            Row("replies", accepted),
            Row("unknown", sum(state == UNKNOWN for state in kept.replies.values())),
            _zero("lost", lost(told, kept)),
            _zero("doubled", doubled(told, kept)),
            _zero("contradicted", contradicted(told, kept)),
            _zero("quarantined", kept.quarantined),
            _zero("unfinished", unfinished),
        ),
        note,
    )


def is_over(kept: Kept) -> bool:
    """Whether nothing waits to be processed, and no reply to be sent."""
    return kept.waiting == 0 and _under_way(kept) == 0


def lost(told: Told, kept: Kept) -> int:
    """Count what was acknowledged and is not there, and replies that nobody ever got."""
    gone = (told.acknowledged - kept.messages.keys()) | (told.statuses - kept.statuses.keys())
    unheard = [
        name
        for name, state in kept.replies.items()
        if state == HANDED_OVER and name not in told.sends
    ]
    return len(gone) + len(unheard)


def doubled(told: Told, kept: Kept) -> int:
    """Count what is there more than once, and replies that the customer read more than once."""
    return sum(map(_more_than_once, (kept.messages, kept.statuses, told.sends)))


def contradicted(told: Told, kept: Kept) -> int:
    """Count messages that nobody sent, and replies that only one side believes to have failed."""
    invented = len(kept.messages.keys() - told.acknowledged) if told.unsettled == 0 else 0
    denied = [
        name
        for name in told.sends
        if kept.replies.get(name) not in {HANDED_OVER, UNKNOWN, *UNDER_WAY}
    ]
    return invented + len(denied)


def _zero(name: str, count: int) -> Row:
    return Row(name, count, count == 0)


def _more_than_once(counts: Mapping[str, int]) -> int:
    return sum(count > 1 for count in counts.values())


def _under_way(kept: Kept) -> int:
    return sum(state in UNDER_WAY for state in kept.replies.values())

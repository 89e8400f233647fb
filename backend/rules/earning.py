"""How often a rule gives points, and how many in all: pure.

Points that have a limit say in their cadence key how many they were and when: `key|points|seconds`.
So what was earned already is read off the keys of a lead, live, after a merge and in a rehearsal
alike. A limit counts from the version that sets it; points that were taken back still count.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from backend.rules.definition import AddPoints, Cadence
from backend.rules.facts import MessageFacts

SEPARATOR = "|"
SECONDS_IN_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Earning:
    """Points, and the key under which they count."""

    points: int
    cadence_key: str


def cadence_key(cadence: Cadence, message: MessageFacts, key: str, timezone: ZoneInfo) -> str:
    """Return the key under which points count once: per lead, per local day, or per message."""
    match cadence:
        case Cadence.ONCE:
            return key
        case Cadence.DAILY:
            return f"{key}:{message.sent_at.astimezone(timezone).date().isoformat()}"
        case Cadence.EVERY:
            return f"{key}:{message.message_id}"
        case _:
            assert_never(cadence)


def earned(
    action: AddPoints,
    message: MessageFacts,
    keys: Collection[str],
    *,
    key: str,
    timezone: ZoneInfo,
) -> Earning | None:
    """Return what a message earns beside what the keys say was earned, or `None`."""
    here = cadence_key(action.cadence, message, key, timezone)
    if here in keys or action.points == 0:
        return None
    if action.cap is None and action.cooldown_hours is None:
        return Earning(action.points, here)
    before = list(_limited(keys, key))
    if any(each.cadence_key == here for each, _ in before):
        return None
    at = int(message.sent_at.timestamp())
    pause = (action.cooldown_hours or 0) * SECONDS_IN_HOUR
    if any(abs(at - then) < pause for _, then in before):
        return None
    points = _left(action, sum(each.points for each, _ in before))
    return Earning(points, SEPARATOR.join((here, str(points), str(at)))) if points else None


def _limited(keys: Collection[str], key: str) -> Iterator[tuple[Earning, int]]:
    """Yield what an action gave within a limit, and when."""
    for each in keys:
        if each.startswith(f"{key}:") and SEPARATOR in each:
            there, points, at = each.split(SEPARATOR)
            yield Earning(int(points), there), int(at)


def _left(action: AddPoints, before: int) -> int:
    """Return as many of the points as the cap leaves; it counts points of either sign."""
    if action.cap is None:
        return action.points
    sign = 1 if action.points > 0 else -1
    return sign * max(min(abs(action.points), action.cap - sign * before), 0)

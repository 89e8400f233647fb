"""Decisions about a channel's standing: which of two reports of a fact is the newer one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """Facts by name, and for each the moment (ISO 8601, UTC) it was true at."""

    facts: Mapping[str, Any]
    known_at: Mapping[str, str]


def fresher(known: Known, said: Mapping[str, Any], at: datetime) -> Known:
    """Take over what is said as of a moment, fact by fact, where nothing newer is known.

    `None` says nothing. Two reports of the same moment give the same result in any order.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    facts, known_at = dict(known.facts), dict(known.known_at)
    for name, value in said.items():
        held = known_at.get(name, ""), str(facts.get(name))
        if value is not None and (moment, str(value)) > held:
            facts[name], known_at[name] = value, moment
    return Known(facts, known_at)

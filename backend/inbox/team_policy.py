"""Decisions of working as a team: mentions, quick replies, when a snooze ends. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.inbox.team_schemas import Colleague

MOST_NOTE: Final = 4096
MOST_QUICK_REPLY: Final = 2000
MORNING: Final = 9
LONGEST_SNOOZE: Final = timedelta(days=366)
UNDO_TIME: Final = timedelta(minutes=10)
SEEN_TIME: Final = timedelta(seconds=25)
WRITING_TIME: Final = timedelta(seconds=6)
SHORTCUT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
PLACEHOLDER: Final = re.compile(r"\{\{([^{}]*)\}\}")
VARIABLES: Final = ("first_name", "full_name", "agent_name", "agent_first_name", "workspace_name")
_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)


class Snooze(StrEnum):
    """A moment that people say in words."""

    IN_1_HOUR = "in_1_hour"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next_week"


def snoozed_until(snooze: Snooze, now: datetime, timezone: str) -> datetime:
    """Return when a snooze ends: mornings are the workspace's own, a week begins on Monday."""
    local = now.astimezone(ZoneInfo(timezone))
    match snooze:
        case Snooze.IN_1_HOUR:
            return now + timedelta(hours=1)
        case Snooze.TOMORROW:
            days = 1
        case Snooze.NEXT_WEEK:
            days = 7 - local.weekday()
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0, fold=0)
    return (morning + timedelta(days=days)).astimezone(now.tzinfo)


def is_moment_to_wake(until: datetime, now: datetime) -> bool:
    """Whether a conversation may sleep until then."""
    return now < until <= now + LONGEST_SNOOZE


def handles(people: Iterable[tuple[UUID, str]]) -> tuple[Colleague, ...]:
    """Give each person a handle: the first name, and more of the name where two share it."""
    taken: set[str] = set()
    named: list[Colleague] = []
    for user_id, name in people:
        words = re.findall(r"[a-z0-9]+", name.lower()) or ["colleague"]
        handle = words[0]
        if handle in taken:
            handle = ".".join(words)
        number = 2
        while handle in taken:
            handle, number = f"{'.'.join(words)}.{number}", number + 1
        taken.add(handle)
        named.append(Colleague(id=user_id, name=name, handle=handle))
    return tuple(named)


def mentioned(text: str, colleagues: Sequence[Colleague]) -> tuple[UUID, ...]:
    """Return whom a note mentions, each once, in the order of the text."""
    known = {one.handle: one.id for one in colleagues}
    said = (found.rstrip("._-").lower() for found in _MENTION.findall(text))
    return tuple(dict.fromkeys(known[handle] for handle in said if handle in known))


def unknown_variables(text: str) -> tuple[str, ...]:
    """Return the placeholders of a quick reply that name nothing we know, in their order."""
    return tuple(name for name in PLACEHOLDER.findall(text) if name.strip() not in VARIABLES)


def is_well_formed(text: str) -> bool:
    """Whether every brace pair of a text is a placeholder."""
    left = PLACEHOLDER.sub("", text)
    return "{{" not in left and "}}" not in left


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in for the placeholders; where one is missing, no gap is left behind."""
    written = PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), ""), text)
    return re.sub(r"[ \t]+(?=[ \t,.!?;:\n]|$)", "", written).strip()

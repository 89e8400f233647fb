"""Which leads a query asks for, as SQL over bound values; column names come from this file only."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from backend.kit.text import clean
from backend.leads.errors import BadLeadQuery
from backend.leads.lifecycle_policy import Band, Lifecycle
from backend.leads.schemas import LeadMoment, LeadQuery

MOST_IDLE_DAYS = 3650
MOMENT_COLUMNS = {
    LeadMoment.OPENED: "opened_at",
    LeadMoment.QUALIFIED: "qualified_at",
    LeadMoment.CONVERTED: "converted_at",
    LeadMoment.LOST: "lost_at",
}
BOUNDS = {"warm_from": Lifecycle().warm_from, "hot_from": Lifecycle().hot_from}
# Bounds are looked up once for a statement, so that the index on the score serves the bands.
WARM = "COALESCE((SELECT warm_from FROM lifecycle WHERE workspace_id = :workspace_id), :warm_from)"
HOT = "COALESCE((SELECT hot_from FROM lifecycle WHERE workspace_id = :workspace_id), :hot_from)"
IN_BAND = {
    Band.COLD: f"l.score < {WARM}",
    Band.WARM: f"l.score >= {WARM} AND l.score < {HOT}",
    Band.HOT: f"l.score >= {HOT}",
}
TWO_OWNERS = "A lead cannot have this owner and none."
IDLE_DAYS = "So many days without activity cannot be asked for."
ABSENT: tuple[object, ...] = (None, "", (), [])

Asked = tuple[object, str, str]


def check(query: LeadQuery) -> None:
    """Raise `BadLeadQuery` for a question that no lead can answer."""
    if _is_reversed(query.score_from, query.score_to):
        reason = f"The score cannot be at least {query.score_from} and at most {query.score_to}."
        expected = f"a number up to {query.score_to}"
        raise BadLeadQuery(reason, field="min_score", expected=expected)
    if query.owner_id is not None and query.is_unowned:
        raise BadLeadQuery(TWO_OWNERS, field="owner", expected="a user, or none")
    if query.idle_days is not None and not 0 <= query.idle_days <= MOST_IDLE_DAYS:
        expected = f"a number of days from 0 to {MOST_IDLE_DAYS}"
        raise BadLeadQuery(IDLE_DAYS, field="idle_days", expected=expected)


def conditions(query: LeadQuery, *, now: datetime) -> tuple[list[str], dict[str, Any]]:
    """Return what a lead `l` of a contact `c` has to meet, with the values that are bound."""
    given = [
        asked
        for asked in (*_of_lead(query), *_of_contact(query), *_of_time(query, now))
        if asked[0] not in ABSENT
    ]
    found = [condition for _, condition, _ in given]
    found += [
        condition
        for is_asked, condition in (
            (query.is_unowned, "l.owner_id IS NULL"),
            (query.is_stale, "l.stale_at IS NOT NULL"),
            (query.has_returned, "l.returned_from IS NOT NULL"),
        )
        if is_asked
    ]
    if query.moment:
        found.append(f"l.{MOMENT_COLUMNS[query.moment]} IS NOT NULL")
    if query.band:
        found.append(IN_BAND[query.band])
    return found, {name: value for value, _, name in given}


def all_of(found: Iterable[str]) -> str:
    """Join conditions to those that a statement has."""
    return "".join(f" AND {condition}" for condition in found)


def _of_lead(query: LeadQuery) -> tuple[Asked, ...]:
    stages = [str(stage) for stage in query.stages]
    # One stage is compared by itself: the index on it then also gives the order.
    one, several = (stages[0], None) if len(stages) == 1 else (None, stages)
    return (
        (one, "l.stage = :stage", "stage"),
        (several, "l.stage = ANY(CAST(:stages AS text[]))", "stages"),
        (_tags(query.tags_all), "l.tags @> CAST(:tags_all AS text[])", "tags_all"),
        (_tags(query.tags_any), "l.tags && CAST(:tags_any AS text[])", "tags_any"),
        (_tags(query.tags_none), "NOT l.tags && CAST(:tags_none AS text[])", "tags_none"),
        (query.score_from, "l.score >= :score_from", "score_from"),
        (query.score_to, "l.score <= :score_to", "score_to"),
        (query.owner_id, "l.owner_id = :owner_id", "owner_id"),
    )


def _of_contact(query: LeadQuery) -> tuple[Asked, ...]:
    return (
        (query.channel_id, "l.channel_id = :channel_id", "channel_id"),
        (query.contact_id, "l.contact_id = :contact_id", "contact_id"),
        (query.conversation_id, "l.conversation_id = :conversation_id", "conversation_id"),
    )


def _of_time(query: LeadQuery, now: datetime) -> tuple[Asked, ...]:
    column = f"l.{MOMENT_COLUMNS[query.moment or LeadMoment.OPENED]}"
    idle = None if query.idle_days is None else now - timedelta(days=query.idle_days)
    return (
        (query.moment and query.moment_from, f"{column} >= :moment_from", "moment_from"),
        (query.moment and query.moment_to, f"{column} < :moment_to", "moment_to"),
        (query.active_from, "l.last_activity_at >= :active_from", "active_from"),
        (query.active_to, "l.last_activity_at < :active_to", "active_to"),
        (idle, "l.last_activity_at <= :idle_since", "idle_since"),
    )


def _tags(tags: Iterable[str]) -> list[str]:
    return [tag for given in tags if (tag := clean(given).strip().lower())]


def _is_reversed(low: int | None, high: int | None) -> bool:
    return low is not None and high is not None and low > high

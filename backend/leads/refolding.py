"""What a lead is, from how it was at some moment and what its timeline tells since: pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.leads.policy import Stage, further, has_ended, means_qualified
from backend.leads.schemas import EventKind

Row = Mapping[str, Any]
UNKNOWN = (
    "value",
    "currency",
    "qualified_at",
    "converted_at",
    "lost_at",
    "loss_reason",
    "stale_at",
    "decayed_on",
    "returned_from",
)


def refolded(base: Row, events: Sequence[Row]) -> dict[str, Any]:
    """Return the columns of a lead after some events, in the order in which they were recorded.

    An event has kind, data, occurred_at, and conversation_id where it tells of a message.
    """
    lead = dict(base)
    lead["tags"] = list(base["tags"])
    for event in events:
        _tell(lead, event)
    lead["tags"] = sorted(lead["tags"])
    return lead


def blank(events: Sequence[Row], template: Row) -> dict[str, Any]:
    """Return a lead of which nothing is known but its messages; an imported one may have none."""
    written = [event["occurred_at"] for event in events if event["kind"] == EventKind.MESSAGE]
    first = min(written, default=template["opened_at"])
    nothing = dict.fromkeys(UNKNOWN)
    return {
        **template,
        **nothing,
        "stage": Stage.NEW,
        "tags": [],
        "score": 0,
        "opened_at": first,
        "last_activity_at": first,
    }


def taking_in(lead: Row, other: Row) -> dict[str, Any]:
    """Return a lead that takes another one of the same customer in, as when contacts are merged.

    A lead that has ended stays ended; one that takes an ended one in has ended with it.
    """
    taken = dict(lead)
    _hear(taken, other["last_activity_at"], other["conversation_id"])
    taken["opened_at"] = min(lead["opened_at"], other["opened_at"])
    qualified: list[datetime] = [
        at for at in (lead["qualified_at"], other["qualified_at"]) if at is not None
    ]
    taken["qualified_at"] = min(qualified, default=None)
    taken["tags"] = sorted({*lead["tags"], *other["tags"]})
    if lead["value"] is None:
        taken |= {"value": other["value"], "currency": other["currency"]}
    if not has_ended(Stage(lead["stage"])):
        is_end = has_ended(Stage(other["stage"]))
        here, there = Stage(lead["stage"]), Stage(other["stage"])
        taken["stage"] = there if is_end else further(here, there)
        taken |= {name: other.get(name) for name in ("converted_at", "lost_at", "loss_reason")}
    return taken


def _tell(lead: dict[str, Any], event: Row) -> None:
    data, at = event["data"], event["occurred_at"]
    match event["kind"]:
        case EventKind.MESSAGE:
            _hear(lead, at, event["conversation_id"])
        case EventKind.STAGE:
            _move(lead, Stage(data["to"]), at)
            lead["loss_reason"] = data.get("reason")
        case EventKind.TAGGED:
            lead["tags"] = [*{*lead["tags"], data["tag"]}]
        case EventKind.UNTAGGED:
            lead["tags"] = [*{*lead["tags"]} - {data["tag"]}]
        case EventKind.VALUED:
            lead["value"] = None if data["value"] is None else Decimal(data["value"])
            lead["currency"] = data["currency"]
        case _:
            pass


def _hear(lead: dict[str, Any], at: datetime, conversation_id: UUID) -> None:
    lead["opened_at"] = min(lead["opened_at"], at)
    if at >= lead["last_activity_at"]:
        lead["last_activity_at"] = at
        lead["conversation_id"] = conversation_id


def _move(lead: dict[str, Any], stage: Stage, at: datetime) -> None:
    lead["stage"] = stage
    if means_qualified(stage):
        lead["qualified_at"] = min(filter(None, (lead["qualified_at"], at)))
    lead["converted_at"] = _earliest(lead["converted_at"], at, stage is Stage.CONVERTED)
    lead["lost_at"] = _earliest(lead["lost_at"], at, stage is Stage.LOST)


def _earliest(known: datetime | None, at: datetime, is_there: bool) -> datetime | None:  # noqa: FBT001
    return min(filter(None, (known, at))) if is_there else None

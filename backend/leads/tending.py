"""What time does to leads: they grow stale, and their scores decay."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from backend.auth import Actor, workspace_settings
from backend.kit.ids import LeadId, new_id
from backend.leads.lifecycle import settings_of
from backend.leads.lifecycle_policy import Decay, Lifecycle, decayed
from backend.leads.lifecycle_repository import LifecycleRepository
from backend.leads.policy import Stage
from backend.leads.recording import SYSTEM_NAME
from backend.leads.repository import LeadRepository
from backend.leads.schemas import Effect, EventKind
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

CHUNK: Final = 500


def tend(workspace_id: UUID) -> int:
    """Mark what grew stale and let scores decay, some leads in a transaction; says how many."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        row = LifecycleRepository(uow, workspace_id).settings()
    if row is None:
        return 0
    settings, tended = settings_of(row), 0
    for stage in settings.stale_days:
        while True:
            with unit_of_work(actor) as uow:
                marked = mark_stale(uow, workspace_id, settings, stage)
            tended += marked
            if marked < CHUNK:
                break
    while settings.decay is not Decay.OFF:
        with unit_of_work(actor) as uow:
            looked_at = decay(uow, workspace_id, settings, since=row["decays_after"])
        tended += looked_at
        if looked_at < CHUNK:
            break
    return tended


def mark_stale(uow: UnitOfWork, workspace_id: UUID, settings: Lifecycle, stage: Stage) -> int:
    """Mark leads of a stage that have waited too long; their timelines say so."""
    before = uow.now - timedelta(days=settings.stale_days[stage])
    ids = LifecycleRepository(uow, workspace_id).mark_stale(stage, before=before, limit=CHUNK)
    effects = [
        Effect(
            lead_id=LeadId(lead_id),
            kind=EventKind.STALE,
            data={"stage": stage, "days": settings.stale_days[stage]},
            actor_name=SYSTEM_NAME,
            occurred_at=uow.now,
        )
        for lead_id in ids
    ]
    LeadRepository(uow, workspace_id).add_events(effects)
    if ids:
        uow.announce("leads", *ids)
    return len(ids)


def decay(uow: UnitOfWork, workspace_id: UUID, settings: Lifecycle, *, since: date | None) -> int:
    """Let scores fall for each day of silence up to today, once a day; says how many were due."""
    zone = ZoneInfo(workspace_settings(uow, workspace_id).timezone)
    today = uow.now.astimezone(zone).date()
    repository = LifecycleRepository(uow, workspace_id)
    due = repository.decaying(today, limit=CHUNK)
    rows = [
        {
            **_entry(day, points, zone),
            "id": new_id(),
            "workspace_id": workspace_id,
            "lead_id": row["id"],
            "created_at": uow.now,
        }
        for row in due
        for day, points in _losses(settings, row, zone, since=since, today=today)
    ]
    repository.add_decay(rows)
    if due:
        repository.finish_decay([row["id"] for row in due], today)
        uow.announce("leads", *(row["id"] for row in due))
    return len(due)


def _losses(
    settings: Lifecycle, row: RowMapping, zone: ZoneInfo, *, since: date | None, today: date
) -> list[tuple[date, int]]:
    silent_since = row["last_activity_at"].astimezone(zone).date()
    after = max(filter(None, (row["decayed_on"], since, silent_since)))
    return decayed(settings, row["score"], silent_since=silent_since, after=after, today=today)


def _entry(day: date, points: int, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "rule_version_id": None,
        "message_id": None,
        "points": points,
        "reason": "No message for a while",
        "cadence_key": f"decay:{day.isoformat()}",
        "occurred_at": datetime.combine(day, time(), tzinfo=zone),
    }

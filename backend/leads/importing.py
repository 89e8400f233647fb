"""Leads that come from a file: opened or changed many at a time, each with its timeline.

A lead that a file opens is born in its stage, because its moves were made elsewhere; it must have
what that stage requires. An open lead that a file changes moves as people do: an allowed move only,
with what the stage requires. Rules are not run, as nobody wrote anything.

Every change is told on the timeline and points are in the ledger, as for any other lead. What the
file says of source, consent and own columns stands on the line that opened or changed the lead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.kit.ids import LeadId, new_id
from backend.leads.lifecycle import EXPECTED, IN_WORDS, settings_of
from backend.leads.lifecycle_policy import Facts, Lifecycle, Need, allowed, missing
from backend.leads.lifecycle_repository import LifecycleRepository
from backend.leads.policy import Stage, means_qualified
from backend.leads.recording import load_states, record_effects
from backend.leads.repository import LeadRepository
from backend.leads.schemas import Effect, EventKind
from backend.platform.unit_of_work import UnitOfWork

OPEN = """
SELECT contact_id, id FROM lead
WHERE workspace_id = :workspace_id AND channel_id = :channel_id
  AND contact_id = ANY(CAST(:contacts AS uuid[])) AND stage NOT IN ('converted', 'lost')
"""
DESCRIBE = """
UPDATE lead AS l
SET value = COALESCE(w.value, l.value), currency = COALESCE(w.currency, l.currency),
    owner_id = COALESCE(w.owner_id, l.owner_id), updated_at = :now,
    loss_reason = COALESCE(w.reason, l.loss_reason)
FROM unnest(CAST(:leads AS uuid[]), CAST(:amounts AS numeric[]), CAST(:currencies AS text[]),
            CAST(:owners AS uuid[]), CAST(:reasons AS text[]))
  AS w(lead_id, value, currency, owner_id, reason)
WHERE l.workspace_id = :workspace_id AND l.id = w.lead_id
"""
STANDINGS = """
SELECT l.id, l.stage, l.value IS NOT NULL AS has_value, l.owner_id IS NOT NULL AS has_owner,
       l.tags <> '{}' AS has_tag, c.phone IS NOT NULL AS has_phone
FROM lead AS l JOIN contact AS c ON c.id = l.contact_id
WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:leads AS uuid[]))
ORDER BY l.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a lead has, or what a file says of one; `stage` is `None` when it says nothing."""

    stage: Stage | None = None
    has_value: bool = False
    has_owner: bool = False
    has_phone: bool = False
    has_tag: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the lifecycle refuses a row: what is lacking (`None`: the move), and what is right."""

    need: Need | None
    message: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLead:
    """A lead as a file tells of it; what is `None` is not told. `key` makes its points count once.

    `told` goes onto the timeline: the import, the row, source, consent and own columns.
    """

    key: str
    contact_id: UUID
    conversation_id: UUID
    opened_at: datetime
    stage: Stage | None = None
    tags: Sequence[str] = ()
    points: int = 0
    value: Decimal | None = None
    currency: str | None = None
    owner_id: UUID | None = None
    loss_reason: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])


def lifecycle_of(uow: UnitOfWork, workspace_id: UUID) -> Lifecycle:
    """Return what the workspace asks of its leads."""
    return settings_of(LifecycleRepository(uow, workspace_id).settings())


def standings(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Iterable[UUID], *, lock: bool
) -> dict[LeadId, Standing]:
    """Return what these leads have, held against others if they are about to be changed."""
    statement = STANDINGS + ("FOR UPDATE OF l" if lock else "")
    asked = {"workspace_id": workspace_id, "leads": sorted(set(lead_ids))}
    return {
        LeadId(row.id): Standing(
            stage=Stage(row.stage),
            has_value=row.has_value,
            has_owner=row.has_owner,
            has_phone=row.has_phone,
            has_tag=row.has_tag,
        )
        for row in uow.execute(statement, asked)
    }


def refusals(settings: Lifecycle, told: Standing, lead: Standing | None) -> Iterator[Refusal]:
    """Say why a file may not open a lead so, or not change this open one so."""
    before = lead.stage if lead and lead.stage else Stage.NEW
    after = told.stage or before
    if lead and after is not before and after not in (targets := allowed(settings, before)):
        message = f"a lead that is {before} does not become {after} in this workspace"
        expected = f"one of: {', '.join(targets)}" if targets else f"it stays {before}"
        yield Refusal(need=None, message=message, expected=expected)
    yield from _bad_reason(settings, told.reason, after)
    facts = Facts(
        has_value=told.has_value or (lead is not None and lead.has_value),
        has_owner=told.has_owner or (lead is not None and lead.has_owner),
        has_phone=told.has_phone or (lead is not None and lead.has_phone),
        has_tag=told.has_tag or (lead is not None and lead.has_tag),
        has_reason=told.reason is not None,
    )
    for need in missing(settings, after, facts) if after is not before else ():
        message = f"a lead needs {IN_WORDS[need]} to become {after}"
        yield Refusal(need=need, message=message, expected=EXPECTED[need])


def _bad_reason(settings: Lifecycle, reason: str | None, stage: Stage) -> Iterator[Refusal]:
    if reason is None:
        return
    if stage is not Stage.LOST:
        message = f"a lead that becomes {stage} has no loss reason"
        expected = "a reason with the stage lost only"
        yield Refusal(need=Need.LOSS_REASON, message=message, expected=expected)
    elif settings.loss_reasons and kept_reason(settings, reason) not in settings.loss_reasons:
        message = f"{reason[:40]!r} is not one of the loss reasons"
        expected = f"one of: {', '.join(settings.loss_reasons)}"
        yield Refusal(need=Need.LOSS_REASON, message=message, expected=expected)


def kept_reason(settings: Lifecycle, reason: str) -> str:
    """Return a loss reason as the workspace writes it."""
    known = {one.casefold(): one for one in settings.loss_reasons}
    return known.get(reason.casefold(), reason)


def open_among(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, contact_ids: Iterable[UUID]
) -> dict[UUID, LeadId]:
    """Return the open lead on a channel of each contact that has one."""
    asked = {
        "workspace_id": workspace_id,
        "channel_id": channel_id,
        "contacts": sorted(set(contact_ids)),
    }
    return {row.contact_id: LeadId(row.id) for row in uow.execute(OPEN, asked)}


def open_imported(
    uow: UnitOfWork,
    workspace_id: UUID,
    channel_id: UUID,
    given: Sequence[ImportedLead],
    *,
    by: str,
) -> tuple[LeadId, ...]:
    """Open a lead for each; nobody of them may have an open one, unless theirs has ended."""
    if not given:
        return ()
    repository = LeadRepository(uow, workspace_id)
    ids = tuple(LeadId(new_id()) for _ in given)
    rows = [
        _row(uow, workspace_id, channel_id, lead_id, lead)
        for lead_id, lead in zip(ids, given, strict=True)
    ]
    repository.add(rows)
    effects = [
        effect
        for lead_id, lead in zip(ids, given, strict=True)
        for effect in (_told(lead_id, lead, by, EventKind.OPENED, lead.opened_at),
                       *_effects(uow, lead_id, lead, by, Stage.NEW))
    ]  # fmt: skip
    repository.add_events(effects)
    repository.add_score_entries(effects)
    for row in rows:
        times = (row["opened_at"], row["qualified_at"], row["converted_at"], row["lost_at"])
        uow.note(channel_id, times)
    uow.announce("leads", *ids)
    return ids


def change_imported(
    uow: UnitOfWork,
    workspace_id: UUID,
    given: Mapping[LeadId, ImportedLead],
    *,
    by: str,
) -> None:
    """Give open leads what a file tells of them; what it does not tell stays."""
    if not given:
        return
    states = load_states(uow, workspace_id, given)
    effects: list[Effect] = []
    for lead_id, lead in given.items():
        state = states[lead_id]
        fresh = [tag for tag in lead.tags if tag not in state.tags]
        effects.append(_told(lead_id, lead, by, EventKind.IMPORTED, uow.now))
        effects += _effects(uow, lead_id, replace(lead, tags=fresh), by, state.stage)
        state.tags.update(fresh)
        if lead.stage:
            state.stage = lead.stage
        if lead.stage and means_qualified(lead.stage):
            state.qualify(uow.now)
    record_effects(uow, workspace_id, states, effects)
    uow.execute(
        DESCRIBE,
        {
            "workspace_id": workspace_id,
            "now": uow.now,
            "leads": list(given),
            "amounts": [lead.value for lead in given.values()],
            "currencies": [lead.currency for lead in given.values()],
            "owners": [lead.owner_id for lead in given.values()],
            "reasons": [lead.loss_reason for lead in given.values()],
        },
    )


def _row(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, lead_id: UUID, lead: ImportedLead
) -> dict[str, Any]:
    stage = lead.stage or Stage.NEW
    return {
        "id": lead_id,
        "workspace_id": workspace_id,
        "channel_id": channel_id,
        "contact_id": lead.contact_id,
        "conversation_id": lead.conversation_id,
        "stage": stage,
        "tags": list(lead.tags),
        "score": lead.points,
        "owner_id": lead.owner_id,
        "value": lead.value,
        "currency": lead.currency,
        "loss_reason": lead.loss_reason,
        "opened_at": lead.opened_at,
        "last_activity_at": lead.opened_at,
        "qualified_at": uow.now if means_qualified(stage) else None,
        "converted_at": uow.now if stage is Stage.CONVERTED else None,
        "lost_at": uow.now if stage is Stage.LOST else None,
        "created_at": uow.now,
        "updated_at": uow.now,
    }


def _told(lead_id: LeadId, lead: ImportedLead, by: str, kind: EventKind, at: datetime) -> Effect:
    return Effect(lead_id=lead_id, kind=kind, data=lead.told, actor_name=by, occurred_at=at)


def _effects(
    uow: UnitOfWork,
    lead_id: LeadId,
    lead: ImportedLead,
    by: str,
    stage: Stage,
) -> list[Effect]:
    found: list[tuple[EventKind, dict[str, Any]]] = [
        (EventKind.TAGGED, {"tag": tag}) for tag in lead.tags
    ]
    if lead.stage and lead.stage is not stage:
        why = {"reason": lead.loss_reason} if lead.loss_reason else {}
        found.append((EventKind.STAGE, {"from": stage, "to": lead.stage, **why}))
    if lead.points:
        data = {"points": lead.points, "reason": "Imported", "cadence_key": lead.key}
        found.append((EventKind.SCORED, data))
    if lead.value is not None:
        data = {"value": str(lead.value), "currency": lead.currency}
        found.append((EventKind.VALUED, data))
    return [
        Effect(lead_id=lead_id, kind=kind, data=data, actor_name=by, occurred_at=uow.now)
        for kind, data in found
    ]

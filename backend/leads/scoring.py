"""Explaining a score: the waterfall, what it would be without a rule, and disputes."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from backend.auth import Actor
from backend.kit.text import clean
from backend.leads import service
from backend.leads.errors import BadReason, CannotDispute, NoSuchEntry
from backend.leads.lifecycle import settings_of
from backend.leads.lifecycle_policy import Lifecycle, band
from backend.leads.lifecycle_repository import LifecycleRepository
from backend.leads.recording import record_effects
from backend.leads.schemas import (
    Effect,
    EventKind,
    ScoreEntryView,
    Step,
    Waterfall,
    WithoutRule,
)
from backend.platform.unit_of_work import UnitOfWork

DISPUTE: Final = "dispute:"
UNDONE: Final = "undone:"
REASON_LENGTH: Final = 200


def waterfall(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> Waterfall:
    """Return how a lead's score came about; raises `LeadNotFound`."""
    entries = service.score_entries(uow, actor, lead_id)
    settings = settings_of(LifecycleRepository(uow, actor.workspace_id).settings())
    return explained(entries, settings)


def explained(entries: Sequence[ScoreEntryView], settings: Lifecycle) -> Waterfall:
    """Lay a ledger, oldest entry first, out as a waterfall. Pure."""
    disputed = {name: entry.id for entry in entries if (name := disputed_by(entry))}
    steps: list[Step] = []
    total = 0
    for entry in entries:
        total += entry.points
        step = Step(
            entry=entry,
            total=total,
            disputes=disputed_by(entry),
            disputed_by=disputed.get(entry.id),
        )
        steps.append(step)
    return Waterfall(
        score=total,
        band=band(total, warm_from=settings.warm_from, hot_from=settings.hot_from),
        steps=tuple(steps),
        without=tuple(
            WithoutRule(
                rule_name=name,
                points=points,
                score=total - points,
                band=band(total - points, warm_from=settings.warm_from, hot_from=settings.hot_from),
            )
            for name, points in _by_rule(entries).items()
        ),
    )


def disputed_by(entry: ScoreEntryView) -> UUID | None:
    """Return which entry this one takes back, if it is a dispute."""
    if not entry.cadence_key.startswith(DISPUTE):
        return None
    return UUID(entry.cadence_key.removeprefix(DISPUTE))


def dispute(
    uow: UnitOfWork, actor: Actor, lead_id: UUID, *, entry_id: UUID, reason: str
) -> Waterfall:
    """Take back the points of one entry by another that names it; each entry once.

    Raises `LeadNotFound`, `NoSuchEntry`, `CannotDispute`, `BadReason`.
    """
    said = clean(reason).strip()
    if not 0 < len(said) <= REASON_LENGTH:
        expected = f"1 to {REASON_LENGTH} characters"
        message = "say why the points are wrong"
        raise BadReason(message, field="reason", expected=expected)
    state = service.load(uow, actor, lead_id)
    entry = _disputable(service.score_entries(uow, actor, lead_id), entry_id)
    effect = Effect(
        lead_id=state.lead_id,
        kind=EventKind.SCORED,
        data={
            "points": -entry.points,
            "reason": said,
            "cadence_key": f"{DISPUTE}{entry.id}",
            "disputed": entry.reason,
        },
        actor_name=actor.name,
        occurred_at=uow.now,
        message_id=entry.message_id,  # so that it goes wherever its entry goes
    )
    state.score -= entry.points
    record_effects(uow, actor.workspace_id, {state.lead_id: state}, [effect])
    return waterfall(uow, actor, lead_id)


def _disputable(entries: Sequence[ScoreEntryView], entry_id: UUID) -> ScoreEntryView:
    known = {entry.id: entry for entry in entries}
    entry = known.get(entry_id)
    if entry is None:
        message = "this lead's score has no such entry"
        raise NoSuchEntry(message, field="entry_id", expected="an entry of its ledger")
    expected = "an entry that stands"
    if disputed_by(entry):
        message = "a dispute cannot be disputed"
        raise CannotDispute(message, field="entry_id", expected=expected)
    if any(disputed_by(one) == entry_id or _undoes(one, entry) for one in entries):
        message = "these points were taken back already"
        raise CannotDispute(message, field="entry_id", expected=expected)
    return entry


def _undoes(one: ScoreEntryView, entry: ScoreEntryView) -> bool:
    """Whether an entry undoes another, as the undo of rules does."""
    return one.cadence_key.startswith(UNDONE) and one.cadence_key.endswith(f":{entry.cadence_key}")


def _by_rule(entries: Sequence[ScoreEntryView]) -> Mapping[str, int]:
    """Return the points of each rule, with what was taken back of them."""
    names = {entry.id: entry.rule_name for entry in entries}
    sums: dict[str, int] = {}
    for entry in entries:
        taken = disputed_by(entry)
        name = names.get(taken) if taken else entry.rule_name
        if name:
            sums[name] = sums.get(name, 0) + entry.points
    return sums

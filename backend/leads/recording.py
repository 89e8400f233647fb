"""Recording what changed of leads: every effect with its reason, then the leads that follow."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.kit.ids import LeadId
from backend.leads.lifecycle_policy import EVERY_MOVE
from backend.leads.policy import Stage, moves_of
from backend.leads.repository import LeadRepository
from backend.leads.schemas import Effect, EventKind, LeadState
from backend.platform.unit_of_work import UnitOfWork

TAG_SEPARATOR = "\x1f"
SYSTEM_NAME = "LeadFlow"


def load_states(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Iterable[UUID]
) -> dict[LeadId, LeadState]:
    """Lock some leads and return what rules see of them."""
    return {
        LeadId(row["id"]): LeadState(
            lead_id=LeadId(row["id"]),
            stage=Stage(row["stage"]),
            tags=set(row["tags"]),
            score=row["score"],
            cadence_keys=set(row["cadence_keys"]),
            qualified_at=row["qualified_at"],
            moves=moves_of(row["moves"]) if row["moves"] else EVERY_MOVE,
        )
        for row in LeadRepository(uow, workspace_id).states(lead_ids)
    }


def record_effects(
    uow: UnitOfWork,
    workspace_id: UUID,
    states: Mapping[LeadId, LeadState],
    effects: Sequence[Effect],
) -> None:
    """Write what changed: the ledger and the timeline first, then the leads that follow them.

    A move that was refused changes nothing; only the run of its rule tells of it.
    """
    effects = [effect for effect in effects if effect.kind is not EventKind.REFUSED]
    redated = {state.lead_id for state in states.values() if state.is_redated}
    changed = sorted({effect.lead_id for effect in effects} | redated)
    if not changed:
        return
    repository = LeadRepository(uow, workspace_id)
    repository.add_score_entries(effects)
    repository.add_events(effects)
    moved: dict[UUID, datetime] = {}
    for effect in effects:
        if effect.kind is EventKind.STAGE:
            moved[effect.lead_id] = effect.occurred_at
    recounted = sorted({*moved, *redated})
    _count_anew(uow, repository, recounted)
    repository.store([_stored(states[lead_id], moved.get(lead_id)) for lead_id in changed])
    _count_anew(uow, repository, recounted)
    uow.announce("leads", *changed)


def _count_anew(uow: UnitOfWork, repository: LeadRepository, lead_ids: Sequence[UUID]) -> None:
    """Note the days on which these leads count now; called before and after a change."""
    if not lead_ids:
        return
    for row in repository.moments(lead_ids):
        times = (row["opened_at"], row["qualified_at"], row["converted_at"], row["lost_at"])
        uow.note(row["channel_id"], times)


def _stored(state: LeadState, moved_at: datetime | None) -> dict[str, Any]:
    return {
        "lead_id": state.lead_id,
        "stage": state.stage,
        "tags": TAG_SEPARATOR.join(sorted(state.tags)),
        "moved_at": moved_at,
        "qualified_at": state.qualified_at,
    }

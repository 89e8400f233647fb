"""What is held of the rules that met one person's messages."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

RUNS = """
rule_run WHERE workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))
"""


def held_about(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the runs on some leads."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids)}
    query = f"SELECT to_jsonb(rule_run) FROM {RUNS} ORDER BY occurred_at, id"
    return {"rule_run": uow.execute(query, asked).scalars().all()}


def erase(uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]) -> tuple[Erased, ...]:
    """Leave the runs: they say what a rule did, in the rule's own words."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids)}
    kept = uow.execute(f"SELECT count(*) FROM {RUNS}", asked).scalar_one()
    return (Erased(table="rule_run", kept=kept, note="says what a rule did, in the rule's words"),)

"""What is held of what led to one person's leads."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

THEIRS = "workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))"
HELD = f"SELECT to_jsonb(t) FROM touch AS t WHERE {THEIRS} ORDER BY occurred_at, id"
# A click id names one person's click, and what they answered to is a provider's id of a message;
# the ad that was clicked is not about them.
BLANK = f"""
UPDATE touch SET click_id = NULL, source_url = split_part(source_url, '?', 1),
       source_id = CASE WHEN kind = 'reply' THEN NULL ELSE source_id END
WHERE {THEIRS}
"""


def held_about(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the touches of some leads."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids)}
    return {"touch": uow.execute(HELD, asked).scalars().all()}


def erase(uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]) -> tuple[Erased, ...]:
    """Forget whose click it was; that an ad led to a lead stays."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids)}
    blanked = uow.execute(BLANK, asked).rowcount
    return (Erased(table="touch", blanked=blanked, note="keeps the ad, loses the click"),)

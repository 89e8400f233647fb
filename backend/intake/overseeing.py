"""What somebody who looks after deliveries reads, besides the lists of the slice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.auth import Actor, Permission
from backend.intake.effects_repository import WATCHED, EffectsRepository, Rows
from backend.intake.overseeing_repository import OverseeingRepository
from backend.intake.replay_schemas import Example
from backend.platform.masking import masked_text
from backend.platform.unit_of_work import UnitOfWork

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """The lead and the conversation that a row belongs to, as far as there are any."""

    lead_id: str | None = None
    conversation_id: str | None = None


def without_secrets(body: str) -> str:
    """Return a body as a screen may show it: what looks like a secret is blanked."""
    return masked_text(body)


def count_quarantined(uow: UnitOfWork, actor: Actor) -> int:
    """Return how many deliveries stand in quarantine; `MOST_COUNTED` stands for so many or more."""
    actor.require(Permission.EVENTS_READ)
    return OverseeingRepository(uow, actor.workspace_id).count(MOST_COUNTED)


def whereabouts(
    uow: UnitOfWork, actor: Actor, examples: Sequence[Example]
) -> Mapping[str, Whereabouts]:
    """Find whom the rows of a diff are about, by the row's id; rows to come are not there yet."""
    actor.require(Permission.EVENTS_READ)
    effects = EffectsRepository(uow)
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.table in WATCHED:
            wanted[example.table].append(example.id)
    rows = {
        row_id: {**row, f"{table}_id": row_id}
        for table, ids in wanted.items()
        for row_id, row in effects.rows(table, ids).items()
    }
    messages = effects.rows("message", _named(rows, "message_id"))
    for row in rows.values():
        row["conversation_id"] = row.get("conversation_id") or _conversation(row, messages)
    overseeing = OverseeingRepository(uow, actor.workspace_id)
    talks = overseeing.conversations_of(_named(rows, "contact_id"))
    return {
        row_id: Whereabouts(
            lead_id=row.get("lead_id"),
            conversation_id=row["conversation_id"] or talks.get(str(row.get("contact_id"))),
        )
        for row_id, row in rows.items()
    }


def _named(rows: Rows, column: str) -> list[str]:
    named: Iterable[str] = (row[column] for row in rows.values() if row.get(column))
    return sorted(set(named))


def _conversation(row: Mapping[str, Any], messages: Rows) -> str | None:
    message = messages.get(str(row.get("message_id")))
    return message["conversation_id"] if message else None

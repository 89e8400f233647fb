"""Rows that are right, made leads: some hundred in one transaction, each person once at a time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend import contacts, inbox, leads
from backend.channels import Identity
from backend.contacts import Sighting
from backend.importing import lifecycle_faults
from backend.importing.policy import Choice, Fault, Step, Twin, headers_of, step_of
from backend.importing.repository import ImportRepository, Settled
from backend.kit.ids import LeadId
from backend.leads import ImportedLead, Stage
from backend.platform.unit_of_work import UnitOfWork

OUTCOMES = {Step.OPEN: "created", Step.CHANGE: "changed", Step.LEAVE: "passed"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A row, what becomes of it, and the open lead that it changes."""

    row: RowMapping
    identity: Identity
    step: Step
    lead_id: LeadId | None = None
    faults: Sequence[Fault] = ()
    loss_reason: str | None = None

    @property
    def opened_at(self) -> str | None:
        """Return when the file says that the lead began."""
        return self.row["given"].get("opened_at")

    @property
    def is_left(self) -> bool:
        """Return whether nothing is written."""
        return self.step is Step.LEAVE or bool(self.faults)


def write_rows(
    uow: UnitOfWork, workspace_id: UUID, of: RowMapping, rows: Sequence[RowMapping]
) -> Counter[str]:
    """Write some rows of an import (`of`) and what became of each; returns the outcomes' counts."""
    tally: Counter[str] = Counter()
    for wave in _waves(rows):
        planned = _planned(uow, workspace_id, of, wave)
        done = _written(uow, workspace_id, of, planned)
        ImportRepository(uow, workspace_id).settle(of["id"], done)
        tally.update(each.outcome for each in done)
    return tally


def _waves(rows: Sequence[RowMapping]) -> Iterator[list[RowMapping]]:
    """Part rows so that nobody stands in one part twice; their order stays."""
    wave: list[RowMapping] = []
    people: set[str] = set()
    for row in rows:
        if row["person_key"] in people:
            yield wave
            wave, people = [], set()
        wave.append(row)
        people.add(row["person_key"])
    yield wave


def _planned(
    uow: UnitOfWork, workspace_id: UUID, of: RowMapping, rows: Sequence[RowMapping]
) -> list[Planned]:
    """Decide by what is so now, which may be other than when the file was checked."""
    settings = leads.lifecycle_of(uow, workspace_id)
    columns = headers_of(of["headers"], of["mapping"])
    who = [_identity(row["given"]) for row in rows]
    known = contacts.known_among(uow, workspace_id, who)
    open_leads = leads.open_among(uow, workspace_id, of["channel_id"], known.values())
    standing = leads.standings(uow, workspace_id, open_leads.values(), lock=True)
    planned: list[Planned] = []
    for row, identity in zip(rows, who, strict=True):
        contact_id = known.get(identity)
        lead_id = open_leads.get(contact_id) if contact_id else None
        twin = Twin.CONTACT if contact_id else Twin(row["twin"]) if row["twin"] else None
        stage = row["given"].get("stage", Stage.NEW)
        step = step_of(twin, Choice(of["choice"]), stage, has_open=lead_id is not None)
        changed = standing[lead_id] if lead_id and step is Step.CHANGE else None
        why = leads.refusals(settings, lifecycle_faults.told(row["given"]), changed)
        faults = lifecycle_faults.faults(why, columns) if step is not Step.LEAVE else ()
        told = row["given"].get("loss_reason")
        reason = leads.kept_reason(settings, told) if told else None
        planned.append(Planned(row, identity, step, lead_id, faults, reason))
    return planned


def _identity(given: Mapping[str, Any]) -> Identity:
    return Identity(
        phone=given.get("phone"),
        username=given.get("username"),
        display_name=given.get("name"),
    )


def _written(
    uow: UnitOfWork, workspace_id: UUID, of: RowMapping, planned: Sequence[Planned]
) -> list[Settled]:
    left = [_left(each) for each in planned if each.is_left]
    kept = [each for each in planned if not each.is_left]
    return [*left, *_brought_in(uow, workspace_id, of, kept)] if kept else left


def _left(planned: Planned) -> Settled:
    outcome = "refused" if planned.faults else OUTCOMES[planned.step]
    number = planned.row["row_number"]
    return Settled(row_number=number, outcome=outcome, faults=planned.faults)


def _brought_in(
    uow: UnitOfWork, workspace_id: UUID, of: RowMapping, kept: Sequence[Planned]
) -> list[Settled]:
    sightings = [Sighting(identities=[each.identity], seen_at=uow.now) for each in kept]
    contact_ids = contacts.resolve(uow, workspace_id, sightings).contact_ids
    since: dict[UUID, datetime] = {
        contact_id: _since(uow, each) for contact_id, each in zip(contact_ids, kept, strict=True)
    }
    places = inbox.conversations_for(uow, workspace_id, of["channel_id"], since)
    told = [
        _lead(uow, of, each, contact_id, places[contact_id])
        for contact_id, each in zip(contact_ids, kept, strict=True)
    ]
    by = str(of["requested_by"])
    changed = {
        each.lead_id: lead for each, lead in zip(kept, told, strict=True)
        if each.step is Step.CHANGE and each.lead_id
    }  # fmt: skip
    opened = [(each, lead) for each, lead in zip(kept, told, strict=True) if each.step is Step.OPEN]
    leads.change_imported(uow, workspace_id, changed, by=by)
    made = leads.open_imported(
        uow, workspace_id, of["channel_id"], [lead for _, lead in opened], by=by
    )
    ids = {each.row["row_number"]: lead for (each, _), lead in zip(opened, made, strict=True)}
    return [
        Settled(
            row_number=number,
            outcome=OUTCOMES[each.step],
            contact_id=contact_id,
            lead_id=ids.get(number, each.lead_id),
        )
        for contact_id, each in zip(contact_ids, kept, strict=True)
        for number in [each.row["row_number"]]
    ]


def _since(uow: UnitOfWork, planned: Planned) -> datetime:
    told = datetime.fromisoformat(planned.opened_at) if planned.opened_at else uow.now
    return min(told, uow.now)


def _lead(
    uow: UnitOfWork, of: RowMapping, planned: Planned, contact_id: UUID, conversation_id: UUID
) -> ImportedLead:
    given: Mapping[str, Any] = planned.row["given"]
    number = planned.row["row_number"]
    names = ("source", "consent", "consent_evidence", "custom")
    told = {name: given[name] for name in names if name in given}
    return ImportedLead(
        key=f"import:{of['id']}:{number}",
        contact_id=contact_id,
        conversation_id=conversation_id,
        opened_at=_since(uow, planned),
        stage=Stage(given["stage"]) if "stage" in given else None,
        tags=given.get("tags", ()),
        points=given.get("points", 0),
        value=Decimal(given["value"]) if "value" in given else None,
        currency=given.get("currency"),
        loss_reason=planned.loss_reason,
        owner_id=UUID(given["owner_email"]) if "owner_email" in given else None,
        told={"import": str(of["id"]), "row": number, **told},
    )

"""What the worker does with an import: check its rows, and write those that are right.

Each bundle of rows is committed together with the number of its last row. A crash anywhere means
that the bundle under way is done once more, and nothing of it twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend import contacts, inbox, leads
from backend.auth import Actor, MemberQuery, list_members
from backend.channels import Identity
from backend.importing import lifecycle_faults, policy, reading
from backend.importing.errors import FileRefused
from backend.importing.policy import Fault, Twin
from backend.importing.repository import ImportRepository
from backend.importing.schemas import ImportState
from backend.importing.service import TOPIC
from backend.importing.writing import write_rows
from backend.kit.errors import LeadFlowError, Unavailable
from backend.kit.ids import LeadId
from backend.kit.paging import PageRequest
from backend.platform import file_store
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

CHECKED_AT_ONCE: Final = 1_000
WRITTEN_AT_ONCE: Final = 250
MEMBERS_AT_ONCE: Final = 200
LEASE: Final = timedelta(minutes=2)
MAX_ATTEMPTS: Final = 5
PAUSE: Final = timedelta(seconds=10)
TALLIED: Final = ("created", "changed", "passed", "refused")
FRESH: Final = {"attempts": 0, "error": None}  # whoever got on has every attempt again

Known = tuple[str, str, UUID, UUID | None]


def work_off(workspace_id: UUID, import_id: UUID) -> None:
    """Do the present step of an import to its end, unless somebody else does it."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        row = ImportRepository(uow, workspace_id).claim(import_id, lease=LEASE)
    if row is None:
        return
    if row["attempts"] > MAX_ATTEMPTS:
        _fail(actor, import_id, _in_vain(row))
        return
    try:
        _work(actor, row)
    except Unavailable as error:
        _leave_for_later(actor, row, error)
    except LeadFlowError as error:
        _fail(actor, import_id, _in_words(error))
    except Exception as error:
        _leave_for_later(actor, row, error)
        raise


def _work(actor: Actor, row: RowMapping) -> None:
    if row["state"] == ImportState.CHECKING:
        _check_all(actor, row)
        return
    while _write_bundle(actor, row["id"]):
        pass


def _leave_for_later(actor: Actor, row: RowMapping, error: Exception) -> None:
    """Let another attempt begin soon, and later each time; it says what kind of error it was."""
    with unit_of_work(actor) as uow:
        repository = ImportRepository(uow, actor.workspace_id)
        now = repository.find(row["id"], lock=True)
        if now is None or now["finished_at"] is not None:
            return
        later = uow.now + PAUSE * 2 ** now["attempts"]
        repository.write(row["id"], {"lease_until": later, "error": type(error).__name__})


def _in_vain(row: RowMapping) -> str:
    last = f"; the last ended with {row['error']}" if row["error"] else ""
    return (
        f"given up after {MAX_ATTEMPTS} attempts that came no further than row {row['position']}"
        f"{last}; what is written stays, expected the file again, or a person who reads the log"
    )


def _in_words(error: LeadFlowError) -> str:
    return f"{error.message}; expected {error.expected}" if error.expected else error.message


def _check_all(actor: Actor, row: RowMapping) -> None:
    how = reading.Format(kind=row["kind"], encoding=row["encoding"], separator=row["separator"])
    with unit_of_work(actor) as uow:
        owners = _owners(uow, actor)
        if row["position"] == 0:
            ImportRepository(uow, actor.workspace_id).drop_rows(row["id"])
    with closing(_copy(row["file_key"])) as file:
        found = (each for each in reading.rows(file, how) if each.number > max(row["position"], 1))
        while bundle := list(islice(found, CHECKED_AT_ONCE)):
            if not _check_bundle(actor, row, bundle, owners):
                return
    with unit_of_work(actor) as uow:
        repository = ImportRepository(uow, actor.workspace_id)
        now = repository.find(row["id"], lock=True)
        if now and now["state"] == ImportState.CHECKING:
            total = max(now["position"] - 1, 0)
            values = {"state": ImportState.CHECKED, "total": total, "lease_until": None}
            repository.write(row["id"], values)
            uow.announce(TOPIC, row["id"])


def _copy(key: str) -> BinaryIO:
    file = file_store.workplace()
    try:
        for piece in file_store.pieces(key):
            file.write(piece)
    except FileNotFoundError:
        file.close()
        message = "the file is kept no longer"
        raise FileRefused(message, field="file", expected="to upload it again") from None
    return file


def _check_bundle(
    actor: Actor, row: RowMapping, bundle: Sequence[reading.Row], owners: Mapping[str, str]
) -> bool:
    """Check some rows and note them with the progress; false when the import was stopped."""
    columns = list(zip(row["headers"], row["mapping"], strict=True))
    low, high = bundle[0].number, bundle[-1].number
    checked = [
        (each.number, policy.check(each.cells, columns, each.formulas,
                                   region=row["region"], owners=owners))
        for each in bundle
    ]  # fmt: skip
    with unit_of_work(actor) as uow:
        repository = ImportRepository(uow, actor.workspace_id)
        now = repository.find(row["id"], lock=True)
        if now is None or now["state"] != ImportState.CHECKING:
            return False
        known = _known(uow, actor.workspace_id, row["channel_id"], [each for _, each in checked])
        held_back = _obey(uow, row, checked, known)
        noted = [_noted(number, each, held_back.get(number)) for number, each in checked]
        repository.add_rows(row["id"], noted)
        repository.mark_twins(row["id"], low=low, high=high)
        repository.mark_known(row["id"], known, low=low, high=high)
        values = {"position": high, "lease_until": uow.now + LEASE, **FRESH}
        repository.write(row["id"], values)
        uow.announce(TOPIC, row["id"])
        return True


def _obey(
    uow: UnitOfWork,
    row: RowMapping,
    checked: Sequence[tuple[int, policy.Checked]],
    known: Sequence[Known],
) -> dict[int, list[Fault]]:
    """Add what the lifecycle says against rows; returns what is said against changing leads."""
    settings = leads.lifecycle_of(uow, row["workspace_id"])
    columns = policy.headers_of(row["headers"], row["mapping"])
    by_key = {key: lead_id for key, _, _, lead_id in known}
    open_leads = [lead_id for lead_id in by_key.values() if lead_id]
    standing = leads.standings(uow, row["workspace_id"], open_leads, lock=False)
    held_back: dict[int, list[Fault]] = {}
    for number, each in checked:
        if each.faults:
            continue
        lead_id = by_key.get(policy.person_key(each.values) or "")
        lead = standing.get(LeadId(lead_id)) if lead_id else None
        why = leads.refusals(settings, lifecycle_faults.told(each.values), lead)
        if found := lifecycle_faults.faults(why, columns):
            if lead:
                held_back[number] = found
            else:
                each.faults += found
    return held_back


def _noted(
    number: int, checked: policy.Checked, held_back: Sequence[Fault] | None
) -> dict[str, Any]:
    return {
        "row_number": number,
        "person_key": policy.person_key(checked.values),
        "given": checked.values,
        "faults": [asdict(fault) for fault in checked.faults] or None,
        "held_back": [asdict(fault) for fault in held_back or ()] or None,
    }


def _known(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, checked: Sequence[policy.Checked]
) -> list[Known]:
    people = {
        key: Identity(phone=each.values.get("phone"), username=each.values.get("username"))  # pyright: ignore[reportArgumentType]
        for each in checked
        if not each.faults and (key := policy.person_key(each.values))
    }
    found = contacts.known_among(uow, workspace_id, people.values())
    open_leads = leads.open_among(uow, workspace_id, channel_id, found.values())
    known: list[Known] = []
    for key, identity in people.items():
        if contact_id := found.get(identity):
            lead_id = open_leads.get(contact_id)
            known.append((key, Twin.LEAD if lead_id else Twin.CONTACT, contact_id, lead_id))
    return known


def _write_bundle(actor: Actor, import_id: UUID) -> bool:
    """Write the next rows and record the progress with them; false at the end."""
    with unit_of_work(actor) as uow:
        uow.lock(inbox.history_lock(actor.workspace_id))  # before the import, as erasing does
        repository = ImportRepository(uow, actor.workspace_id)
        row = repository.find(import_id, lock=True)
        if row is None or row["state"] != ImportState.WRITING:
            return False
        rows = repository.next_rows(import_id, position=row["position"], limit=WRITTEN_AT_ONCE)
        uow.announce(TOPIC, import_id)
        if not rows:
            values = {"state": ImportState.FINISHED, "finished_at": uow.now, "lease_until": None}
            repository.write(import_id, values)
            uow.enqueue("importing.remove", actor.workspace_id, import_id)
            return False
        tally = write_rows(uow, actor.workspace_id, row, rows)
        values = {name: row[name] + tally[name] for name in TALLIED}
        values |= {"position": rows[-1]["row_number"], "lease_until": uow.now + LEASE, **FRESH}
        repository.write(import_id, values)
        return True


def _fail(actor: Actor, import_id: UUID, words: str) -> None:
    with unit_of_work(actor) as uow:
        repository = ImportRepository(uow, actor.workspace_id)
        values = {"state": ImportState.FAILED, "error": words, "finished_at": uow.now}
        repository.write(import_id, values)
        uow.enqueue("importing.remove", actor.workspace_id, import_id)
        uow.announce(TOPIC, import_id)


def _owners(uow: UnitOfWork, actor: Actor) -> dict[str, str]:
    """Return the people of the workspace by their addresses in lower case."""
    return {
        member.email.lower(): str(member.id) for members in _pages(uow, actor) for member in members
    }


def _pages(uow: UnitOfWork, actor: Actor) -> Iterator[Sequence[Any]]:
    cursor: str | None = None
    while True:
        request = PageRequest(limit=MEMBERS_AT_ONCE, cursor=cursor)
        page = list_members(uow, actor, MemberQuery(), request)
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return

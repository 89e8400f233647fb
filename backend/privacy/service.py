"""Showing a person what is held about them, and letting go of it.

Erasure keeps the skeleton: the person, their conversations, messages and leads stay as rows
without a word or a name in them, because every figure and every law counts them.
"""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from backend import attribution, contacts, importing, inbox, intake, leads, media, notices, rules
from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.kit.erasure import Erased
from backend.kit.ids import ContactId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform import kept_answers
from backend.platform.unit_of_work import UnitOfWork
from backend.privacy import models
from backend.privacy.repository import PrivacyRepository
from backend.privacy.schemas import ContactExport, ErasureReceipt


def export_contact(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> ContactExport:
    """Return everything that is held about a person; raises `ContactNotFound`.

    Source: GDPR, articles 15 (access) and 20 (portability).
    """
    actor.require(Permission.CONTACTS_EXPORT)
    known = contacts.known_as(uow, actor.workspace_id, contact_id)
    place = actor.workspace_id
    theirs = leads.held_about(uow, place, contact_id)
    lead_ids = [UUID(row["id"]) for row in theirs["lead"]]
    tables = {
        **contacts.held_about(uow, place, contact_id),
        **inbox.held_about(uow, place, contact_id, identifiers=known.identifiers),
        **notices.held_about(uow, place, _subjects(uow, place, contact_id, lead_ids)),
        **media.held_about(uow, place, inbox.message_ids(uow, place, contact_id)),
        **theirs,
        **importing.held_about(uow, place, contact_id, identifiers=known.identifiers),
        **attribution.held_about(uow, place, lead_ids),
        **rules.held_about(uow, place, lead_ids),
        **intake.held_about(uow, place, _names(uow, place, contact_id, known.identifiers)),
    }
    counts = {table: len(rows) for table, rows in tables.items()}
    subject = f"contact:{contact_id}"
    record_audit(uow, actor, AuditAction.CONTACT_EXPORTED, subject=subject, details=counts)
    return ContactExport(contact_id=ContactId(contact_id), exported_at=uow.now, tables=tables)


def erase_contact(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> ErasureReceipt:
    """Erase a person; raises `ContactNotFound`. Doing it again returns the same receipt.

    Source: GDPR, article 17.
    """
    actor.require(Permission.CONTACTS_ERASE)
    place = actor.workspace_id
    # Whoever takes in or sends at this moment is done before, or begins after.
    uow.lock(inbox.history_lock(place))
    known = contacts.known_as(uow, place, contact_id)
    repository = PrivacyRepository(uow, place)
    if known.erased_at and (earlier := repository.receipt(contact_id)):
        return _view(earlier)
    names = _names(uow, place, contact_id, known.identifiers)
    lead_ids = [UUID(row["id"]) for row in leads.held_about(uow, place, contact_id)["lead"]]
    tables = (
        *intake.erase(uow, place, names),
        *inbox.erase(uow, place, contact_id, identifiers=known.identifiers),
        *notices.erase(uow, place, _subjects(uow, place, contact_id, lead_ids)),
        *media.erase(uow, place, inbox.message_ids(uow, place, contact_id)),
        *leads.erase(uow, place, contact_id),
        *importing.erase(uow, place, contact_id, identifiers=known.identifiers),
        *attribution.erase(uow, place, lead_ids),
        *rules.erase(uow, place, lead_ids),
        *contacts.erase(uow, place, contact_id),
        Erased(table="kept_answer", blanked=kept_answers.redact(uow), note="of repeated requests"),
    )
    return _receipt(uow, actor, contact_id, tables)


def list_erasures(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ErasureReceipt]:
    """Return who was erased when, the latest first, by the ids that stay."""
    actor.require(Permission.CONTACTS_ERASE)
    rows = PrivacyRepository(uow, actor.workspace_id).page(page)
    return paged(rows, page, view=_view, key=lambda row: (row.erased_at.isoformat(), str(row.id)))


def _names(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, identifiers: tuple[str, ...]
) -> frozenset[str]:
    """Return everything by which a delivery may name a person: who they are, what they sent."""
    sent = inbox.provider_ids(uow, workspace_id, contact_id)
    return frozenset((*identifiers, *(name for _, name in sent)))


def _subjects(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, lead_ids: Sequence[UUID]
) -> list[str]:
    """Return how notifications name what belongs to a person."""
    conversations = inbox.conversation_ids(uow, workspace_id, contact_id)
    about = (
        *(("conversation", one) for one in conversations),
        *(("lead", one) for one in lead_ids),
    )
    return [f"{kind}:{one}" for kind, one in about]


def _receipt(
    uow: UnitOfWork, actor: Actor, contact_id: UUID, tables: tuple[Erased, ...]
) -> ErasureReceipt:
    row = models.ErasureReceipt(
        id=new_id(),
        workspace_id=actor.workspace_id,
        contact_id=contact_id,
        erased_by=actor.name,
        erased_at=uow.now,
        tables=[asdict(line) for line in tables],
    )
    PrivacyRepository(uow, actor.workspace_id).add(row)
    uow.announce("privacy", row.id)
    counts = {line.table: line.deleted + line.blanked for line in tables}
    subject = f"contact:{contact_id}"
    record_audit(uow, actor, AuditAction.CONTACT_ERASED, subject=subject, details=counts)
    return _view(row)


def _view(row: models.ErasureReceipt) -> ErasureReceipt:
    return ErasureReceipt(
        id=row.id,
        contact_id=ContactId(row.contact_id),
        erased_at=row.erased_at,
        erased_by=row.erased_by,
        tables=tuple(Erased(**line) for line in row.tables),
    )

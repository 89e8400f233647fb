"""Finding, making and joining people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.auth import Actor, Permission
from backend.contacts.errors import ContactNotFound, NobodyNamed
from backend.contacts.models import Contact
from backend.contacts.policy import Key, keys_of, people
from backend.contacts.repository import ContactRepository, SeenIdentifier, SeenName
from backend.contacts.schemas import ContactView, Merge, Resolution, Sighting
from backend.kit.ids import ContactId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork

# An identity that another one replaces was last current right before the change.
BEFORE = timedelta(microseconds=1)


def resolve(uow: UnitOfWork, workspace_id: UUID, sightings: Sequence[Sighting]) -> Resolution:
    """Find or make the contact of each sighting, joining people who turn out to be one.

    The caller moves what hangs on the absorbed contacts and then calls `remove_absorbed`.
    Raises `NobodyNamed` for a sighting without any identifier.
    """
    if not sightings:
        return Resolution((), ())
    repository = ContactRepository(uow, workspace_id)
    groups = [_keys(sighting) for sighting in sightings]
    known = repository.holders(key for group in groups for key in group)
    found = people(groups, known)
    survivors = [person.contact_ids[0] if person.contact_ids else new_id() for person in found]
    holders = {
        key: survivor
        for person, survivor in zip(found, survivors, strict=True)
        for key in person.keys
    }
    fresh = [holders[person.keys[0]] for person in found if not person.contact_ids]
    repository.insert(fresh, seen_at=min(sighting.seen_at for sighting in sightings))
    merges = tuple(
        Merge(ContactId(person.contact_ids[0]), ContactId(absorbed))
        for person in found
        for absorbed in person.contact_ids[1:]
    )
    if merges:
        repository.absorb(merges)
    contact_ids = tuple(ContactId(holders[group[0]]) for group in groups)
    _describe(repository, sightings, contact_ids, holders)
    uow.announce("contacts", *set(contact_ids))
    return Resolution(contact_ids, merges)


def remove_absorbed(uow: UnitOfWork, workspace_id: UUID, merges: Sequence[Merge]) -> None:
    """Delete absorbed contacts, once nothing refers to them."""
    if merges:
        absorbed = [merge.absorbed for merge in merges]
        ContactRepository(uow, workspace_id).delete(absorbed)


def get_contact(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> ContactView:
    """Return one contact; raises `ContactNotFound`."""
    actor.require(Permission.CONTACTS_READ)
    contact = ContactRepository(uow, actor.workspace_id).find(contact_id)
    if contact is None:
        message = "no such contact"
        raise ContactNotFound(message)
    return _view(contact)


def list_contacts(
    uow: UnitOfWork, actor: Actor, page: PageRequest, *, search: str | None = None
) -> Page[ContactView]:
    """Return contacts by name, phone or username, those seen last first."""
    actor.require(Permission.CONTACTS_READ)
    rows = ContactRepository(uow, actor.workspace_id).page(page, search=search)
    return paged(
        rows, page, view=_view, key=lambda row: (row.last_seen_at.isoformat(), str(row.id))
    )


def _keys(sighting: Sighting) -> tuple[Key, ...]:
    keys = tuple(key for identity in sighting.identities for key in keys_of(identity))
    if not keys:
        message = "the event names nobody: no phone number, user id or username"
        raise NobodyNamed(message)
    return keys


def _describe(
    repository: ContactRepository,
    sightings: Sequence[Sighting],
    contact_ids: Sequence[ContactId],
    holders: Mapping[Key, UUID],
) -> None:
    identifiers: list[SeenIdentifier] = []
    names: list[SeenName] = []
    seen: dict[UUID, datetime] = {}
    for sighting, contact_id in zip(sightings, contact_ids, strict=True):
        for age, identity in enumerate(reversed(sighting.identities)):
            seen_at = sighting.seen_at - age * BEFORE
            identifiers += [
                SeenIdentifier(contact_id=holders[key], key=key, seen_at=seen_at)
                for key in keys_of(identity)
            ]
            names.append(
                SeenName(
                    contact_id=contact_id,
                    name=identity.display_name,
                    username=identity.username,
                    seen_at=seen_at,
                )
            )
        seen[contact_id] = max(sighting.seen_at, seen.get(contact_id, sighting.seen_at))
    repository.identify(identifiers)
    repository.describe(names)
    repository.fold_identifiers(seen)


def _view(contact: Contact) -> ContactView:
    return ContactView(
        id=ContactId(contact.id),
        display_name=contact.display_name,
        phone=contact.phone,
        bsuid=contact.bsuid,
        username=contact.username,
        last_seen_at=contact.last_seen_at,
        created_at=contact.created_at,
    )

"""Finding, making and joining people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.auth import Actor, Permission
from backend.channels import Identity
from backend.contacts import merge_queries
from backend.contacts.errors import ContactNotFound, NobodyNamed
from backend.contacts.merging import join, kept_apart, note_company
from backend.contacts.models import Contact
from backend.contacts.policy import Key, Person, apart, keys_of, people, shown_as
from backend.contacts.repository import ContactRepository, SeenIdentifier, SeenName
from backend.contacts.schemas import (
    ContactView,
    IdentifierView,
    Merge,
    MergeReason,
    MergeView,
    Resolution,
    Said,
    Sighting,
)
from backend.kit.ids import ContactId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.phone import forms
from backend.platform.unit_of_work import UnitOfWork

# An identity that another one replaces was last current right before the change.
BEFORE = timedelta(microseconds=1)
SYSTEM_NAME = "LeadFlow"

Told = tuple[tuple[Identity, ...], datetime | None]


def resolve(uow: UnitOfWork, workspace_id: UUID, sightings: Sequence[Sighting]) -> Resolution:
    """Find or make the contact of each sighting, joining people who turn out to be one.

    The caller moves what hangs on the absorbed contacts and then calls `remove_absorbed`.
    Raises `NobodyNamed` for a sighting without any identifier.
    """
    told = _latest(sightings)
    resolved = _resolve(uow, workspace_id, list(told.values()))
    contact_ids = dict(zip(told, resolved.contact_ids, strict=True))
    return Resolution(tuple(contact_ids[_told(each)] for each in sightings), resolved.merges)


def _latest(sightings: Sequence[Sighting]) -> Mapping[Told, Sighting]:
    """Return what was seen, each thing once and as late as it was seen."""
    latest: dict[Told, Sighting] = {}
    for sighting in sightings:
        told = _told(sighting)
        known = latest.get(told)
        if known is None or known.seen_at < sighting.seen_at:
            latest[told] = sighting
    return latest


def _told(sighting: Sighting) -> Told:
    """Return what a sighting says: who wrote, or who became whom at which moment."""
    identities = tuple(sighting.identities)
    return identities, sighting.seen_at if len(identities) > 1 else None


def _resolve(uow: UnitOfWork, workspace_id: UUID, sightings: Sequence[Sighting]) -> Resolution:
    if not sightings:
        return Resolution((), ())
    repository = ContactRepository(uow, workspace_id)
    groups = [_keys(sighting) for sighting in sightings]
    known = repository.holders(key for group in groups for key in group)
    found = people(groups, known)
    if any(len(person.contact_ids) > 1 for person in found):
        groups = _apart(uow, workspace_id, sightings, groups, known)
        found = people(groups, known)
    survivors = [person.contact_ids[0] if person.contact_ids else new_id() for person in found]
    holders = {
        **known,
        **{
            key: survivor
            for person, survivor in zip(found, survivors, strict=True)
            for key in person.keys
        },
    }
    fresh = [holders[person.keys[0]] for person in found if not person.contact_ids]
    repository.insert(fresh, seen_at=min(sighting.seen_at for sighting in sightings))
    merges = _join_all(uow, workspace_id, found, _together(sightings, groups, known))
    contact_ids = tuple(ContactId(holders[group[0]]) for group in groups)
    _describe(repository, sightings, contact_ids, holders)
    note_company(uow, workspace_id, _company(groups, known))
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


def list_merges(
    uow: UnitOfWork, actor: Actor, contact_id: UUID, page: PageRequest
) -> Page[MergeView]:
    """Return the merges of a contact, the latest first; raises `ContactNotFound`."""
    get_contact(uow, actor, contact_id)
    return merge_queries.page_of_merges(uow, actor.workspace_id, contact_id, page)


def identifiers(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> tuple[IdentifierView, ...]:
    """Return by what a contact is known and since when; raises `ContactNotFound`."""
    get_contact(uow, actor, contact_id)
    return merge_queries.identifiers_of(uow, actor.workspace_id, contact_id)


def possible_duplicates(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> tuple[ContactView, ...]:
    """Return contacts that may be the same person, five at most; raises `ContactNotFound`."""
    contact = get_contact(uow, actor, contact_id)
    written = forms(contact.phone) if contact.phone else ()
    return merge_queries.duplicates_of(uow, actor.workspace_id, contact_id, written)


def _keys(sighting: Sighting) -> tuple[Key, ...]:
    keys = tuple(key for identity in sighting.identities for key in keys_of(identity))
    if not keys:
        message = "the event names nobody: no phone number, user id or username"
        raise NobodyNamed(message)
    return keys


def _join_all(
    uow: UnitOfWork,
    workspace_id: UUID,
    found: Sequence[Person],
    together: Collection[frozenset[UUID]],
) -> tuple[Merge, ...]:
    """Make one contact of those of each person; `together` are those whom messages show to be one.

    What no message shows, the provider has told as a change.
    """
    merges: list[Merge] = []
    for person in found:
        for absorbed in map(ContactId, person.contact_ids[1:]):
            survivor = ContactId(person.contact_ids[0])
            is_shown = any({survivor, absorbed} <= ids for ids in together)
            reason = MergeReason.EVIDENCE if is_shown else MergeReason.CHANGED
            said = Said(reason=reason, by=SYSTEM_NAME)
            merges.append(join(uow, workspace_id, survivor, absorbed, said))
    return tuple(merges)


def _together(
    sightings: Sequence[Sighting], groups: Sequence[tuple[Key, ...]], known: Mapping[Key, UUID]
) -> list[frozenset[UUID]]:
    """Return the contacts that messages alone, without any reported change, show to be one."""
    messages = [
        group
        for sighting, group in zip(sightings, groups, strict=True)
        if len(sighting.identities) == 1
    ]
    return [
        frozenset(person.contact_ids)
        for person in people(messages, known)
        if len(person.contact_ids) > 1
    ]


def _apart(
    uow: UnitOfWork,
    workspace_id: UUID,
    sightings: Sequence[Sighting],
    groups: Sequence[tuple[Key, ...]],
    known: Mapping[Key, UUID],
) -> list[tuple[Key, ...]]:
    """Part those who were said not to be one, unless the provider reports a change since then."""
    divided = {
        frozenset((row["survivor_id"], row["absorbed_id"])): row["undone_at"]
        for row in kept_apart(uow, workspace_id, sorted(set(known.values())))
    }
    return [
        apart(group, known, {pair for pair, at in divided.items() if not _is_news(sighting, at)})
        for sighting, group in zip(sightings, groups, strict=True)
    ]


def _is_news(sighting: Sighting, undone_at: datetime) -> bool:
    return len(sighting.identities) > 1 and sighting.seen_at > undone_at


def _company(groups: Sequence[tuple[Key, ...]], known: Mapping[Key, UUID]) -> dict[Key, Key]:
    """Return which known identifier came together with each new one."""
    return {
        key: friend
        for group in groups
        if (friend := next((one for one in group if one in known), None))
        for key in group
        if key not in known
    }


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
                SeenIdentifier(
                    contact_id=holders[key],
                    key=key,
                    shown=shown_as(key, identity),
                    seen_at=seen_at,
                )
                for key in keys_of(identity)
            ]
            if identity.display_name or identity.username:
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
    repository.fold(seen, names)


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

"""Two contacts become one with all that hangs on them, by evidence or by hand, and two again.

Every slice takes its image before it changes anything, from the bottom up; what is empty then is
removed from the top down.
"""

from collections.abc import Sequence
from uuid import UUID

from backend import attribution, contacts, inbox, leads, rules
from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.channels import IdentityChange, InboundEvent
from backend.contacts import ContactNotFound, ContactView, Merge, MergeReason, Said
from backend.inbox import Recorded
from backend.kit.ids import ChannelId, LeadId
from backend.leads import LeadView
from backend.platform.images import ids_of
from backend.platform.unit_of_work import UnitOfWork


def merge_contacts(uow: UnitOfWork, actor: Actor, survivor: UUID, absorbed: UUID) -> ContactView:
    """Make one contact of two, which stays `survivor`; `unmerge` takes it back.

    Raises `ContactNotFound`, and `SamePerson` for one contact twice or somebody who was erased.
    """
    actor.require(Permission.CONTACTS_WRITE)
    place = actor.workspace_id
    # Whoever takes in messages at this moment is done before, or begins after.
    uow.lock(inbox.history_lock(place))
    said = Said(reason=MergeReason.MANUAL, by=actor.name)
    merge = contacts.merge_by_hand(uow, place, survivor, absorbed, said)
    if merge is None:
        message = "no such contact"
        raise ContactNotFound(message)
    merge_all(uow, place, [merge])
    details = {"absorbed": str(absorbed), "merge": str(merge.merge_id)}
    subject = f"contact:{survivor}"
    record_audit(uow, actor, AuditAction.CONTACT_MERGED, subject=subject, details=details)
    return contacts.get_contact(uow, actor, survivor)


def unmerge(uow: UnitOfWork, actor: Actor, merge_id: UUID) -> ContactView:
    """Make two contacts of one again and return the one that comes back.

    Both have their histories; what came since belongs to whom it came from. What showed that they
    were one joins them no more. Raises `MergeNotFound`, `MergeStands`.
    """
    actor.require(Permission.CONTACTS_WRITE)
    place = actor.workspace_id
    uow.lock(inbox.history_lock(place))
    merge = contacts.part(uow, place, merge_id, by=actor.name)
    inbox.part(uow, place, merge)
    parted = leads.part(uow, place, merge, by=actor.name)
    attribution.part(uow, place, merge.image["touch"], parted)
    rules.part(uow, merge.image["rule_run"], parted)
    leads.remove_absorbed(uow, parted.gone)
    details = {"absorbed": str(merge.absorbed), "merge": str(merge_id)}
    subject = f"contact:{merge.survivor}"
    record_audit(uow, actor, AuditAction.CONTACT_UNMERGED, subject=subject, details=details)
    return contacts.get_contact(uow, actor, merge.absorbed)


def merge_all(uow: UnitOfWork, workspace_id: UUID, merges: Sequence[Merge]) -> None:
    """Make one history of two for each merge of contacts, which have their images already."""
    for merge in merges:  # a merge is rare, and each depends on the one before
        _keep_image(uow, workspace_id, merge)
        conversations = inbox.absorb(uow, workspace_id, [merge])
        moved = leads.absorb(uow, workspace_id, [merge], conversations)
        attribution.absorb(uow, workspace_id, moved)
        rules.absorb(uow, workspace_id, moved)
        leads.remove_absorbed(uow, moved)
        inbox.remove_absorbed(uow, workspace_id, conversations)
        contacts.remove_absorbed(uow, workspace_id, [merge])


def reopen_lead(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> LeadView:
    """Let the lead of a customer who came back be their lost one, open again.

    Raises `LeadNotFound`, `NotReturned`.
    """
    moved = leads.rejoin(uow, actor, lead_id)
    attribution.absorb(uow, actor.workspace_id, moved)
    rules.absorb(uow, actor.workspace_id, moved)
    leads.remove_absorbed(uow, moved)
    return leads.get_lead(uow, actor, moved[LeadId(lead_id)])


def note_arrivals(uow: UnitOfWork, workspace_id: UUID, recorded: Sequence[Recorded]) -> None:
    """Keep by which identifier new messages came, for contacts that may be taken apart."""
    arrivals = [
        (item.message_id, item.arrival.contact_id, keys[0])
        for item in recorded
        if item.is_new and (keys := contacts.keys_of(item.arrival.message.identity))
    ]
    contacts.note_arrivals(uow, workspace_id, arrivals)


def _keep_image(uow: UnitOfWork, workspace_id: UUID, merge: Merge) -> None:
    of_leads = leads.image_of(uow, workspace_id, merge)
    lead_ids = ids_of(of_leads["lead"])
    image = {
        **inbox.image_of(uow, workspace_id, merge),
        **of_leads,
        **attribution.image_of(uow, workspace_id, lead_ids),
        **rules.image_of(uow, workspace_id, lead_ids),
    }
    contacts.complete_image(uow, workspace_id, merge, image)


def old_news(
    uow: UnitOfWork, workspace_id: UUID, events: Sequence[tuple[ChannelId, InboundEvent]]
) -> list[tuple[ChannelId, InboundEvent]]:
    """Return the changes of number or user id from before the person was erased.

    Such a change names nobody who is still known; it would make an empty contact of them.
    """
    changes = [(place, event) for place, event in events if isinstance(event, IdentityChange)]
    people = {who for _, change in changes for who in (change.previous, change.current)}
    erased = contacts.erased_at(uow, workspace_id, people)
    return [
        (place, change)
        for place, change in changes
        if any(
            who in erased and change.occurred_at <= erased[who]
            for who in (change.previous, change.current)
        )
    ]

"""Who is known already, without making or changing anybody."""

from collections.abc import Iterable
from uuid import UUID

from backend.channels import Identity
from backend.contacts.policy import keys_of
from backend.contacts.repository import ContactRepository
from backend.kit.ids import ContactId
from backend.platform.unit_of_work import UnitOfWork


def known_among(
    uow: UnitOfWork, workspace_id: UUID, identities: Iterable[Identity]
) -> dict[Identity, ContactId]:
    """Return the contact of each of these people who has one."""
    keys = {identity: keys_of(identity) for identity in identities}
    wanted = [key for each in keys.values() for key in each]
    held = ContactRepository(uow, workspace_id).holders(wanted) if wanted else {}
    return {
        identity: ContactId(held[each[0]])
        for identity, each in keys.items()
        if each and each[0] in held
    }

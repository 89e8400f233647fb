"""Who a WhatsApp delivery is about.

Since 2026 a person may hide the phone number: then `from`, `to`, `recipient_id` and `wa_id` are
missing or hold the business-scoped user id (BSUID) that otherwise stands beside them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.channels.adapters.reading import Object, identifier, objects, optional_object, words
from backend.channels.events import Identity
from backend.kit.phone import trusted_e164

_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass(frozen=True, slots=True)
class People:
    """Those whom the `contacts` of a delivery introduce, by phone number and by user id."""

    by_key: Mapping[str, Identity]
    only: Identity | None


def read_people(contacts: object) -> People:
    """Read the `contacts` of a delivery; absent and unreadable ones introduce nobody."""
    known = [_introduced(contact) for contact in objects(contacts)]
    by_key = {key: person for person in known for key in (person.phone, person.bsuid) if key}
    return People(by_key=by_key, only=known[0] if len(known) == 1 else None)


def identify(people: People, number: object, user_id: object) -> Identity:
    """Join what an item says about a person with the introduction, where there is one.

    An item that names nobody means the only person introduced, if it is only one.
    """
    own = named(number, user_id)
    introduced = (people.by_key.get(key) for key in (own.bsuid, own.phone) if key)
    known = next(filter(None, introduced), None) or _unnamed(people, own)
    if known is None:
        return own
    if (own.phone or known.phone) == known.phone and (own.bsuid or known.bsuid) == known.bsuid:
        return known
    return replace(known, phone=own.phone or known.phone, bsuid=own.bsuid or known.bsuid)


def named(number: object, user_id: object) -> Identity:
    """Tell a phone number from a user id: either may stand where a number is expected."""
    given = identifier(number) or ""
    stand_in = given if _BSUID.fullmatch(given) else None
    return Identity(phone=trusted_e164(given), bsuid=identifier(user_id) or stand_in)


def _unnamed(people: People, own: Identity) -> Identity | None:
    """Return the only introduction, if nothing in it or in the item speaks of somebody else."""
    only = people.only
    if only is None or (own.is_known and (only.phone or only.bsuid)):
        return None
    return only


def _introduced(contact: Object) -> Identity:
    profile = optional_object(contact.get("profile"))
    own = named(contact.get("wa_id"), contact.get("user_id"))
    return Identity(
        phone=own.phone,
        bsuid=own.bsuid,
        username=identifier(profile.get("username")),
        display_name=words(profile.get("name")),
    )

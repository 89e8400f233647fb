"""People: their identifiers, and who turns out to be whom."""

from backend.contacts.erasing import erase, held_about, known_as
from backend.contacts.errors import ContactNotFound, NobodyNamed
from backend.contacts.schemas import ContactView, Merge, Resolution, Sighting
from backend.contacts.service import get_contact, list_contacts, remove_absorbed, resolve

__all__ = [
    "ContactNotFound",
    "ContactView",
    "Merge",
    "NobodyNamed",
    "Resolution",
    "Sighting",
    "erase",
    "get_contact",
    "held_about",
    "known_as",
    "list_contacts",
    "remove_absorbed",
    "resolve",
]

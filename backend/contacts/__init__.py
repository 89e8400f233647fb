"""People: their identifiers, and who turns out to be whom."""

from backend.contacts.consent import (
    consent_of,
    get_consent_words,
    is_opted_out,
    list_consent,
    note_words,
    record_consent,
    set_consent_words,
)
from backend.contacts.consent_policy import (
    ConsentChange,
    ConsentState,
    ConsentWords,
    How,
    Purpose,
)
from backend.contacts.consent_schemas import (
    ConsentEventView,
    ConsentInput,
    ConsentView,
    ConsentWordsView,
    Heard,
    Turn,
)
from backend.contacts.erasing import erase, erased_at, held_about, known_as
from backend.contacts.errors import (
    BadConsent,
    BadConsentWords,
    ContactNotFound,
    MergeNotFound,
    MergeStands,
    NobodyNamed,
    PersonGone,
    SamePerson,
)
from backend.contacts.looking_up import known_among
from backend.contacts.merging import complete_image, merge_by_hand, note_arrivals
from backend.contacts.policy import keys_of
from backend.contacts.schemas import (
    ContactView,
    IdentifierView,
    Merge,
    MergeReason,
    MergeView,
    Resolution,
    Said,
    Sighting,
    Unmerge,
)
from backend.contacts.search_queries import meant_by
from backend.contacts.service import (
    get_contact,
    identifiers,
    list_contacts,
    list_merges,
    possible_duplicates,
    remove_absorbed,
    resolve,
)
from backend.contacts.unmerging import part

__all__ = [
    "BadConsent",
    "BadConsentWords",
    "ConsentChange",
    "ConsentEventView",
    "ConsentInput",
    "ConsentState",
    "ConsentView",
    "ConsentWords",
    "ConsentWordsView",
    "ContactNotFound",
    "ContactView",
    "Heard",
    "How",
    "IdentifierView",
    "Merge",
    "MergeNotFound",
    "MergeReason",
    "MergeStands",
    "MergeView",
    "NobodyNamed",
    "PersonGone",
    "Purpose",
    "Resolution",
    "Said",
    "SamePerson",
    "Sighting",
    "Turn",
    "Unmerge",
    "complete_image",
    "consent_of",
    "erase",
    "erased_at",
    "get_consent_words",
    "get_contact",
    "held_about",
    "identifiers",
    "is_opted_out",
    "keys_of",
    "known_among",
    "known_as",
    "list_consent",
    "list_contacts",
    "list_merges",
    "meant_by",
    "merge_by_hand",
    "note_arrivals",
    "note_words",
    "part",
    "possible_duplicates",
    "record_consent",
    "remove_absorbed",
    "resolve",
    "set_consent_words",
]

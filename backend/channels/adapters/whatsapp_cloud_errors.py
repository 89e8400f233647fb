"""Meta's error codes: what each means, and whose it is to act on it.

Source: Meta, "Cloud API error codes" (Graph API v25). Titles, messages and subcodes change, so
only the code counts. A code may come as the answer to a call, in a failed status, or in both.
"""

from collections.abc import Mapping
from typing import Final

from backend.channels.errors import Fault

_MEANINGS: Final[Mapping[Fault, Mapping[str, str]]] = {
    Fault.RETRY: {
        "4": "The app made too many calls",
        "17": "The user made too many calls",
        "613": "Too many calls of this kind were made",
        "80007": "The WhatsApp Business Account made too many calls",
        "130429": "The number sends more messages a second than it may",
        "131056": "Too many messages went to this one person in a short time",
    },
    Fault.DELAYED: {
        "1": "Meta failed for an unknown reason",
        "2": "Meta's service is down for a short time",
        "131000": "Meta failed for an unknown reason",
        "131016": "Meta's service is overloaded or down",
        "131049": "This person was sent enough marketing messages for now",
        "131057": "The account is in maintenance, often to raise its throughput",
        "132069": "The template's form is throttled",
        "133004": "Meta's server is down for a short time",
        "134100": "Meta's Marketing Messages API does not know the template",
        "134101": "The template is still being carried to Meta's Marketing Messages API",
        "134102": "The template cannot be used in Meta's Marketing Messages API now",
        "2494100": "Meta maintains the account",
    },
    Fault.AUTH: {
        "0": "The access token could not be checked",
        "3": "The app lacks the permission for this call",
        "10": "The permission was not granted or was taken away",
        "104": "The access token is missing or incomplete",
        "190": "The access token is wrong or has expired",
    },
    Fault.CONFIG: {
        "33": "The phone number was deleted",
        "131030": "The recipient is not among the numbers allowed for testing",
        "131045": "The phone number is not registered",
        "131055": "Meta's Marketing Messages API does not do this",
        "133000": "An earlier deregistration of the number failed",
        "133005": "The PIN of two-step verification is wrong",
        "133006": "The phone number has to be verified before it is registered",
        "133008": "The PIN of two-step verification was wrong too often",
        "133009": "The PIN of two-step verification was entered too fast",
        "133010": "The phone number is not registered on the WhatsApp Business Platform",
        "133015": "The phone number was deleted just now; wait five minutes",
        "133016": "The number was registered and deregistered too often; wait 72 hours",
    },
    Fault.ACCOUNT: {
        "368": "The account is restricted because it broke a policy",
        "131031": "The account is locked",
        "131037": "The number's display name is not approved",
        "131042": "The payment of the account is not in order",
        "131048": "Too many messages of this number were reported as spam",
        "131064": "The account broke the rules on template categories too often",
        "134011": "The payment terms of WhatsApp are not accepted",
    },
    Fault.TEMPLATE: {
        "132000": "The number of values is not the number of the template's variables",
        "132001": "There is no such template in this language, or it is not approved",
        "132005": "The text with its values is too long",
        "132007": "The template breaks a policy of WhatsApp",
        "132012": "The values do not have the form that the template asks for",
        "132015": "The template is paused because of its quality",
        "132016": "The template is disabled because of its quality",
        "132018": "The template's values are not valid",
    },
    Fault.WINDOW: {
        "131047": "The customer wrote more than 24 hours ago; only a template may be sent",
    },
    Fault.SUPPRESS: {
        "130403": "This person blocked the business",
        "131050": "This person stopped marketing messages from this business",
    },
    Fault.PERMANENT: {
        "100": "A parameter is wrong or not known",
        "130472": "WhatsApp holds back marketing from this person for an experiment",
        "130497": "Nothing may be sent to people in this country",
        "131005": "Access to this is denied",
        "131008": "A required parameter is missing",
        "131009": "A parameter has a value that is not valid",
        "131021": "The recipient is the sender",
        "131026": "The message cannot be delivered: no WhatsApp, an old app, or terms not accepted",
        "131051": "This type of message is not supported",
        "131052": "The file that the customer sent could not be downloaded",
        "131053": "The file could not be uploaded",
        "131062": "This cannot be sent to a user id",
        "131063": "Marketing messages are switched off on this API",
        "132068": "The template's form is blocked",
        "135000": "The parameters are not valid for an unknown reason",
    },
}
_FAULTS: Final = {code: fault for fault, codes in _MEANINGS.items() for code in codes}
_WORDS: Final = {code: words for codes in _MEANINGS.values() for code, words in codes.items()}
_WAITS: Final[Mapping[str, float]] = {
    "131049": 24 * 3600.0,
    "131056": 6.0,
    "131057": 60.0,
    "134101": 600.0,
}
_PERMISSIONS = range(200, 300)
_UNSURE = frozenset({"1", "2", "131000", "131016"})

KNOWN_CODES: Final = frozenset(_FAULTS)


def fault_of(code: str) -> Fault:
    """Return who has to act on a code; one that is unknown is `PERMANENT`."""
    if code in _FAULTS:
        return _FAULTS[code]
    return Fault.AUTH if _is_permission(code) else Fault.PERMANENT


def meaning_of(code: str) -> str | None:
    """Return what a code means as a sentence without its stop; `None` when it is unknown."""
    if code in _WORDS:
        return _WORDS[code]
    return "A permission for this call is missing" if _is_permission(code) else None


def is_known(code: str) -> bool:
    """Whether a code has a meaning of its own here."""
    return meaning_of(code) is not None


def is_unsure(code: str) -> bool:
    """Whether a call that was answered with this code may have been done all the same."""
    return code in _UNSURE


def wait_of(code: str) -> float | None:
    """Return for how many seconds Meta asks to wait after a code, where it says so."""
    return _WAITS.get(code)


def _is_permission(code: str) -> bool:
    return (
        len(code) == len("200") and code.isascii() and code.isdigit() and int(code) in _PERMISSIONS
    )

"""Every address of the app, and how to build one with its filters."""

from typing import Final
from urllib.parse import urlencode

HOME: Final = "/"
INBOX: Final = "/inbox"
LEADS: Final = "/leads"
LEAD: Final = "/leads/[lead_id]"
SIMULATOR: Final = "/simulator"
OPERATIONS: Final = "/operations"
SETTINGS: Final = "/settings"
ACCOUNT: Final = "/settings/account"
USERS: Final = "/settings/users"
API_KEYS: Final = "/settings/api-keys"
AUDIT: Final = "/settings/audit"
WORKSPACE: Final = "/settings/workspace"
PRIVACY: Final = "/settings/privacy"
NOT_FOUND: Final = "404"
API_REFERENCE: Final = "/v1/docs"
SIGN_IN: Final = "/sign-in"
SIGN_IN_CODE: Final = "/sign-in/code"
RESET: Final = "/reset"
SIGN_IN_POST: Final = "/auth/sign-in"
SECOND_FACTOR_POST: Final = "/auth/second-factor"
RESET_POST: Final = "/auth/reset"
WORKSPACE_POST: Final = "/auth/workspace"
SIGN_OUT_POST: Final = "/auth/sign-out"
INVITATION: Final = "/invitation"
INVITATION_POST: Final = "/auth/invitation"


def with_query(path: str, **query: object) -> str:
    """Return `path` with the filters that have a value, in the order given."""
    kept = {name.rstrip("_"): str(value) for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def lead(lead_id: object) -> str:
    """Return the address of one lead."""
    return f"{LEADS}/{lead_id}"


def conversation(conversation_id: object) -> str:
    """Return the address of one conversation in the inbox."""
    return with_query(INBOX, c=conversation_id)


def sign_in(next_path: str) -> str:
    """Return the sign-in page that comes back to `next_path`."""
    return with_query(SIGN_IN, next=next_path if next_path != HOME else None)

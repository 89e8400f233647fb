"""Every address of the app, and how to build one with its filters."""

from typing import Final
from urllib.parse import urlencode

HOME: Final = "/"
INBOX: Final = "/inbox"
LEADS: Final = "/leads"
LEADS_IMPORT: Final = "/leads/import"
LEAD: Final = "/leads/[lead_id]"
RULES: Final = "/rules"
RULE: Final = "/rules/[rule_id]"
SIMULATOR: Final = "/simulator"
CHANNELS: Final = "/channels"
CHANNEL_SETUP: Final = "/channels/setup"
OPERATIONS: Final = "/operations"
QUARANTINE: Final = "/operations/quarantine"
REPLAY: Final = "/operations/replay"
SETTINGS: Final = "/settings"
ACCOUNT: Final = "/settings/account"
USERS: Final = "/settings/users"
API_KEYS: Final = "/settings/api-keys"
AUDIT: Final = "/settings/audit"
WORKSPACE: Final = "/settings/workspace"
LIFECYCLE: Final = "/settings/lifecycle"
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
LEADS_IMPORT_POST: Final = "/v1/leads/import"
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


def rule(rule_id: object, tab: str = "", **query: object) -> str:
    """Return the address of one rule, or with `new` of one to be written."""
    return with_query(f"{RULES}/{rule_id}", tab=tab, **query)


def conversation(conversation_id: object) -> str:
    """Return the address of one conversation in the inbox."""
    return with_query(INBOX, c=conversation_id)


def channel_setup(channel_id: object) -> str:
    """Return the address at which a channel is set up, which can be come back to."""
    return with_query(CHANNEL_SETUP, channel=channel_id)


def connect(provider: object) -> str:
    """Return the address at which a number of a provider is connected."""
    return with_query(CHANNEL_SETUP, provider=provider)


def quarantined(event_id: object) -> str:
    """Return the address of one delivery that stands, or stood, in quarantine."""
    return with_query(QUARANTINE, event=event_id)


def quarantine_cause(channel_id: object, cause: str, replay_id: object = None) -> str:
    """Return the address of what failed so on a channel, and of the replay that tries it again."""
    return with_query(QUARANTINE, channel=channel_id, cause=cause, replay=replay_id)


def replay(replay_id: object) -> str:
    """Return the address of one replay."""
    return with_query(REPLAY, replay=replay_id)


def sign_in(next_path: str) -> str:
    """Return the sign-in page that comes back to `next_path`."""
    return with_query(SIGN_IN, next=next_path if next_path != HOME else None)

"""What the page of API keys shows, ready to draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from backend.auth import Actor, ApiKeyState, ApiKeyView, CreatedApiKey, Permission
from leadflow_app import display, rights
from leadflow_app.dialogs import Asked, Secret
from leadflow_app.display import Clock, Moment

MOST_LINES: Final = 3
LIFETIMES: Final = {
    "30": "30 days",
    "90": "90 days",
    "365": "1 year",
    "730": "2 years",
    "never": "Never",
}
DEFAULT_LIFETIME: Final = "90"
GRACES: Final = {"0": "At once", "1": "In 1 hour", "24": "In 24 hours"}
DEFAULT_GRACE: Final = "1"
PRESETS: Final = {
    "none": "None",
    "read": "Read everything",
    "all": "Everything you may",
}
# What a new key can be tried with: the list of the first area that it may read.
TRIALS: Final = {
    Permission.LEADS_READ: "/v1/leads",
    Permission.CONTACTS_READ: "/v1/contacts",
    Permission.CONVERSATIONS_READ: "/v1/conversations",
    Permission.CHANNELS_READ: "/v1/channels",
    Permission.RULES_READ: "/v1/rules",
    Permission.EVENTS_READ: "/v1/webhook-events",
    Permission.ANALYTICS_READ: "/v1/analytics/overview",
    Permission.USERS_READ: "/v1/users",
    Permission.KEYS_READ: "/v1/api-keys",
    Permission.AUDIT_READ: "/v1/audit",
}


@dataclass(frozen=True, slots=True)
class ScopeCell:
    """One thing that a key may be allowed, and whether it is chosen at first."""

    scope: str
    verb: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One line of the grid of scopes: an area, and what can be done there."""

    name: str
    cells: list[ScopeCell]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key, never with its secret."""

    key: str
    name: str
    prefix: str
    scopes: list[str]
    more_scopes: str
    rest: list[str]
    created: Moment
    by: str
    used: Moment
    used_from: str
    ends: Moment
    state: str
    state_label: str
    note: str
    can_change: bool


@dataclass(frozen=True, slots=True)
class KeysScreen:
    """The whole page."""

    is_first_run: bool = False
    rows: list[KeyRow] = field(default_factory=list)
    can_create: bool = False
    has_more: bool = False


def key_row(key: ApiKeyView, actor: Actor, clock: Clock) -> KeyRow:
    """Put a key into words, and say whether the actor may change it."""
    permissions = rights.of_scopes(key.scopes, actor)
    lines = rights.in_words(permissions)
    rest = lines[MOST_LINES:]
    return KeyRow(
        key=str(key.id),
        name=key.name,
        prefix=f"{key.prefix}_\N{HORIZONTAL ELLIPSIS}",
        scopes=lines[:MOST_LINES],
        more_scopes=f"and {display.plural(len(rest), 'more area')}" if rest else "",
        rest=rest,
        created=clock.moment(key.created_at),
        by=key.creator_name,
        used=clock.moment(key.last_used_at),
        used_from=key.last_used_address,
        ends=clock.moment(key.expires_at),
        state=key.state.value,
        state_label=display.sentence(key.state),
        note=_note(key, clock),
        can_change=key.state is ApiKeyState.ACTIVE
        and actor.may(Permission.KEYS_WRITE)
        and permissions <= actor.permissions,
    )


def _note(key: ApiKeyView, clock: Clock) -> str:
    if key.previous_expires_at is None:
        return ""
    return f"The key before works until {clock.moment(key.previous_expires_at).text}"


def areas(actor: Actor, preset: str) -> list[AreaRow]:
    """Lay out what the actor can hand on to a key; nobody gives what they lack."""
    return [
        AreaRow(name, [_cell(permission, preset) for permission in held])
        for name, held in rights.by_area(actor.permissions).items()
    ]


def _cell(permission: Permission, preset: str) -> ScopeCell:
    verb = rights.verb_of(permission)
    is_on = preset == "all" or (preset == "read" and verb == "read")
    return ScopeCell(permission.value, verb, display.sentence(verb), is_on)


def chosen_scopes(form: Iterable[str]) -> frozenset[str]:
    """Read which boxes of the grid were ticked; anything else names no scope."""
    return frozenset(form) & {permission.value for permission in Permission}


def lifetime(choice: str) -> timedelta | None:
    """Return how long a key lives; `None` is for good, what makes no sense is the default."""
    if choice == "never":
        return None
    return timedelta(days=int(choice if choice in LIFETIMES else DEFAULT_LIFETIME))


def grace(choice: str) -> timedelta:
    """Return how long the key before works beside the new one."""
    return timedelta(hours=int(choice if choice in GRACES else DEFAULT_GRACE))


def new_key(made: CreatedApiKey, scopes: Iterable[str], actor: Actor, origin: str) -> Secret:
    """Show a key once, with a call to try it."""
    path = _trial(rights.of_scopes(scopes, actor))
    call = f'curl --header "Authorization: Bearer {made.key}" {origin}{path}' if path else ""
    return Secret(
        title="Your new API key",
        text="Copy it now and keep it where secrets are kept. It is shown only this once: "
        "LeadFlow stores a fingerprint of it and cannot show it again.",
        label="API key",
        value=made.key,
        example=call,
    )


def _trial(held: frozenset[Permission]) -> str:
    paths: Sequence[str] = [path for permission, path in TRIALS.items() if permission in held]
    return paths[0] if paths else ""


def asked_to_revoke(key: ApiKeyView, clock: Clock) -> Asked:
    """Ask before a key ends; says who used it last."""
    used = clock.moment(key.last_used_at).text
    last = f"It was used last {_when(used)}." if used else "It was never used."
    return Asked(
        title=f"Revoke {key.name}?",
        text=f"Whatever calls LeadFlow with this key is refused from now on. {last} "
        "You cannot undo this; make a new key instead.",
        answer="Revoke",
    )


def _when(text: str) -> str:
    return f"at {text}" if text[0].isdigit() and ":" in text else f"on {text}"

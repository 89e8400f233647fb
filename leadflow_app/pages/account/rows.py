"""What the account page shows, ready to draw, and what it asks before something is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from backend.auth import Actor, SecondFactorOffer, SecurityView, SessionView
from leadflow_app import display, rights
from leadflow_app.dialogs import Asked
from leadflow_app.display import NEVER, Clock, Moment

GROUP: Final = 4
FEW_CODES: Final = 3
NO_CODES: Final = (
    "No recovery code is left. Make new ones, so that a lost phone does not lock you out."
)
FEW: Final = "Only {codes} left. Make new ones before they are used up."
ENOUGH: Final = "{codes} left, each works once."


class Step(StrEnum):
    """Which dialog of the second factor is open."""

    NONE = ""
    SET_UP = "set up"
    CODES = "codes"
    RENEW = "renew"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Offer:
    """What an app needs to make codes: a picture to scan, or the same for typing."""

    qr: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    uri: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Codes:
    """Recovery codes, one a line, and the same as a file to keep."""

    text: str = field(default="", repr=False)
    href: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One browser that is signed in."""

    key: str
    device: str
    address: str
    began: Moment
    seen: Moment
    is_here: bool


@dataclass(frozen=True, slots=True)
class AccountScreen:
    """The whole page."""

    name: str = ""
    email: str = ""
    role: str = ""
    role_hint: str = ""
    password_changed: Moment = NEVER
    has_factor: bool = False
    factor_since: Moment = NEVER
    codes_left: str = ""
    has_few_codes: bool = False
    sessions: list[SessionRow] = field(default_factory=list)
    has_others: bool = False


def account_screen(
    actor: Actor, security: SecurityView, sessions: Sequence[SessionView], clock: Clock
) -> AccountScreen:
    """Put the account into words."""
    has_factor = security.second_factor_since is not None
    return AccountScreen(
        name=actor.name,
        email=security.email,
        role=rights.role_label(actor.role),
        role_hint=rights.ROLES[actor.role],
        password_changed=clock.moment(security.password_changed_at),
        has_factor=has_factor,
        factor_since=clock.moment(security.second_factor_since),
        codes_left=_codes_left(security.recovery_codes_left),
        has_few_codes=has_factor and security.recovery_codes_left <= FEW_CODES,
        sessions=[_session_row(one, clock) for one in _own_first(sessions)],
        has_others=any(not one.is_current for one in sessions),
    )


def offer_row(offer: SecondFactorOffer) -> Offer:
    """Put what an app needs into a form that can be scanned, tapped or typed."""
    groups = range(0, len(offer.secret), GROUP)
    typed = " ".join(offer.secret[start : start + GROUP] for start in groups)
    return Offer(qr=offer.qr, secret=typed, uri=offer.uri)


def codes_row(codes: Sequence[str], email: str) -> Codes:
    """Lay recovery codes out for the screen and for a file."""
    text = "\n".join(codes)
    file = f"LeadFlow recovery codes for {email}. Each works once.\n\n{text}\n"
    return Codes(text=text, href=f"data:text/plain;charset=utf-8,{quote(file)}")


def asked_about_session(row: SessionRow) -> Asked:
    """Ask before one browser is signed out."""
    return Asked(
        title=f"Sign out {row.device}?",
        text="It goes to the sign-in page at once. What was being typed there is lost.",
        losses=[_where(row)],
        answer="Sign it out",
    )


def asked_about_others(rows: Sequence[SessionRow]) -> Asked:
    """Ask before every other browser is signed out."""
    others = [row for row in rows if not row.is_here]
    if len(others) == 1:
        return asked_about_session(others[0])
    return Asked(
        title=f"Sign out {display.plural(len(others), 'other browser')}?",
        text="They go to the sign-in page at once. What was being typed there is lost. "
        "You stay signed in here.",
        losses=[_where(row) for row in others],
        answer="Sign them out",
    )


def _own_first(sessions: Sequence[SessionView]) -> list[SessionView]:
    return sorted(sessions, key=lambda one: not one.is_current)


def _session_row(view: SessionView, clock: Clock) -> SessionRow:
    return SessionRow(
        key=str(view.id),
        device=view.device,
        address=view.address,
        began=clock.moment(view.created_at),
        seen=clock.moment(view.last_seen_at),
        is_here=view.is_current,
    )


def _codes_left(count: int) -> str:
    codes = display.plural(count, "recovery code")
    if count == 0:
        return NO_CODES
    return FEW.format(codes=codes) if count <= FEW_CODES else ENOUGH.format(codes=codes)


def _where(row: SessionRow) -> str:
    place = f" at {row.address}" if row.address else ""
    return f"{row.device}{place}, last seen {row.seen.text}"

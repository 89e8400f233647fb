"""Signing in: the password, then a code where there is a second factor, then a session.

Passwords are checked with no transaction open: one reads what to check and counts the attempt,
the next one opens the session, if the account is still the same. Whether there is such an address
shows nowhere: the same statements run, the same hash is computed, the same words are said.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import RowMapping

from backend.auth import attempts
from backend.auth.account_repository import AccountRepository
from backend.auth.attempts import Counter
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import ChallengeGone, SignInRefused, TooBusy, WrongCode
from backend.auth.models import SignInSession
from backend.auth.passwords import matches
from backend.auth.policy import ActorKind, Role
from backend.auth.schemas import Actor, CodeAsked, SignedIn, Visitor
from backend.auth.second_factor import CodeKind, use_code
from backend.auth.session_repository import SessionRepository
from backend.auth.sessions import SESSION_LIFETIME
from backend.auth.tokens import digest, new_token
from backend.kit.errors import LeadFlowError
from backend.kit.ids import UserId, WorkspaceId, new_id
from backend.kit.text import clean
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
WRONG_CODES: Final = 5
DEVICES_KEPT: Final = 20
LONGEST_USER_AGENT: Final = 300
LONGEST_ADDRESS: Final = 60
NOBODY: Final = Visitor()
TOPIC: Final = "sign_in"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Who signs in, if there is such an account, and what the attempt counts for."""

    user_id: UserId | None
    password_hash: str | None = field(repr=False)
    counters: tuple[Counter, ...]


def sign_in(*, email: str, password: str, visitor: Visitor = NOBODY) -> SignedIn | CodeAsked:
    """Check a password and open a session, or ask for a code.

    Opens its own transactions. Raises `SignInRefused`, `TooManyAttempts`, `TooBusy`.
    """
    with unit_of_work(SYSTEM) as uow:
        candidate = _begin(uow, _plain(email), visitor)
    try:
        is_right = matches(candidate.password_hash, password)
    except TooBusy:
        with unit_of_work(SYSTEM) as uow:
            attempts.take_back(uow, candidate.counters)
        raise
    if not is_right:
        raise _refused()
    with unit_of_work(SYSTEM) as uow:
        return _admit(uow, candidate, visitor)


def give_code(*, challenge: str, code: str, visitor: Visitor = NOBODY) -> SignedIn:
    """Open a session for whoever was asked for a code.

    Opens its own transaction. Raises `ChallengeGone`, `WrongCode`, `TooManyAttempts`.
    """
    with unit_of_work(SYSTEM) as uow:
        outcome = _try_code(uow, challenge, code, visitor)
    if isinstance(outcome, LeadFlowError):
        raise outcome
    return outcome


def note_refusal(uow: UnitOfWork, *, email: str, visitor: Visitor = NOBODY) -> None:
    """Tell the audit log that signing in failed; work of the system.

    Where nobody has the address, there is nobody to tell. It is done when the refusal has been
    answered, so that the answer takes as long for an address that nobody has.
    """
    found = AccountRepository(uow).candidate(_plain(email), digest(visitor.device))
    log.info("sign-in refused", is_known=found is not None)
    if found is not None:
        _note_failure(uow, UserId(found["id"]), visitor, step="password")


def open_session(uow: UnitOfWork, user_id: UserId, visitor: Visitor = NOBODY) -> SignedIn | None:
    """Open a session where somebody worked last; `None` when they belong nowhere."""
    repository = SessionRepository(uow)
    account = AccountRepository(uow).held_account(user_id)
    place = next(iter(repository.places_of(user_id)), None)
    if account is None or account["is_disabled"] or place is None:
        return None
    token = new_token()
    row = SignInSession(
        id=new_id(),
        workspace_id=place["workspace_id"],
        user_id=user_id,
        token_hash=digest(token),
        created_at=uow.now,
        last_seen_at=uow.now,
        expires_at=uow.now + SESSION_LIFETIME,
        user_agent=clean(visitor.user_agent)[:LONGEST_USER_AGENT],
        address=clean(visitor.address)[:LONGEST_ADDRESS],
    )
    repository.add(row)
    uow.announce(TOPIC, row.id, workspace_id=row.workspace_id)
    return SignedIn(
        token=token,
        actor=replace(_person(account, place), session_id=row.id, address=row.address),
        expires_at=row.expires_at,
        device=know_device(uow, user_id, visitor),
    )


def know_device(uow: UnitOfWork, user_id: UserId, visitor: Visitor) -> str:
    """Remember a browser for somebody, and return its token.

    The token that it brings is kept when it is one of ours, and replaced otherwise.
    """
    repository, given = SessionRepository(uow), visitor.device
    if given and repository.recognise_device(user_id, digest(given), uow.now):
        return given
    token = new_token()
    repository.add_device(user_id, digest(token), uow.now, kept=DEVICES_KEPT)
    return token


def _begin(uow: UnitOfWork, email: str, visitor: Visitor) -> _Candidate:
    device = digest(visitor.device)
    found = AccountRepository(uow).candidate(email, device)
    counters = attempts.sign_in_counters(
        email,
        device=device if found and found["knows_device"] else None,
        address=visitor.address,
    )
    attempts.begin(uow, counters)
    if found is None:
        return _Candidate(None, None, counters)
    return _Candidate(UserId(found["id"]), found["password_hash"], counters)


def _admit(uow: UnitOfWork, candidate: _Candidate, visitor: Visitor) -> SignedIn | CodeAsked:
    """Let somebody in whose password was right a moment ago, if it still is."""
    repository = AccountRepository(uow)
    account = repository.held_account(candidate.user_id) if candidate.user_id else None
    if account is None or account["password_hash"] != candidate.password_hash:
        raise _refused()
    user_id = UserId(account["id"])
    if account["second_factor_at"] is not None and not account["is_disabled"]:
        attempts.succeed(uow, candidate.counters)
        return _ask_for_code(uow, user_id)
    signed_in = open_session(uow, user_id, visitor)
    if signed_in is None:
        raise _refused()
    attempts.succeed(uow, candidate.counters)
    _note_success(uow, signed_in, None)
    return signed_in


def _ask_for_code(uow: UnitOfWork, user_id: UserId) -> CodeAsked:
    token, expires_at = new_token(), uow.now + CHALLENGE_LIFETIME
    AccountRepository(uow).add_challenge(user_id, digest(token), expires_at)
    return CodeAsked(token=token, expires_at=expires_at)


def _try_code(uow: UnitOfWork, token: str, code: str, visitor: Visitor) -> SignedIn | LeadFlowError:
    """Let somebody in; a refusal that was counted is returned, so that the count is kept."""
    repository, device = AccountRepository(uow), digest(visitor.device)
    asked = repository.challenge(digest(token), device, uow.now)
    # The account before the challenge, as everywhere, so that nobody waits for each other.
    if asked is None or repository.held_account(asked["user_id"]) is None:
        raise _gone()
    if not repository.hold_challenge(asked["id"]):
        raise _gone()
    user_id = UserId(asked["user_id"])
    counters = attempts.code_counters(
        user_id, device=device if asked["knows_device"] else None, address=visitor.address
    )
    attempts.begin(uow, counters)
    kind = use_code(uow, user_id, code)
    if kind is None:
        return _count_wrong_code(uow, asked, visitor)
    signed_in = open_session(uow, user_id, visitor)
    if signed_in is None:
        raise _gone()
    repository.end_challenge(asked["id"])
    attempts.succeed(uow, counters)
    _note_success(uow, signed_in, kind)
    return signed_in


def _count_wrong_code(uow: UnitOfWork, asked: RowMapping, visitor: Visitor) -> LeadFlowError:
    repository = AccountRepository(uow)
    is_last = repository.count_wrong_code(asked["id"]) >= WRONG_CODES
    if is_last:
        repository.end_challenge(asked["id"])
    _note_failure(uow, UserId(asked["user_id"]), visitor, step="code")
    if is_last:
        return _gone()
    message = "this code does not fit, or was used before"
    return WrongCode(message, field="code")


def _note_success(uow: UnitOfWork, signed_in: SignedIn, kind: CodeKind | None) -> None:
    actor = signed_in.actor
    if kind is CodeKind.RECOVERY:
        subject = f"user:{actor.user_id}"
        record_audit(uow, actor, AuditAction.RECOVERY_CODE_USED, subject=subject)
    record_audit(
        uow,
        actor,
        AuditAction.SIGNED_IN,
        subject=f"session:{actor.session_id}",
        details={"second_factor": kind.value if kind else None},
    )


def _note_failure(uow: UnitOfWork, user_id: UserId, visitor: Visitor, *, step: str) -> None:
    """Record a failure where the session would have been opened; nobody knows who it was."""
    place = next(iter(SessionRepository(uow).places_of(user_id)), None)
    if place is None:
        return
    stranger = replace(
        Actor.system(place["workspace_id"]),
        name="Somebody",
        address=clean(visitor.address)[:LONGEST_ADDRESS],
    )
    record_audit(
        uow,
        stranger,
        AuditAction.SIGN_IN_FAILED,
        subject=f"user:{user_id}",
        details={"step": step},
    )


def _person(account: RowMapping, place: RowMapping) -> Actor:
    return Actor(
        workspace_id=WorkspaceId(place["workspace_id"]),
        kind=ActorKind.USER,
        name=account["name"],
        user_id=UserId(account["id"]),
        role=Role(place["role"]),
    )


def _plain(email: str) -> str:
    return clean(email).strip().lower()


def _refused() -> SignInRefused:
    message = "that e-mail address and password do not belong together"
    return SignInRefused(message)


def _gone() -> ChallengeGone:
    message = "the code came too late, or too many were wrong; sign in again"
    return ChallengeGone(message)

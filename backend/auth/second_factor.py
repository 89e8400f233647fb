"""The second factor: codes of an app, and recovery codes for the day when there is no app.

The app's secret is sealed at rest. Of a recovery code only the hash is kept; the codes hold 80
random bits, so a plain hash is enough. Either kind of code is accepted once.
"""

import secrets
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.auth import totp
from backend.auth.account_repository import AccountRepository
from backend.auth.attempts import counted
from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import HasSecondFactor, NoSecondFactor, WrongCode, WrongPassword
from backend.auth.own_account import as_system, person_of
from backend.auth.passwords import matches
from backend.auth.schemas import Actor, SecondFactorOffer, SecurityView
from backend.auth.sessions import end_sessions
from backend.auth.tokens import digest
from backend.kit.ids import UserId
from backend.platform.sealing import SealedColumn, seal_in
from backend.platform.secrets import unseal
from backend.platform.unit_of_work import UnitOfWork

APP_CODE_LENGTH: Final = 6
RECOVERY_CODES: Final = 10
RECOVERY_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
RECOVERY_LENGTH: Final = 16
RECOVERY_GROUP: Final = 4
EXPECTED_CODE: Final = "the six digits that the app shows now, or an unused recovery code"


def _place(user_id: UUID) -> str:
    return f"user_account|totp|{user_id}"


SEALED_SECRETS: Final = SealedColumn(
    table="second_factor", column="sealed_secret", key=("user_id",), place=_place, is_shared=True
)


class CodeKind(StrEnum):
    """What somebody proved the second factor with."""

    APP = "app"
    RECOVERY = "recovery code"


def security_of(uow: UnitOfWork, actor: Actor) -> SecurityView:
    """Return how the actor's own account is secured."""
    user_id, repository = person_of(actor), AccountRepository(uow)
    with as_system(uow):
        account = repository.account(user_id)
        codes_left = repository.recovery_codes_left(user_id)
    return SecurityView(
        email=account["email"],
        second_factor_since=account["second_factor_at"],
        recovery_codes_left=codes_left,
        password_changed_at=account["password_changed_at"] or account["created_at"],
    )


def begin_second_factor(uow: UnitOfWork, actor: Actor) -> SecondFactorOffer:
    """Make a secret for the actor's app; nothing asks for it before a code confirmed it.

    Raises `HasSecondFactor`.
    """
    user_id, repository = person_of(actor), AccountRepository(uow)
    secret = totp.new_secret()
    with as_system(uow):
        sealed = seal_in(uow, {"secret": secret}, context=_place(user_id))
        account = repository.account(user_id)
        is_offered = repository.offer_factor(user_id, sealed, uow.now)
    if not is_offered:
        message = "there is a second factor already; remove it first"
        raise HasSecondFactor(message)
    uri = totp.provisioning_uri(secret, account["email"])
    return SecondFactorOffer(secret=secret, uri=uri, qr=totp.qr_picture(uri))


def confirm_second_factor(uow: UnitOfWork, actor: Actor, code: str) -> tuple[str, ...]:
    """Ask for codes from now on; returns the recovery codes, which are never shown again.

    Every other session of the actor ends. Raises `NoSecondFactor`, `HasSecondFactor`, `WrongCode`.
    """
    user_id = person_of(actor)
    with as_system(uow):
        _confirm(uow, user_id, code)
        codes = _make_recovery_codes(uow, user_id)
        AccountRepository(uow).end_challenges(user_id)
        end_sessions(uow, user_id, but=actor.session_id)
    record_audit(uow, actor, AuditAction.SECOND_FACTOR_ADDED, subject=f"user:{user_id}")
    return codes


def remove_second_factor(uow: UnitOfWork, actor: Actor, *, password: str, code: str) -> None:
    """Ask for the password only from now on.

    Raises `NoSecondFactor`, `WrongPassword`, `WrongCode`, `TooManyAttempts`.
    """
    user_id = person_of(actor)
    with as_system(uow):
        check_own_password(uow, user_id, password)
        _check_own_code(uow, user_id, code)
        AccountRepository(uow).remove_factor(user_id)
    record_audit(uow, actor, AuditAction.SECOND_FACTOR_REMOVED, subject=f"user:{user_id}")


def renew_recovery_codes(uow: UnitOfWork, actor: Actor, *, code: str) -> tuple[str, ...]:
    """Make new recovery codes in the place of all old ones; they are never shown again.

    Raises `NoSecondFactor`, `WrongCode`, `TooManyAttempts`.
    """
    user_id = person_of(actor)
    with as_system(uow):
        _check_own_code(uow, user_id, code)
        codes = _make_recovery_codes(uow, user_id)
    record_audit(uow, actor, AuditAction.RECOVERY_CODES_RENEWED, subject=f"user:{user_id}")
    return codes


def check_own_password(uow: UnitOfWork, user_id: UserId, password: str) -> str:
    """Return the hash that somebody's password has; work of the system.

    Raises `WrongPassword`, `TooManyAttempts`, `TooBusy`.
    """
    kept = AccountRepository(uow).account(user_id)["password_hash"]
    with counted("password", user_id):
        if not matches(kept, password):
            message = "this is not your present password"
            raise WrongPassword(message, field="password")
    return kept


def use_code(uow: UnitOfWork, user_id: UserId, code: str) -> CodeKind | None:
    """Use a code up; returns of which kind it was, or `None`. Work of the system."""
    repository, plain = AccountRepository(uow), _plain(code)
    factor = repository.factor(user_id)
    if factor is None or factor["confirmed_at"] is None:
        return None
    if len(plain) != APP_CODE_LENGTH:
        is_used = repository.use_recovery_code(user_id, digest(plain), uow.now)
        return CodeKind.RECOVERY if is_used else None
    secret = unseal(factor["sealed_secret"], context=_place(user_id))["secret"]
    step = totp.matching_step(secret, plain, uow.now)
    is_new = step is not None and repository.use_step(user_id, step)
    return CodeKind.APP if is_new else None


def _confirm(uow: UnitOfWork, user_id: UserId, code: str) -> None:
    """Put the secret that waits in force, with a code of this moment."""
    repository = AccountRepository(uow)
    repository.locked_account(user_id)
    factor = repository.factor(user_id)
    if factor is None:
        raise _no_factor()
    secret = unseal(factor["sealed_secret"], context=_place(user_id))["secret"]
    step = totp.matching_step(secret, _plain(code), uow.now)
    if step is None:
        raise _wrong_code()
    if not repository.confirm_factor(user_id, factor["sealed_secret"], step, uow.now):
        message = "there is a second factor already"
        raise HasSecondFactor(message)


def _check_own_code(uow: UnitOfWork, user_id: UserId, code: str) -> None:
    if AccountRepository(uow).locked_account(user_id)["second_factor_at"] is None:
        raise _no_factor()
    with counted("code", user_id):
        if use_code(uow, user_id, code) is None:
            raise _wrong_code()


def _make_recovery_codes(uow: UnitOfWork, user_id: UserId) -> tuple[str, ...]:
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    AccountRepository(uow).set_recovery_codes(user_id, [digest(_plain(code)) for code in codes])
    return codes


def _recovery_code() -> str:
    drawn = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH))
    groups = range(0, RECOVERY_LENGTH, RECOVERY_GROUP)
    return "-".join(drawn[start : start + RECOVERY_GROUP] for start in groups)


def _plain(code: str) -> str:
    """Return a code without what people put between and around its characters."""
    return "".join(filter(str.isalnum, code)).casefold()


def _wrong_code() -> WrongCode:
    message = "this code does not fit, or was used before"
    return WrongCode(message, field="code", expected=EXPECTED_CODE)


def _no_factor() -> NoSecondFactor:
    message = "there is no second factor"
    return NoSecondFactor(message)

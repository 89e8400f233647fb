"""Every SQL statement about who may sign in: passwords, second factors, what stands in for them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.ids import UserId, new_id
from backend.platform.unit_of_work import UnitOfWork

CANDIDATE = """
SELECT u.id, u.password_hash, EXISTS (
    SELECT 1 FROM known_device AS d WHERE d.user_id = u.id AND d.token_hash = :device_hash
) AS knows_device
FROM user_account AS u WHERE lower(u.email) = :email
"""
ACCOUNT = """
SELECT id, email, name, password_hash, password_changed_at, second_factor_at, is_disabled,
       created_at
FROM user_account WHERE id = :user_id
"""
NEW_HASH = """
UPDATE user_account SET password_hash = :password_hash, password_changed_at = :now
WHERE id = :user_id AND (CAST(:instead_of AS text) IS NULL OR password_hash = :instead_of)
"""
CHALLENGE = """
SELECT c.id, c.user_id, EXISTS (
    SELECT 1 FROM known_device AS d WHERE d.user_id = c.user_id AND d.token_hash = :device_hash
) AS knows_device
FROM sign_in_challenge AS c WHERE c.token_hash = :token_hash AND c.expires_at > :now
"""
ADD_CHALLENGE = """
INSERT INTO sign_in_challenge (id, user_id, token_hash, wrong_codes, expires_at)
VALUES (:id, :user_id, :token_hash, 0, :expires_at)
"""
COUNT_WRONG_CODE = """
UPDATE sign_in_challenge SET wrong_codes = wrong_codes + 1 WHERE id = :id RETURNING wrong_codes
"""
OFFER_FACTOR = """
INSERT INTO second_factor AS f (user_id, sealed_secret, last_step, created_at)
VALUES (:user_id, :sealed_secret, 0, :now)
ON CONFLICT (user_id) DO UPDATE
SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at
WHERE f.confirmed_at IS NULL
RETURNING user_id
"""
CONFIRM_FACTOR = """
UPDATE second_factor SET confirmed_at = :now, last_step = :step
WHERE user_id = :user_id AND confirmed_at IS NULL AND sealed_secret = :sealed_secret
"""
FACTOR = """
SELECT sealed_secret, confirmed_at FROM second_factor WHERE user_id = :user_id
"""
USE_STEP = """
UPDATE second_factor SET last_step = :step
WHERE user_id = :user_id AND confirmed_at IS NOT NULL AND last_step < :step
"""
USE_RECOVERY_CODE = """
UPDATE recovery_code SET used_at = :now
WHERE user_id = :user_id AND code_hash = :code_hash AND used_at IS NULL
"""
ADD_RESET = """
INSERT INTO password_reset (id, user_id, for_workspace_id, token_hash, created_at, expires_at)
VALUES (:id, :user_id, :for_workspace_id, :token_hash, :now, :expires_at)
"""
# The link of an admin ends where somebody belongs to others as well.
RESET = """
SELECT r.id, r.user_id, u.email FROM password_reset AS r
JOIN user_account AS u ON u.id = r.user_id AND NOT u.is_disabled
WHERE r.token_hash = :token_hash AND r.expires_at > :now
  AND NOT EXISTS (
    SELECT 1 FROM membership AS m
    WHERE m.user_id = r.user_id AND m.workspace_id <> r.for_workspace_id
  )
"""
BELONGS_ELSEWHERE = """
SELECT EXISTS (
    SELECT 1 FROM membership WHERE user_id = :user_id AND workspace_id <> :workspace_id
)
"""
FORGET_EXPIRED = (
    "DELETE FROM sign_in_challenge WHERE expires_at < :now",
    "DELETE FROM password_reset WHERE expires_at < :now",
)


class AccountRepository:
    """What lets people in, of one transaction.

    Only the system sees these rows.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow

    def candidate(self, email: str, device_hash: str) -> RowMapping | None:
        """Find who signs in with a lower-cased address, and whether they know this browser."""
        values = {"email": email, "device_hash": device_hash}
        return self._uow.execute(CANDIDATE, values).mappings().first()

    def account(self, user_id: UserId) -> RowMapping:
        """Return the account of somebody who is signed in."""
        return self._uow.execute(ACCOUNT, {"user_id": user_id}).mappings().one()

    def held_account(self, user_id: UserId) -> RowMapping | None:
        """Find an account that nobody changes until the transaction ends."""
        return self._uow.execute(f"{ACCOUNT} FOR SHARE", {"user_id": user_id}).mappings().first()

    def locked_account(self, user_id: UserId) -> RowMapping:
        """Return an account, alone with it until the transaction ends; before anything else of it.

        Whoever only points at the account need not wait.
        """
        statement = f"{ACCOUNT} FOR NO KEY UPDATE"
        return self._uow.execute(statement, {"user_id": user_id}).mappings().one()

    def set_password(
        self, user_id: UserId, password_hash: str, now: datetime, *, instead_of: str | None = None
    ) -> bool:
        """Change a password, if it is still the one that was checked; whether it was."""
        values = {"user_id": user_id, "password_hash": password_hash, "now": now}
        return self._uow.execute(NEW_HASH, {**values, "instead_of": instead_of}).rowcount > 0

    def add_challenge(self, user_id: UserId, token_hash: str, expires_at: datetime) -> None:
        """Ask somebody for a code."""
        values = {"user_id": user_id, "token_hash": token_hash, "expires_at": expires_at}
        self._uow.execute(ADD_CHALLENGE, {"id": new_id(), **values})

    def challenge(self, token_hash: str, device_hash: str, now: datetime) -> RowMapping | None:
        """Find whom a challenge asks, and whether they know this browser."""
        values = {"token_hash": token_hash, "device_hash": device_hash, "now": now}
        return self._uow.execute(CHALLENGE, values).mappings().first()

    def hold_challenge(self, challenge_id: UUID) -> bool:
        """Be alone with a challenge until the transaction ends; whether it is still there."""
        held = self._uow.execute(
            "SELECT 1 FROM sign_in_challenge WHERE id = :id FOR UPDATE", {"id": challenge_id}
        )
        return held.first() is not None

    def count_wrong_code(self, challenge_id: UUID) -> int:
        """Count a wrong code; returns how many there were."""
        return self._uow.execute(COUNT_WRONG_CODE, {"id": challenge_id}).scalar_one()

    def end_challenge(self, challenge_id: UUID) -> None:
        """Remove a challenge."""
        self._uow.execute("DELETE FROM sign_in_challenge WHERE id = :id", {"id": challenge_id})

    def end_challenges(self, user_id: UserId) -> None:
        """Remove every challenge of somebody."""
        self._uow.execute(
            "DELETE FROM sign_in_challenge WHERE user_id = :user_id", {"user_id": user_id}
        )

    def offer_factor(self, user_id: UserId, sealed_secret: str, now: datetime) -> bool:
        """Keep a secret that waits to be confirmed; whether none was in force."""
        values = {"user_id": user_id, "sealed_secret": sealed_secret, "now": now}
        return self._uow.execute(OFFER_FACTOR, values).first() is not None

    def factor(self, user_id: UserId) -> RowMapping | None:
        """Find somebody's second factor, confirmed or not."""
        return self._uow.execute(FACTOR, {"user_id": user_id}).mappings().first()

    def confirm_factor(self, user_id: UserId, sealed_secret: str, step: int, now: datetime) -> bool:
        """Put a second factor in force; whether it was the one that waited."""
        values = {"user_id": user_id, "sealed_secret": sealed_secret, "step": step, "now": now}
        if self._uow.execute(CONFIRM_FACTOR, values).rowcount == 0:
            return False
        self._mark_factor(user_id, now)
        return True

    def remove_factor(self, user_id: UserId) -> bool:
        """Remove somebody's second factor and its recovery codes; whether there was one."""
        self._mark_factor(user_id, None)
        self.set_recovery_codes(user_id, ())
        removed = self._uow.execute(
            "DELETE FROM second_factor WHERE user_id = :user_id", {"user_id": user_id}
        )
        return removed.rowcount > 0

    def use_step(self, user_id: UserId, step: int) -> bool:
        """Use up the code of a time step; whether it was newer than the last one used."""
        return self._uow.execute(USE_STEP, {"user_id": user_id, "step": step}).rowcount > 0

    def use_recovery_code(self, user_id: UserId, code_hash: str, now: datetime) -> bool:
        """Use up a recovery code; whether it was an unused one."""
        values = {"user_id": user_id, "code_hash": code_hash, "now": now}
        return self._uow.execute(USE_RECOVERY_CODE, values).rowcount > 0

    def set_recovery_codes(self, user_id: UserId, code_hashes: Iterable[str]) -> None:
        """Put these in the place of all recovery codes."""
        self._uow.execute(
            "DELETE FROM recovery_code WHERE user_id = :user_id", {"user_id": user_id}
        )
        for code_hash in code_hashes:
            self._uow.execute(
                "INSERT INTO recovery_code (user_id, code_hash) VALUES (:user_id, :code_hash)",
                {"user_id": user_id, "code_hash": code_hash},
            )

    def recovery_codes_left(self, user_id: UserId) -> int:
        """Count the unused recovery codes."""
        counted = self._uow.execute(
            "SELECT count(*) FROM recovery_code WHERE user_id = :user_id AND used_at IS NULL",
            {"user_id": user_id},
        )
        return counted.scalar_one()

    def add_reset(
        self,
        user_id: UserId,
        token_hash: str,
        now: datetime,
        *,
        expires_at: datetime,
        workspace_id: UUID | None,
    ) -> None:
        """Keep a link in the place of any other of the same person, of one workspace or of all."""
        self.end_resets(user_id)
        values = {"user_id": user_id, "token_hash": token_hash, "now": now}
        place = {"expires_at": expires_at, "for_workspace_id": workspace_id}
        self._uow.execute(ADD_RESET, {"id": new_id(), **values, **place})

    def reset(self, token_hash: str, now: datetime) -> RowMapping | None:
        """Find whose password a link sets."""
        return self._uow.execute(RESET, {"token_hash": token_hash, "now": now}).mappings().first()

    def take_reset(self, reset_id: UUID) -> bool:
        """Use a link up; whether it was there."""
        taken = self._uow.execute("DELETE FROM password_reset WHERE id = :id", {"id": reset_id})
        return taken.rowcount > 0

    def end_resets(self, user_id: UserId) -> None:
        """Remove the link to somebody's new password."""
        self._uow.execute(
            "DELETE FROM password_reset WHERE user_id = :user_id", {"user_id": user_id}
        )

    def belongs_elsewhere(self, user_id: UserId, workspace_id: UUID) -> bool:
        """Whether somebody belongs to another workspace than this one."""
        values = {"user_id": user_id, "workspace_id": workspace_id}
        return self._uow.execute(BELONGS_ELSEWHERE, values).scalar_one()

    def forget_expired(self, now: datetime) -> None:
        """Delete challenges and links that came too late."""
        for statement in FORGET_EXPIRED:
            self._uow.execute(statement, {"now": now})

    def _mark_factor(self, user_id: UserId, since: datetime | None) -> None:
        self._uow.execute(
            "UPDATE user_account SET second_factor_at = :since WHERE id = :user_id",
            {"user_id": user_id, "since": since},
        )

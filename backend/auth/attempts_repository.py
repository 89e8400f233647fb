"""Every SQL statement about attempts to sign in."""

from dataclasses import dataclass
from datetime import datetime

from backend.platform.unit_of_work import UnitOfWork

LOCK = """
INSERT INTO sign_in_attempt AS a (key, failures, began_at, last_at) VALUES (:key, 0, :now, :now)
ON CONFLICT (key) DO UPDATE SET failures = a.failures
RETURNING failures, began_at, last_at
"""
WRITE = """
UPDATE sign_in_attempt SET failures = :failures, began_at = :began_at, last_at = :last_at
WHERE key = :key
"""
TAKE_BACK = """
UPDATE sign_in_attempt SET failures = greatest(failures - 1, 0) WHERE key = :key
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many attempts failed since the first of them."""

    failures: int
    began_at: datetime
    last_at: datetime


class AttemptRepository:
    """The failed attempts of one transaction.

    Only the system sees these rows.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow

    def locked(self, key: str, now: datetime) -> Tally:
        """Return what is counted under a key, alone with it until the transaction ends."""
        row = self._uow.execute(LOCK, {"key": key, "now": now}).mappings().one()
        return Tally(**row)

    def write(self, key: str, tally: Tally) -> None:
        """Keep what is counted now."""
        values = {"failures": tally.failures, "began_at": tally.began_at, "last_at": tally.last_at}
        self._uow.execute(WRITE, {"key": key, **values})

    def take_back(self, key: str) -> None:
        """Count one less."""
        self._uow.execute(TAKE_BACK, {"key": key})

    def clear(self, key: str) -> None:
        """Count from nothing again."""
        self._uow.execute("DELETE FROM sign_in_attempt WHERE key = :key", {"key": key})

    def forget(self, before: datetime) -> None:
        """Delete what began before a moment."""
        self._uow.execute(
            "DELETE FROM sign_in_attempt WHERE began_at < :before", {"before": before}
        )

"""The answers to requests that carry a name, kept for when the same request comes again.

A request is taken on in a transaction of its own. The first transaction that commits what it
does marks it as committed, together with the effect; then its answer is kept. So whatever breaks
off in between, a row says how far it came:

    taken on        no effect; after `LEASE` without a sign of life it may be done again
    committed       it took effect, and what was answered is not known
    answered        the answer, sealed, for a day

Whoever is slower than `LEASE` finds at its commit that somebody else took the request on, and
has no effect. The rows belong to a workspace and, in it, to one API key.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.errors import Conflict
from backend.kit.ids import new_id
from backend.platform.queue import periodic
from backend.platform.sealing import SealedColumn, seal_in
from backend.platform.secrets import SealBroken, unseal
from backend.platform.unit_of_work import SYSTEM, Scope, UnitOfWork, unit_of_work

FIELD = "Idempotency-Key"
LEASE = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=24)

TAKE = """
INSERT INTO kept_answer
    (workspace_id, key_id, name_hash, fingerprint, attempt, started_at, expires_at)
VALUES (:workspace_id, :key_id, :name_hash, :fingerprint, :attempt, :now, :expires_at)
ON CONFLICT (workspace_id, key_id, name_hash) DO UPDATE
SET fingerprint = excluded.fingerprint, attempt = excluded.attempt,
    started_at = excluded.started_at, expires_at = excluded.expires_at,
    committed_at = NULL, answer = NULL
WHERE kept_answer.expires_at <= :now
   OR (kept_answer.answer IS NULL AND kept_answer.committed_at IS NULL
       AND kept_answer.started_at <= :abandoned AND kept_answer.fingerprint = :fingerprint)
RETURNING attempt
"""

READ = """
SELECT fingerprint, started_at, committed_at, answer FROM kept_answer
WHERE workspace_id = :workspace_id AND key_id = :key_id AND name_hash = :name_hash
"""

MARK = """
UPDATE kept_answer SET committed_at = COALESCE(committed_at, :now)
WHERE workspace_id = :workspace_id AND key_id = :key_id AND name_hash = :name_hash
  AND attempt = :attempt
"""

KEEP = """
UPDATE kept_answer SET answer = :answer
WHERE workspace_id = :workspace_id AND key_id = :key_id AND name_hash = :name_hash
  AND attempt = :attempt
"""

GIVE_BACK = """
DELETE FROM kept_answer
WHERE workspace_id = :workspace_id AND key_id = :key_id AND name_hash = :name_hash
  AND attempt = :attempt
  AND committed_at IS NULL
"""

FORGET = "DELETE FROM kept_answer WHERE expires_at <= now()"

REDACT = """
UPDATE kept_answer SET answer = NULL, committed_at = COALESCE(committed_at, started_at)
WHERE workspace_id = :workspace_id AND answer IS NOT NULL
"""


def _place(workspace_id: UUID, key_id: UUID, name_hash: bytes) -> str:
    return f"kept_answer:{workspace_id}:{key_id}:{name_hash.hex()}"


SEALED_ANSWERS = SealedColumn(
    table="kept_answer",
    column="answer",
    key=("workspace_id", "key_id", "name_hash"),
    place=_place,
)


class NameReused(Conflict):
    """The name belongs to another request."""


class AnswerLost(Conflict):
    """The request took effect, but nobody knows what was answered."""


class Overtaken(Conflict):
    """Another try of the same request was taken on, because this one took too long."""


class StillUnderWay(Exception):
    """The same request is being answered at this moment."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered."""

    status: int
    media_type: str
    body: bytes


class Repeated(Exception):
    """The request was answered before."""

    def __init__(self, answer: KeptAnswer) -> None:
        """Keep what was answered."""
        super().__init__("the request was answered before")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Named:
    """A request with a name: whose it is, and hashes of the name and of what it asks for."""

    scope: Scope
    key_id: UUID
    name_hash: bytes
    fingerprint: bytes

    @property
    def place(self) -> dict[str, Any]:
        """Say where its row is."""
        return {
            "workspace_id": self.scope.workspace_id,
            "key_id": self.key_id,
            "name_hash": self.name_hash,
        }

    @property
    def context(self) -> str:
        """Name the place that its answer is sealed for."""
        return _place(**self.place)


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that was taken on, and which try of it."""

    request: Named
    attempt: UUID

    @property
    def place(self) -> dict[str, Any]:
        """Say where its row is, as long as nobody else took the request on."""
        return {**self.request.place, "attempt": self.attempt}


def take(request: Named) -> Claim:
    """Take a request on.

    Raises `Repeated` when it was answered before, `StillUnderWay` when it is being answered,
    `NameReused` when its name belongs to another, and `AnswerLost` when it only took effect.
    """
    attempt = new_id()
    with unit_of_work(request.scope) as uow:
        times = {
            "now": uow.now,
            "abandoned": uow.now - LEASE,
            "expires_at": uow.now + KEPT_FOR,
        }
        given = {"fingerprint": request.fingerprint, "attempt": attempt}
        if uow.execute(TAKE, {**request.place, **given, **times}).first():
            return Claim(request, attempt)
        held = uow.execute(READ, request.place).mappings().one()
        raise _refusal(request, held, uow.now)


def _refusal(request: Named, held: RowMapping, now: datetime) -> Exception:
    if bytes(held["fingerprint"]) != request.fingerprint:
        message = "this name was given to another request before"
        return NameReused(message, field=FIELD, expected="a new name for a new request")
    if held["answer"] is None and now - (held["committed_at"] or held["started_at"]) < LEASE:
        return StillUnderWay()
    opened = _opened(request, held["answer"])
    if opened is None:
        message = "the request took effect before, but its answer was not kept; read what it made"
        return AnswerLost(message, field=FIELD)
    return Repeated(opened)


def _opened(request: Named, sealed: str | None) -> KeptAnswer | None:
    """Return a kept answer; one whose key is gone is as good as none."""
    try:
        kept = unseal(sealed, context=request.context) if sealed else None
    except SealBroken:
        return None
    if kept is None:
        return None
    return KeptAnswer(kept["status"], kept["media_type"], base64.b64decode(kept["body"]))


def mark(uow: UnitOfWork, claim: Claim) -> None:
    """Mark a request as committed, in the transaction of its effect; raises `Overtaken`."""
    if uow.execute(MARK, {**claim.place, "now": uow.now}).rowcount != 1:
        message = "this took so long that another try of the same request was taken on"
        raise Overtaken(message, field=FIELD)


def keep(claim: Claim, answer: KeptAnswer) -> None:
    """Keep what is answered."""
    opened = {
        "status": answer.status,
        "media_type": answer.media_type,
        "body": base64.b64encode(answer.body).decode(),
    }
    with unit_of_work(claim.request.scope) as uow:
        sealed = seal_in(uow, opened, context=claim.request.context)
        uow.execute(KEEP, {**claim.place, "answer": sealed})


def give_back(claim: Claim) -> None:
    """Let a request be done again, unless it took effect."""
    with unit_of_work(claim.request.scope) as uow:
        uow.execute(GIVE_BACK, claim.place)


def redact(uow: UnitOfWork) -> int:
    """Take the kept answers of this workspace away, for they may hold what somebody erases.

    That the requests took effect is still known. Returns how many there were.
    """
    return uow.execute(REDACT, {"workspace_id": uow.workspace_id}).rowcount


@periodic("platform.forget_answers", every=timedelta(minutes=10))
def forget() -> None:
    """Delete what nobody asks for any more."""
    with unit_of_work(SYSTEM) as uow:
        uow.execute(FORGET)

"""Sessions: who is behind one, where it works, and how it ends.

A session ends when it is revoked, after half a day without a click, after two weeks in any case,
and as soon as its user is shut out of its workspace. Its token is made anew at every sign-in and
only its hash is kept. Whatever ends it is announced under the topic `session`, with the id of the
session, so that its open screens end too.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.browsers import device_in_words
from backend.auth.errors import NoSession, NoWorkspace
from backend.auth.own_account import as_system, person_of
from backend.auth.policy import ActorKind, Role
from backend.auth.schemas import Actor, MyWorkspace, SessionView
from backend.auth.session_repository import SessionRepository
from backend.auth.tokens import digest
from backend.kit.ids import UserId, WorkspaceId
from backend.platform.unit_of_work import UnitOfWork

SESSION_COOKIE: Final = "leadflow_session"
SESSION_LIFETIME: Final = timedelta(days=14)
IDLE_LIFETIME: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
TOPIC: Final = "session"
MOST_SHOWN: Final = 100


def actor_for_session(
    uow: UnitOfWork, token: str, *, address: str = "", is_use: bool = True
) -> Actor | None:
    """Return who is signed in with this token, or `None`; work of the system.

    `address` is where the request came from; without it, the place of the sign-in stands for it.
    A screen that only watches is no use of the session, and does not keep it from going idle.
    """
    repository = SessionRepository(uow)
    row = repository.live(digest(token), now=uow.now, idle_since=_idle_since(uow))
    if row is None:
        return None
    if is_use and row["last_seen_at"] <= uow.now - SEEN_EVERY:
        repository.touch(row["id"], uow.now)
    return Actor(
        workspace_id=WorkspaceId(row["workspace_id"]),
        kind=ActorKind.USER,
        name=row["name"],
        user_id=UserId(row["user_id"]),
        role=Role(row["role"]),
        session_id=row["id"],
        address=address or row["address"],
    )


def live_tokens(uow: UnitOfWork, tokens: Collection[str]) -> frozenset[str]:
    """Return those tokens whose sessions are alive; work of the system, and no use of them."""
    given = {digest(token): token for token in tokens}
    found = SessionRepository(uow).live_hashes([*given], now=uow.now, idle_since=_idle_since(uow))
    return frozenset(given[token_hash] for token_hash in found)


def sign_out(uow: UnitOfWork, token: str, *, address: str = "") -> None:
    """End the session of this token; a token that nobody has is no error. Work of the system."""
    actor = actor_for_session(uow, token, address=address, is_use=False)
    if actor is None or actor.user_id is None:
        return
    end_sessions(uow, actor.user_id, only=actor.session_id)
    record_audit(uow, actor, AuditAction.SIGNED_OUT, subject=f"session:{actor.session_id}")


def list_sessions(uow: UnitOfWork, actor: Actor) -> tuple[SessionView, ...]:
    """Return the actor's own live sessions in every workspace, the last used first."""
    user_id = person_of(actor)
    with as_system(uow):
        found = SessionRepository(uow).live_of(
            user_id, now=uow.now, idle_since=_idle_since(uow), limit=MOST_SHOWN
        )
    return tuple(_view(row, actor) for row in found)


def revoke_session(uow: UnitOfWork, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions; raises `NoSession`."""
    user_id = person_of(actor)
    with as_system(uow):
        count = end_sessions(uow, user_id, only=session_id)
    if not count:
        message = "no such session"
        raise NoSession(message)
    record_audit(uow, actor, AuditAction.SESSION_REVOKED, subject=f"session:{session_id}")


def revoke_other_sessions(uow: UnitOfWork, actor: Actor) -> int:
    """End all sessions of the actor but the one at work; returns how many there were."""
    user_id = person_of(actor)
    with as_system(uow):
        count = end_sessions(uow, user_id, but=actor.session_id)
    if count:
        subject, details = f"user:{user_id}", {"sessions": count}
        record_audit(uow, actor, AuditAction.SESSION_REVOKED, subject=subject, details=details)
    return count


def revoke_sessions_of(uow: UnitOfWork, user_id: UserId, workspace_id: UUID | None = None) -> int:
    """End somebody's sessions in one workspace or in all that the transaction sees.

    Returns how many there were. For those who shut somebody out, and tell the audit log why.
    """
    return end_sessions(uow, user_id, workspace_id=workspace_id)


def end_sessions(
    uow: UnitOfWork,
    user_id: UserId,
    *,
    only: UUID | None = None,
    but: UUID | None = None,
    workspace_id: UUID | None = None,
) -> int:
    """End sessions and tell their screens; returns how many there were."""
    ended = SessionRepository(uow).revoke(
        user_id, uow.now, only=only, but=but, workspace_id=workspace_id
    )
    _announce(uow, ended)
    return len(ended)


def my_workspaces(uow: UnitOfWork, user_id: UserId) -> tuple[MyWorkspace, ...]:
    """Return where somebody may work, by name; work of the system."""
    places = [
        MyWorkspace(id=WorkspaceId(row["workspace_id"]), name=row["name"], role=Role(row["role"]))
        for row in SessionRepository(uow).places_of(user_id)
    ]
    return tuple(sorted(places, key=lambda place: (place.name.casefold(), place.id)))


def switch_workspace(
    uow: UnitOfWork, token: str, workspace_id: UUID, *, address: str = ""
) -> Actor:
    """Let a session work in another workspace of its user from now on; work of the system.

    Raises `NoWorkspace`, whether there is none or it is not theirs, and `NoSession`.
    """
    before = actor_for_session(uow, token, address=address)
    if before is None or before.session_id is None:
        message = "nobody is signed in with this session"
        raise NoSession(message)
    role = SessionRepository(uow).switch(before.session_id, workspace_id)
    if role is None:
        message = "no such workspace"
        raise NoWorkspace(message)
    actor = replace(before, workspace_id=WorkspaceId(workspace_id), role=Role(role))
    for place in (before.workspace_id, actor.workspace_id):
        uow.announce(TOPIC, before.session_id, workspace_id=place)
    subject = f"session:{actor.session_id}"
    record_audit(uow, actor, AuditAction.WORKSPACE_SWITCHED, subject=subject)
    return actor


def _idle_since(uow: UnitOfWork) -> datetime:
    return uow.now - IDLE_LIFETIME


def _announce(uow: UnitOfWork, rows: Iterable[RowMapping]) -> None:
    for row in rows:
        uow.announce(TOPIC, row["id"], workspace_id=row["workspace_id"])


def _view(row: RowMapping, actor: Actor) -> SessionView:
    return SessionView(
        id=row["id"],
        device=device_in_words(row["user_agent"]),
        address=row["address"],
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
        expires_at=row["expires_at"],
        is_current=row["id"] == actor.session_id,
    )

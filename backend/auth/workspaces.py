"""Workspaces and their settings."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy.exc import DataError

from backend.auth.audit_actions import AuditAction
from backend.auth.auditing import record_audit
from backend.auth.errors import (
    BadName,
    BadSetting,
    NotPermitted,
    NoWorkspace,
    SeveralWorkspaces,
    TooManyWorkspaces,
)
from backend.auth.members_repository import (
    MemberRepository,
    owned_workspaces,
    workspaces_called,
)
from backend.auth.models import Workspace
from backend.auth.policy import Permission, Role
from backend.auth.repository import AuthRepository
from backend.auth.schemas import Actor, WorkspaceView
from backend.kit.ids import WorkspaceId, new_id
from backend.kit.money import is_currency
from backend.kit.text import clean
from backend.platform.unit_of_work import SYSTEM, UnitOfWork

MAX_OWNED: Final = 20
MAX_NAME_LENGTH: Final = 120
TOPIC: Final = "workspace"
NO_WORKSPACE_YET: Final = "there is no workspace yet; start LeadFlow once with `make run`"
NO_SUCH_WORKSPACE: Final = "no such workspace"

TimezoneHandler = Callable[[UnitOfWork, str, str], None]
_timezone_handlers: list[TimezoneHandler] = []


def on_new_timezone(handler: TimezoneHandler) -> None:
    """Hand over a workspace's old and new timezone when it changes; the composition root's call."""
    if handler not in _timezone_handlers:
        _timezone_handlers.append(handler)


def create_workspace(
    uow: UnitOfWork, *, name: str, timezone: str = "UTC", currency: str = "USD"
) -> WorkspaceView:
    """Make a workspace with nobody in it; raises `BadName`, `BadSetting`. Work of the system."""
    settings = _checked(uow, {"name": name, "timezone": timezone, "currency": currency})
    row = Workspace(id=new_id(), created_at=uow.now, **settings)
    AuthRepository(uow).add(row)
    return _workspace_view(row)


def start_workspace(
    uow: UnitOfWork, actor: Actor, *, name: str, timezone: str = "UTC", currency: str = "USD"
) -> WorkspaceView:
    """Make a workspace that the signed-in person owns.

    Raises `NotPermitted`, `BadName`, `BadSetting`, `TooManyWorkspaces`.
    """
    if actor.user_id is None:
        message = "only a person who is signed in can own a workspace"
        raise NotPermitted(message)
    uow.lock(f"workspaces of {actor.user_id}")
    uow.enter(SYSTEM)
    if owned_workspaces(uow, actor.user_id) >= MAX_OWNED:
        message = f"one person owns at most {MAX_OWNED} workspaces"
        raise TooManyWorkspaces(message)
    made = create_workspace(uow, name=name, timezone=timezone, currency=currency)
    founder = replace(actor, workspace_id=made.id, role=Role.ADMIN)
    uow.enter(founder)
    MemberRepository(uow, made.id).add(actor.user_id, Role.ADMIN, is_owner=True)
    record_audit(uow, founder, AuditAction.WORKSPACE_CREATED, subject=f"workspace:{made.id}")
    uow.enter(actor)
    return made


def update_workspace(
    uow: UnitOfWork,
    actor: Actor,
    *,
    name: str | None = None,
    timezone: str | None = None,
    currency: str | None = None,
) -> WorkspaceView:
    """Change what is given; figures by day follow a new timezone. Raises `BadName`, `BadSetting`.

    `timezone` is an IANA name, `currency` an ISO 4217 code.
    """
    actor.require(Permission.WORKSPACE_WRITE)
    given = {"name": name, "timezone": timezone, "currency": currency}
    wanted = _checked(uow, {key: value for key, value in given.items() if value is not None})
    row = MemberRepository(uow, actor.workspace_id).locked_workspace()
    if row is None:
        raise NoWorkspace(NO_SUCH_WORKSPACE)
    before = {key: str(getattr(row, key)) for key in wanted}
    changed = {key: value for key, value in wanted.items() if before[key] != value}
    if changed:
        row.sqlmodel_update(changed)
        uow.session.flush()
        if "timezone" in changed:
            _move_days(uow, before["timezone"], changed["timezone"])
        details = {key: f"{before[key]} -> {value}" for key, value in changed.items()}
        subject = f"workspace:{actor.workspace_id}"
        record_audit(uow, actor, AuditAction.WORKSPACE_CHANGED, subject=subject, details=details)
        uow.announce(TOPIC, actor.workspace_id)
    return _workspace_view(row)


def choose_workspace(uow: UnitOfWork, wanted: str | None = None) -> WorkspaceView:
    """Return the workspace of this id or name, or the only one; work of the system.

    Raises `NoWorkspace`, and `SeveralWorkspaces`, which names them.
    """
    found = workspaces_called(uow, clean(wanted).strip() if wanted else None)
    if len(found) > 1:
        choices = ", ".join(f"{row.name} ({row.id})" for row in found)
        message = f"there are several workspaces: {choices}"
        raise SeveralWorkspaces(message, expected="the id of one of them")
    if not found:
        message = f"there is no workspace {wanted}" if wanted else NO_WORKSPACE_YET
        raise NoWorkspace(message)
    return _workspace_view(found[0])


def sole_workspace(uow: UnitOfWork) -> WorkspaceView:
    """Return the first workspace, the demo's; raises `NoWorkspace` before the first start."""
    rows = AuthRepository(uow).workspaces()
    if not rows:
        raise NoWorkspace(NO_WORKSPACE_YET)
    return _workspace_view(rows[0])


def workspace_ids(uow: UnitOfWork) -> list[UUID]:
    """Return every workspace, the oldest first; for the machine's own work."""
    return [row.id for row in uow.execute("SELECT id FROM workspace ORDER BY id")]


def get_workspace(uow: UnitOfWork, actor: Actor) -> WorkspaceView:
    """Return the actor's workspace."""
    return workspace_settings(uow, actor.workspace_id)


def workspace_settings(uow: UnitOfWork, workspace_id: UUID) -> WorkspaceView:
    """Return a workspace's name, timezone and currency; raises `NoWorkspace`."""
    row = AuthRepository(uow).workspace(workspace_id)
    if row is None:
        raise NoWorkspace(NO_SUCH_WORKSPACE)
    return _workspace_view(row)


def _checked(uow: UnitOfWork, given: dict[str, str]) -> dict[str, str]:
    """Return settings as they are kept; raises `BadName`, `BadSetting`."""
    kept = {key: clean(value).strip() for key, value in given.items()}
    if not 0 < len(kept.get("name", "any")) <= MAX_NAME_LENGTH:
        message = "the name is empty or too long"
        raise BadName(message, field="name", expected=f"1 to {MAX_NAME_LENGTH} characters")
    if not is_currency(kept.get("currency", "USD")):
        message = "there is no such currency"
        expected = "an ISO 4217 code in capitals, such as EUR"
        raise BadSetting(message, field="currency", expected=expected)
    if not _is_timezone(uow, kept.get("timezone", "UTC")):
        message = "there is no such timezone"
        expected = "an IANA name such as Europe/Lisbon"
        raise BadSetting(message, field="timezone", expected=expected)
    return kept


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_timezone(uow: UnitOfWork, name: str) -> bool:
    """Whether both of those who count days know a timezone: Python and PostgreSQL."""
    if name not in _timezones():
        return False
    try:
        with uow.session.begin_nested():
            uow.execute("SELECT now() AT TIME ZONE :name", {"name": name})
    except DataError:
        return False
    return True


def _move_days(uow: UnitOfWork, old: str, new: str) -> None:
    if not _timezone_handlers:
        message = "a timezone changed, but nobody counts days: import backend.wiring"
        raise RuntimeError(message)
    for handler in _timezone_handlers:
        handler(uow, old, new)


def _workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=WorkspaceId(row.id), name=row.name, timezone=row.timezone, currency=row.currency
    )

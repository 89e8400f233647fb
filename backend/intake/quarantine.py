"""Looking after quarantine: what stands there and why, corrected, passed over or run again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.intake.errors import CorrectionInvalid, EventNotFound, NotQuarantined
from backend.intake.quarantine_repository import QuarantineRepository
from backend.intake.replay_schemas import ReplayMode, ReplayQuery, ReplayView
from backend.intake.replaying import start_replay
from backend.intake.repository import EventRepository
from backend.intake.schemas import EventState, WebhookEventView
from backend.intake.service import get_event
from backend.kit.ids import ChannelId, WebhookEventId
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

MAX_CORRECTION = 1_000_000
MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseView:
    """Deliveries of one channel that failed for one cause: an error without its particulars."""

    channel_id: ChannelId
    channel_name: str
    cause: str
    events: int
    first_at: datetime
    last_at: datetime
    newest_id: WebhookEventId
    newest_error: str


def list_causes(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[CauseView]:
    """Return what stands in quarantine by cause, the latest first."""
    actor.require(Permission.EVENTS_READ)
    rows = QuarantineRepository(uow, actor.workspace_id).causes(page)
    return paged(rows, page, view=_view, key=lambda row: (str(row["newest"]),))


def correct_event(uow: UnitOfWork, actor: Actor, event_id: UUID, *, body: str) -> WebhookEventView:
    """Have a corrected body read in place of the one that failed, which stays beside it.

    It takes effect with the next replay. Raises `CorrectionInvalid`, `EventNotFound`,
    `NotQuarantined`.
    """
    actor.require(Permission.EVENTS_WRITE)
    raw = body.encode("utf-8", "surrogatepass")
    if not 0 < len(raw) <= MAX_CORRECTION:
        message = f"the corrected body has {len(raw):,} bytes"
        raise CorrectionInvalid(message, field="body", expected=f"1 to {MAX_CORRECTION:,} bytes")
    repository = QuarantineRepository(uow, actor.workspace_id)
    if not repository.correct(event_id, body=raw, by=actor.name):
        raise _refusal(uow, actor, event_id)
    _told(uow, actor, AuditAction.EVENT_CORRECTED, event_id)
    return get_event(uow, actor, event_id)


def ignore_event(uow: UnitOfWork, actor: Actor, event_id: UUID, *, reason: str) -> WebhookEventView:
    """Pass a quarantined delivery over for good; raises as `correct_event`."""
    actor.require(Permission.EVENTS_WRITE)
    reason = _reason(reason)
    repository = QuarantineRepository(uow, actor.workspace_id)
    if not repository.ignore(event_id, reason=reason, by=actor.name):
        raise _refusal(uow, actor, event_id)
    _told(uow, actor, AuditAction.EVENTS_IGNORED, event_id)
    return get_event(uow, actor, event_id)


def ignore_cause(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, cause: str, *, reason: str
) -> int:
    """Pass over for good what failed so on a channel; returns how many deliveries."""
    actor.require(Permission.EVENTS_WRITE)
    repository = QuarantineRepository(uow, actor.workspace_id)
    count = repository.ignore_cause(channel_id, cause, reason=_reason(reason), by=actor.name)
    if count:
        uow.announce("operations")
        details = {"events": count}
        subject = f"channel:{channel_id}"
        record_audit(uow, actor, AuditAction.EVENTS_IGNORED, subject=subject, details=details)
    return count


def unignore_event(uow: UnitOfWork, actor: Actor, event_id: UUID) -> WebhookEventView:
    """Put an ignored delivery back into quarantine; one that is not ignored stays as it is."""
    actor.require(Permission.EVENTS_WRITE)
    if QuarantineRepository(uow, actor.workspace_id).heed(event_id):
        _told(uow, actor, AuditAction.EVENT_UNIGNORED, event_id)
    return get_event(uow, actor, event_id)


def rerun_cause(uow: UnitOfWork, actor: Actor, channel_id: UUID, cause: str) -> ReplayView:
    """Process again what failed so on a channel, as a replay; raises as `start_replay`."""
    query = ReplayQuery(channel_id=channel_id, states=(EventState.QUARANTINED,), cause=cause)
    return start_replay(uow, actor, query, mode=ReplayMode.COMMIT)


def _told(uow: UnitOfWork, actor: Actor, action: AuditAction, event_id: UUID) -> None:
    uow.announce("operations")
    record_audit(uow, actor, action, subject=f"webhook_event:{event_id}")


def _reason(given: str) -> str:
    reason = clean(given).strip()
    if not 0 < len(reason) <= MAX_REASON:
        message = "nobody will know why this was ignored"
        expected = f"a reason of 1 to {MAX_REASON} characters"
        raise CorrectionInvalid(message, field="reason", expected=expected)
    return reason


def _refusal(uow: UnitOfWork, actor: Actor, event_id: UUID) -> Exception:
    row = EventRepository(uow, actor.workspace_id).find(event_id)
    if row is None:
        message = "no such webhook event"
        return EventNotFound(message)
    message = f"this delivery is {row['state']}"
    return NotQuarantined(message, expected="a delivery that stands in quarantine")


def _view(row: RowMapping) -> CauseView:
    names = ("channel_id", "channel_name", "cause", "events", "first_at", "last_at")
    known: dict[str, Any] = {name: row[name] for name in (*names, "newest_id", "newest_error")}
    return CauseView(**known)

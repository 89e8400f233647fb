"""How long raw deliveries and words are kept, and letting go of what is older."""

from datetime import datetime, timedelta
from uuid import UUID

from backend import inbox, intake, media
from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.platform.unit_of_work import UnitOfWork, unit_of_work
from backend.privacy.errors import BadRetention
from backend.privacy.policy import LEAST_DAYS, MOST_DAYS, RAW_DAYS, cut, is_retention
from backend.privacy.repository import PrivacyRepository
from backend.privacy.schemas import Retention, RetentionEffect

BATCH_SIZE = 500
UPLOAD_LIMIT = timedelta(days=1)  # of a file that was handed in for a reply and never sent
EXPECTED = f"{LEAST_DAYS} to {MOST_DAYS} days"


def get_retention(uow: UnitOfWork, actor: Actor) -> Retention:
    """Return for how long the workspace keeps things."""
    actor.require(Permission.WORKSPACE_WRITE)
    return _retention(uow, actor.workspace_id)


def set_retention(uow: UnitOfWork, actor: Actor, given: Retention) -> Retention:
    """Set for how long things are kept from now on; raises `BadRetention`."""
    actor.require(Permission.WORKSPACE_WRITE)
    _check(given)
    before = _retention(uow, actor.workspace_id)
    if given == before:
        return before
    repository = PrivacyRepository(uow, actor.workspace_id)
    repository.set_retention(raw_days=given.raw_days, text_days=given.text_days)
    details = {
        "raw_days_before": before.raw_days,
        "raw_days": given.raw_days,
        "text_days_before": before.text_days,
        "text_days": given.text_days,
    }
    uow.announce("privacy")
    record_audit(uow, actor, AuditAction.RETENTION_CHANGED, subject="retention", details=details)
    return given


def retention_effect(uow: UnitOfWork, actor: Actor, proposed: Retention) -> RetentionEffect:
    """Return what a retention would let go of now; raises `BadRetention`. Nothing is changed."""
    actor.require(Permission.WORKSPACE_WRITE)
    _check(proposed)
    place = actor.workspace_id
    bodies, oldest_body_at = intake.count_bodies(uow, place, before=cut(uow.now, proposed.raw_days))
    texts, oldest_text_at, files = 0, None, 0
    if proposed.text_days is not None:
        before = cut(uow.now, proposed.text_days)
        texts, oldest_text_at = inbox.count_texts(uow, place, before=before)
        files = media.count_files(uow, place, before=before)
    return RetentionEffect(
        bodies=bodies,
        oldest_body_at=oldest_body_at,
        texts=texts,
        oldest_text_at=oldest_text_at,
        files=files,
    )


def retain(workspace_id: UUID) -> int:
    """Let go of what a workspace keeps no longer, some at a time, each time in its transaction.

    Stopped half way, it goes on where it was the next time. Returns how many rows were emptied.
    """
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        kept, now = _retention(uow, workspace_id), uow.now
    emptied = _retain_bodies(actor, cut(now, kept.raw_days))
    emptied += _retain_uploads(actor, now - UPLOAD_LIMIT)
    if kept.text_days is not None:
        emptied += _retain_files(actor, cut(now, kept.text_days))
        emptied += _retain_texts(actor, cut(now, kept.text_days))
    return emptied


def _retain_bodies(actor: Actor, before: datetime) -> int:
    emptied = 0
    while True:
        with unit_of_work(actor) as uow:
            count = intake.blank_bodies(uow, actor.workspace_id, before=before, limit=BATCH_SIZE)
        emptied += count
        if count < BATCH_SIZE:
            return emptied


def _retain_files(actor: Actor, before: datetime) -> int:
    emptied = 0
    while True:
        with unit_of_work(actor) as uow:
            count = media.blank_files(uow, actor.workspace_id, before=before, limit=BATCH_SIZE)
        emptied += count
        if count < BATCH_SIZE:
            return emptied


def _retain_uploads(actor: Actor, before: datetime) -> int:
    emptied = 0
    while True:
        with unit_of_work(actor) as uow:
            count = media.blank_uploads(uow, actor.workspace_id, before=before, limit=BATCH_SIZE)
        emptied += count
        if count < BATCH_SIZE:
            return emptied


def _retain_texts(actor: Actor, before: datetime) -> int:
    emptied = 0
    after = datetime.min.replace(tzinfo=before.tzinfo)
    while True:
        with unit_of_work(actor) as uow:
            count, last_at = inbox.blank_texts(
                uow, actor.workspace_id, after=after, before=before, limit=BATCH_SIZE
            )
        emptied += count
        if count < BATCH_SIZE or last_at is None:
            return emptied
        after = last_at


def _retention(uow: UnitOfWork, workspace_id: UUID) -> Retention:
    row = PrivacyRepository(uow, workspace_id).retention()
    if row is None:
        return Retention(raw_days=RAW_DAYS, text_days=None)
    return Retention(raw_days=row.raw_days, text_days=row.text_days)


def _check(given: Retention) -> None:
    for field, days in (("raw_days", given.raw_days), ("text_days", given.text_days)):
        if not is_retention(days):
            message = f"nothing is kept for {days} days"
            raise BadRetention(message, field=field, expected=EXPECTED)
    if given.text_days is not None and given.text_days < given.raw_days:
        message = "raw deliveries hold the same words, so they would outlive them"
        expected = "raw_days no longer than text_days"
        raise BadRetention(message, field="raw_days", expected=expected)

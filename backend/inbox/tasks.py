"""Sending replies, one task a reply, and finding those whose task was lost."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

import structlog

from backend.auth import Actor
from backend.inbox import assigning, receipts, sending, sleeping
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work

log = structlog.get_logger(__name__)


@task("inbox.send")
def send(workspace_id: str, message_id: str) -> None:
    """Send one reply, unless somebody has it already."""
    with unit_of_work(Actor.system(UUID(workspace_id))) as uow:
        claimed = sending.claim(uow, UUID(message_id))
    if claimed is None:
        return
    outcome = sending.hand_over(claimed)
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, outcome)


@task("inbox.look_up")
def look_up(workspace_id: str, message_id: str) -> None:
    """Ask the provider about one reply of which nobody knows."""
    with unit_of_work(Actor.system(UUID(workspace_id))) as uow:
        asked = sending.claim_unknown(uow, UUID(message_id))
    if asked is None:
        return
    found = sending.look_up(asked)
    with unit_of_work(asked.connection) as uow:
        sending.settle_unknown(uow, asked, found)


@task("inbox.tell_read")
def tell_read(workspace_id: str, conversation_id: str) -> None:
    """Show a customer that their last message was read."""
    receipts.tell_read(Actor.system(UUID(workspace_id)), UUID(conversation_id))


@periodic("inbox.sweep", every=timedelta(seconds=5))
def sweep() -> None:
    """Send what was forgotten or may be tried again, and settle what nobody knows."""
    with unit_of_work(SYSTEM) as uow:
        held, forgotten = sending.abandoned(uow), sending.overdue(uow)
        unknown = sending.unsettled(uow)
    for workspace_id, message_id in held:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            sending.give_up(uow, message_id)
    _each(send, forgotten)
    _each(look_up, unknown)


def _each(work: Callable[[str, str], None], found: Iterable[tuple[UUID, UUID]]) -> None:
    for workspace_id, message_id in found:
        try:
            work(str(workspace_id), str(message_id))
        except Exception:  # one that cannot be sent does not hold the others up
            log.exception("reply not settled", message_id=str(message_id))


@periodic("inbox.wake", every=timedelta(seconds=15))
def wake() -> None:
    """Wake conversations that have slept long enough, and forget who left without a word."""
    with unit_of_work(SYSTEM) as uow:
        due = sleeping.workspaces_to_wake(uow)
        sleeping.forget_absent(uow)
    for workspace_id in due:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            assigning.wake_due(uow, workspace_id)

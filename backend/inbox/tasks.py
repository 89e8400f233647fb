"""Sending replies, one task a reply, and finding those whose task was lost."""

from datetime import timedelta
from uuid import UUID

import structlog

from backend.auth import Actor
from backend.inbox.replying import abandoned, claim, give_up, hand_over, overdue, settle
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work

log = structlog.get_logger(__name__)


@task("inbox.send")
def send(workspace_id: str, message_id: str) -> None:
    """Send one reply, unless somebody has it already."""
    with unit_of_work(Actor.system(UUID(workspace_id))) as uow:
        claimed = claim(uow, UUID(message_id))
    if claimed is None:
        return
    outcome = hand_over(claimed)
    with unit_of_work(claimed.connection) as uow:
        settle(uow, claimed, outcome)


@periodic("inbox.sweep", every=timedelta(seconds=5))
def sweep() -> None:
    """Send what was forgotten, and give up on what nobody can know."""
    with unit_of_work(SYSTEM) as uow:
        held, forgotten = abandoned(uow), overdue(uow)
    for workspace_id, message_id in held:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            give_up(uow, message_id)
    for workspace_id, message_id in forgotten:
        try:
            send(str(workspace_id), str(message_id))
        except Exception:  # one that cannot be sent does not hold the others up
            log.exception("reply not sent", message_id=str(message_id))

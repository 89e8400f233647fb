"""Working off stored deliveries."""

from datetime import timedelta
from uuid import UUID

from backend.intake.draining import drain
from backend.intake.replay_repository import due
from backend.intake.replaying import work_off
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work


@periodic("intake.drain", every=timedelta(seconds=1))
def drain_everything() -> None:
    """Process every delivery that waits."""
    drain()


@task("intake.replay")
def replay(workspace_id: str, replay_id: str) -> None:
    """Do one replay, unless somebody does already."""
    work_off(UUID(workspace_id), UUID(replay_id))


@periodic("intake.replays", every=timedelta(seconds=15))
def wake_replays() -> None:
    """Wake the replays that nobody works on: their wake-up was lost, or their worker died."""
    with unit_of_work(SYSTEM) as uow:
        waiting = due(uow)
        for workspace_id, replay_id in waiting:
            uow.enqueue("intake.replay", workspace_id, replay_id)

"""Doing backtests in a worker."""

from datetime import timedelta
from uuid import UUID

from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rules.backtest_repository import due
from backend.rules.backtest_run import work_off_backtest


@task("rules.backtest")
def backtest(workspace_id: str, backtest_id: str) -> None:
    """Do one backtest, unless somebody does already."""
    work_off_backtest(UUID(workspace_id), UUID(backtest_id))


@periodic("rules.backtests", every=timedelta(seconds=15))
def wake_backtests() -> None:
    """Wake the backtests that nobody works on: their wake-up was lost, or their worker died."""
    with unit_of_work(SYSTEM) as uow:
        for workspace_id, backtest_id in due(uow):
            uow.enqueue("rules.backtest", workspace_id, backtest_id)

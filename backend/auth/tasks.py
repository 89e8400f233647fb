"""Forgetting what is over: attempts, codes and links that came too late, sessions long ended."""

from datetime import timedelta
from typing import Final

from backend.auth import attempts
from backend.auth.account_repository import AccountRepository
from backend.auth.session_repository import SessionRepository
from backend.platform.queue import periodic
from backend.platform.unit_of_work import SYSTEM, unit_of_work

KEPT_AFTER_END: Final = timedelta(days=90)
KEPT_UNUSED: Final = timedelta(days=400)


@periodic("auth.forget", every=timedelta(minutes=10))
def forget() -> None:
    """Delete what nobody asks for any more."""
    with unit_of_work(SYSTEM) as uow:
        attempts.forget_old(uow)
        AccountRepository(uow).forget_expired(uow.now)
        SessionRepository(uow).forget_old(
            ended_before=uow.now - KEPT_AFTER_END, unused_before=uow.now - KEPT_UNUSED
        )

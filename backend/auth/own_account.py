"""One's own account: it belongs to a person, and to no workspace that they may be working in.

Row-level security shows what lets a person in, and their sessions elsewhere, to the system only.
A use case about the actor's own account therefore works as the system for a while, with the id of
the actor and no other.
"""

from collections.abc import Generator
from contextlib import contextmanager

from backend.auth.errors import NotPermitted
from backend.auth.schemas import Actor
from backend.kit.errors import LeadFlowError
from backend.kit.ids import UserId
from backend.platform.unit_of_work import SYSTEM, UnitOfWork


def person_of(actor: Actor) -> UserId:
    """Return who acts; raises `NotPermitted` where it is no person."""
    if actor.user_id is None:
        message = "this concerns a person's own account, and no person is signed in"
        raise NotPermitted(message)
    return actor.user_id


@contextmanager
def as_system(uow: UnitOfWork) -> Generator[None]:
    """Work as the system inside the block, and go on in the workspace after it."""
    if uow.workspace_id is None:
        yield
        return
    before = Actor.system(uow.workspace_id)
    uow.session.flush()
    uow.enter(SYSTEM)
    try:
        yield
    except LeadFlowError:
        uow.enter(before)
        raise
    uow.enter(before)

"""What the commands of `leadflow` share: the database at hand, and the workspace they are about."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from backend import auth
from backend.kit.errors import Unavailable
from backend.platform import database, queue, supervisor
from backend.platform.embedded_postgres import embedded_server
from backend.platform.settings import DatabaseSettings, DataSettings, ServerSettings, load
from backend.platform.unit_of_work import UnitOfWork

WorkspaceChoice = Annotated[
    str | None, typer.Option("--workspace", help="Its id or name, where there are several.")
]


@contextmanager
def held_database() -> Generator[None]:
    """Hold the embedded server, if it is ours to run, for as long as a command needs it."""
    if load(DatabaseSettings).database_url:
        yield
        return
    with embedded_server(load(DataSettings).data_dir):
        try:
            yield
        finally:
            queue.dispose()
            database.dispose()


def enter(uow: UnitOfWork, workspace: str | None) -> auth.Actor:
    """Go on as the machine itself in the workspace that a command is about."""
    actor = auth.Actor.system(auth.choose_workspace(uow, workspace).id)
    uow.enter(actor)
    return actor


def local_door() -> str:
    """Return where the running LeadFlow answers on this machine; raises `Unavailable`."""
    server = load(ServerSettings)
    if not supervisor.answers(server.host, server.port):
        message = f"LeadFlow does not answer on {server.host}:{server.port}; start it first"
        raise Unavailable(message)
    return f"http://{supervisor.reachable(server.host)}:{server.port}"

"""What faults need for themselves: a server that nobody else uses, or power over the shared one."""

import shutil
from dataclasses import dataclass

import psycopg
import pytest

from backend.auth import Actor
from backend.channels import ChannelView, Provider
from backend.platform import database, migrations, queue
from backend.platform.embedded_postgres import embedded_server
from backend.platform.postgres_place import (
    SYSTEM_SOCKETS,
    Place,
    home_of,
    prepare,
    read_identity,
)
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import WHATSAPP_CREDENTIALS, create_channel, create_workspace


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A durable server of its own, with a workspace and a number in it."""

    postgres: Place
    actor: Actor
    channel: ChannelView

    def stop(self):
        """End the server at once, as a crash would."""
        self._control("stop", "-m", "immediate")

    def start(self):
        """Start it again with what it was started with."""
        options = (self.postgres.cluster / "postmaster.opts").read_text().split(" ", 1)[1].strip()
        self._control("start", "-l", str(self.postgres.log), "-o", options)

    def _control(self, command, *options):
        arguments = (command, "-D", str(self.postgres.cluster), "-w", *options)
        done = self.postgres.run("pg_ctl", *arguments)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def private_server(tmp_path, monkeypatch):
    """Run a server that a test may crash; it leaves no trace."""
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    _disconnect()
    with embedded_server(tmp_path) as running:
        monkeypatch.setenv("DATABASE_URL", running.url())
        migrations.upgrade()
        with unit_of_work(SYSTEM) as uow:
            actor = Actor.system(create_workspace(uow).id)
        with unit_of_work(actor) as uow:
            channel = create_channel(
                uow, actor, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
            )
        yield PrivateServer(prepare(tmp_path), actor, channel)
        _disconnect()
    identity = read_identity(tmp_path)
    shutil.rmtree(home_of(tmp_path, identity), ignore_errors=True)
    shutil.rmtree(SYSTEM_SOCKETS / identity.name, ignore_errors=True)


@pytest.fixture
def superuser_url(server, database):
    """Return the address at which the test's database obeys everything."""
    return server.superuser_url(psycopg.conninfo.conninfo_to_dict(database)["dbname"])


def _disconnect():
    queue.dispose()
    database.dispose()

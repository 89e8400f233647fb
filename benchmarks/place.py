"""A database and a workspace of one's own, gone when the benchmark ends."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend import auth, channels, seed, wiring
from backend.auth import Actor
from backend.channels import ChannelInput, ChannelView, Platform, Provider
from backend.platform import database, logging, migrations, queue
from backend.platform.embedded_postgres import embedded_server
from backend.platform.unit_of_work import SYSTEM, unit_of_work

REGISTERED = (wiring,)
SECRET = "a-secret-of-the-benchmark"  # noqa: S105  signs made-up load on this machine only


@dataclass(frozen=True, slots=True)
class Bench:
    """Who acts, and the channel that the load goes to."""

    actor: Actor
    channel: ChannelView


@contextmanager
def bench() -> Generator[Bench]:
    """Start a durable server, migrate, and connect a number whose secret is known."""
    logging.configure()
    with tempfile.TemporaryDirectory(prefix="leadflow-bench-") as folder:
        os.environ["LEADFLOW_DATA_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)
        with embedded_server(Path(folder)):
            migrations.upgrade()
            with unit_of_work(SYSTEM) as uow:
                auth.ensure_first_admin(uow)
                seed.plant_demo(uow)
                actor = Actor.system(auth.sole_workspace(uow).id)
            with unit_of_work(actor) as uow:
                channel = channels.create_channel(uow, actor, _number())
            yield Bench(actor, channel)
            queue.dispose()
            database.dispose()


def _number() -> ChannelInput:
    return ChannelInput(
        name="Benchmark",
        platform=Platform.WHATSAPP,
        provider=Provider.WHATSAPP_CLOUD,
        address="+15550100100",
        credentials={
            "app_secret": SECRET,
            "verify_token": "verify",
            "phone_number_id": "100100100100",
        },
    )

"""The worker process: a Huey consumer for wake-ups, and the sweeper for whatever was missed."""

from huey.consumer import Consumer  # pyright: ignore[reportMissingTypeStubs]

from backend import wiring
from backend.analytics import tasks as analytics_tasks
from backend.auth import tasks as auth_tasks
from backend.channels import tasks as channels_tasks
from backend.importing import tasks as importing_tasks
from backend.inbox import tasks as inbox_tasks
from backend.intake import tasks as intake_tasks
from backend.leads import tasks as leads_tasks
from backend.media import tasks as media_tasks
from backend.platform import collector
from backend.platform.queue import broker
from backend.platform.sweeper import Sweeper
from backend.privacy import tasks as privacy_tasks
from backend.rules import tasks as rules_tasks

THREADS = 4
REGISTERED = (
    wiring,
    auth_tasks,
    channels_tasks,
    intake_tasks,
    inbox_tasks,
    leads_tasks,
    media_tasks,
    importing_tasks,
    analytics_tasks,
    privacy_tasks,
    rules_tasks,
)


def run() -> None:
    """Work until a signal comes."""
    collector.relax()
    sweeper = Sweeper()
    sweeper.start()
    consumer = Consumer(broker().huey, workers=THREADS, periodic=False)
    try:
        consumer.run()
    finally:
        sweeper.stop()

"""Looking after channels: asking providers about numbers and templates, each by a task of its own.

One that cannot be asked holds no other up, and what its provider says is on its card.
"""

from datetime import timedelta
from uuid import UUID

from backend import auth
from backend.auth import Actor
from backend.channels.health import active_channels, check_channel
from backend.channels.ports import Feature
from backend.channels.templates import read_templates
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work


@task("channels.check_one")
def check_one(workspace_id: str, channel_id: str) -> None:
    """Ask the provider about one channel."""
    check_channel(UUID(workspace_id), UUID(channel_id))


@task("channels.sync_templates_of")
def sync_templates_of(workspace_id: str, channel_id: str) -> None:
    """Read the templates of one channel."""
    read_templates(UUID(workspace_id), UUID(channel_id))


@periodic("channels.check", every=timedelta(minutes=30))
def check_all() -> None:
    """Wake a check of every channel in use whose provider can be asked."""
    _wake("channels.check_one", Feature.PROBE)


@periodic("channels.sync_templates", every=timedelta(hours=1))
def sync_all() -> None:
    """Wake a reading of the templates of every channel in use that has some."""
    _wake("channels.sync_templates_of", Feature.LIST_TEMPLATES)


def _wake(name: str, feature: Feature) -> None:
    with unit_of_work(SYSTEM) as uow:
        workspace_ids = auth.workspace_ids(uow)
    for workspace_id in workspace_ids:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            for channel_id in active_channels(uow, workspace_id, feature):
                uow.enqueue(name, workspace_id, channel_id)

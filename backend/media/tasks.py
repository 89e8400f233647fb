"""Fetching files, one task a file, and finding those whose task was lost."""

from datetime import timedelta
from uuid import UUID

import structlog

from backend.auth import Actor
from backend.media.fetching import claim, settle
from backend.media.fetching import fetch as download
from backend.media.repository import MediaRepository, due, left_over
from backend.platform import file_store
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work

log = structlog.get_logger(__name__)


@task("media.fetch")
def fetch(workspace_id: str, media_id: str) -> None:
    """Fetch one file, unless somebody does already."""
    actor = Actor.system(UUID(workspace_id))
    with unit_of_work(actor) as uow:
        claimed = claim(uow, actor.workspace_id, UUID(media_id))
    if claimed is None:
        return
    outcome = download(claimed)
    with unit_of_work(actor) as uow:
        is_ours = settle(uow, claimed, outcome)
    if not is_ours:
        file_store.remove(claimed.storage_key)


@task("media.remove")
def remove(workspace_id: str, media_id: str) -> None:
    """Delete the copy of an erased file."""
    actor = Actor.system(UUID(workspace_id))
    with unit_of_work(actor) as uow:
        key = MediaRepository(uow, actor.workspace_id).left_key(UUID(media_id))
    if key is None:
        return
    file_store.remove(key)
    with unit_of_work(actor) as uow:
        MediaRepository(uow, actor.workspace_id).removed(UUID(media_id))


@periodic("media.sweep", every=timedelta(seconds=15))
def sweep() -> None:
    """Fetch what is due and was forgotten, and delete what should be gone."""
    with unit_of_work(SYSTEM) as uow:
        waiting, erased = due(uow), left_over(uow)
    work = [(remove, pair) for pair in erased] + [(fetch, pair) for pair in waiting]
    for do, (workspace_id, media_id) in work:
        try:
            do(str(workspace_id), str(media_id))
        except Exception:  # one file does not hold the others up
            log.exception("file not worked on", media_id=str(media_id))

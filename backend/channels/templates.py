"""Message templates as the provider has them: read whole from time to time, told of in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from backend.auth import Actor, Permission
from backend.channels.errors import NotOffered
from backend.channels.events import TemplateChange
from backend.channels.health import CANNOT_OPEN, in_words
from backend.channels.health_repository import HealthRepository
from backend.channels.models import MessageTemplate
from backend.channels.policy import Known, fresher
from backend.channels.ports import Feature, Template, TemplateStatus
from backend.channels.service import connection_of, find_channel, offers
from backend.channels.templates_repository import TemplateRepository
from backend.kit.errors import LeadFlowError
from backend.kit.ids import ChannelId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

CHANGING: Final = ("status", "quality", "category", "reason")
Rows = dict[tuple[UUID, str, str], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A message template; only an approved one may be sent, `reason` says why another may not."""

    id: UUID
    channel_id: ChannelId
    provider_template_id: str
    name: str
    language: str
    category: str
    status: TemplateStatus
    quality: str | None
    components: Sequence[Mapping[str, Any]]
    reason: str | None
    synced_at: datetime | None


def list_templates(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, page: PageRequest | None = None
) -> Page[TemplateView]:
    """Return the templates of a channel by name; raises `ChannelNotFound`."""
    actor.require(Permission.CHANNELS_READ)
    find_channel(uow, actor.workspace_id, channel_id)
    asked = page or PageRequest(limit=200)
    rows = TemplateRepository(uow).page(actor.workspace_id, channel_id, asked)
    return paged(rows, asked, view=_view, key=lambda row: (row.name, row.language))


def find_template(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, template_id: UUID
) -> TemplateView | None:
    """Return one template of a channel."""
    row = TemplateRepository(uow).find(workspace_id, channel_id, template_id)
    return _view(row) if row else None


def sync_templates(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> None:
    """Have a worker read the templates of a channel; raises `ChannelNotFound`, `NotOffered`."""
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    if not offers(channel.provider, Feature.LIST_TEMPLATES):
        message = f"{channel.provider} offers no list of templates through LeadFlow"
        raise NotOffered(message)
    uow.enqueue("channels.sync_templates_of", actor.workspace_id, channel.id)


def read_templates(workspace_id: UUID, channel_id: UUID) -> str:
    """Read all templates from the provider, outside any transaction; returns what went wrong."""
    actor = Actor.system(workspace_id)
    found: Sequence[Template] = ()
    error, connection = "", None
    with unit_of_work(actor) as uow:
        started_at = uow.now
        try:
            connection = connection_of(uow, workspace_id, channel_id)
        except SealBroken:
            error = CANNOT_OPEN
    try:
        found = connection.adapter.list_templates(connection.access) if connection else ()
    except LeadFlowError as refusal:
        error = in_words(refusal)
    with unit_of_work(actor) as uow:
        if not error:
            _store(uow, workspace_id, channel_id, found)
            TemplateRepository(uow).remove_missing(
                workspace_id, channel_id, synced_before=started_at
            )
        moment = {} if error else {"templates_synced_at": uow.now}
        HealthRepository(uow).put(workspace_id, channel_id, {**moment, "templates_error": error})
        uow.announce("channels", channel_id)
    return error


def apply_template_changes(
    uow: UnitOfWork, workspace_id: UUID, changes: Sequence[tuple[ChannelId, TemplateChange]]
) -> None:
    """Let what providers told of templates count, in any order; one that is new is remembered."""
    if not changes:
        return
    uow.lock(f"templates|{workspace_id}")
    repository = TemplateRepository(uow)
    named = repository.named(workspace_id, {change.provider_template_id for _, change in changes})
    rows: Rows = {(row.channel_id, row.name, row.language): row.model_dump() for row in named}
    for channel_id, change in changes:
        said = {name: getattr(change, name) for name in CHANGING}
        theirs = [
            key
            for key, row in rows.items()
            if row["provider_template_id"] == change.provider_template_id
        ]
        if not theirs and change.name and change.language:
            key = (channel_id, change.name, change.language)
            rows[key] = _new(uow, workspace_id, key, change)
            theirs = [key]
        for key in theirs:
            _take(rows[key], said, change.occurred_at or uow.now)
        uow.announce("channels", channel_id)
    repository.put(list(rows.values()))


def _store(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, found: Sequence[Template]
) -> None:
    uow.lock(f"templates|{workspace_id}")
    repository = TemplateRepository(uow)
    held = {
        (row.channel_id, row.name, row.language): row.model_dump()
        for row in repository.of_channel(workspace_id, channel_id)
    }
    rows: Rows = {}
    for template in found:
        key = (channel_id, template.name, template.language)
        row = held.get(key) or _new(uow, workspace_id, key, template)
        row |= {
            "provider_template_id": template.provider_template_id,
            "components": [dict(one) for one in template.components],
            "synced_at": uow.now,
        }
        _take(row, {name: getattr(template, name) for name in CHANGING}, uow.now)
        row["reason"] = template.reason
        rows[key] = row
    repository.put(list(rows.values()))


def _take(row: dict[str, Any], said: Mapping[str, Any], at: datetime) -> None:
    known = Known({name: row[name] for name in CHANGING}, row["known_at"])
    newer = fresher(known, said, at)
    row |= {**newer.facts, "known_at": dict(newer.known_at)}


def _new(
    uow: UnitOfWork,
    workspace_id: UUID,
    key: tuple[UUID, str, str],
    told: Template | TemplateChange,
) -> dict[str, Any]:
    channel_id, name, language = key
    return MessageTemplate(
        id=new_id(),
        workspace_id=workspace_id,
        channel_id=channel_id,
        provider_template_id=told.provider_template_id,
        name=name,
        language=language,
        status=TemplateStatus.PENDING,
        created_at=uow.now,
    ).model_dump()


def _view(row: MessageTemplate) -> TemplateView:
    held = row.model_dump(exclude={"workspace_id", "known_at", "created_at", "status"})
    return TemplateView(**held, status=TemplateStatus(row.status))

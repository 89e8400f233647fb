"""Connecting numbers, and finding the connection that a delivery belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from pydantic import SecretStr, ValidationError

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.channels.adapters import adapter_for
from backend.channels.errors import ChannelExists, ChannelInvalid, ChannelNotFound
from backend.channels.models import Channel
from backend.channels.ports import Provider
from backend.channels.repository import ChannelRepository
from backend.channels.schemas import ChannelInput, ChannelView, Connection, Platform, Reader
from backend.kit.ids import ChannelId, WorkspaceId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.sealing import SealedColumn, seal_in
from backend.platform.secrets import unseal
from backend.platform.unit_of_work import UnitOfWork


def create_channel(uow: UnitOfWork, actor: Actor, given: ChannelInput) -> ChannelView:
    """Connect a number; raises `ChannelInvalid`, `ChannelExists`."""
    actor.require(Permission.CHANNELS_WRITE)
    given = _storable(given)
    credentials = _checked_credentials(given.provider, given.credentials)
    if not given.name.strip() or not given.address.strip():
        field = "address" if given.name.strip() else "name"
        message = f"{field} is empty"
        raise ChannelInvalid(message, field=field, expected="some text")
    repository = ChannelRepository(uow)
    routing_key = str(credentials.get("phone_number_id") or given.address.strip())
    if repository.by_routing_key(actor.workspace_id, given.provider, routing_key):
        message = f"{routing_key} is connected to this workspace already"
        raise ChannelExists(message, field="address")
    channel_id = new_id()
    channel = Channel(
        id=channel_id,
        workspace_id=actor.workspace_id,
        name=given.name.strip(),
        platform=given.platform,
        provider=given.provider,
        address=given.address.strip(),
        routing_key=routing_key,
        credentials=seal_in(uow, dict(credentials), context=_place(channel_id)),
        settings=dict(given.settings),
        created_at=uow.now,
    )
    repository.add(channel)
    uow.announce("channels", channel_id)
    _record(uow, actor, AuditAction.CHANNEL_CREATED, channel)
    return _view(channel)


def change_credentials(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, credentials: Mapping[str, Any]
) -> ChannelView:
    """Put new credentials in the place of all old ones; the number stays the same.

    Deliveries are verified with them within seconds. Raises `ChannelNotFound`, `ChannelInvalid`.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = _load(uow, actor.workspace_id, channel_id)
    checked = _checked_credentials(Provider(channel.provider), clean(dict(credentials)))
    if checked.get("phone_number_id", channel.routing_key) != channel.routing_key:
        message = "credentials.phone_number_id: is another number's"
        expected = "the channel's own, or a new channel for the other number"
        raise ChannelInvalid(message, field="credentials.phone_number_id", expected=expected)
    channel.credentials = seal_in(uow, dict(checked), context=_place(channel.id))
    uow.session.flush()
    uow.announce("channels", channel.id)
    _record(uow, actor, AuditAction.CHANNEL_CREDENTIALS_CHANGED, channel)
    return _view(channel)


def list_channels(
    uow: UnitOfWork, actor: Actor, page: PageRequest | None = None
) -> Page[ChannelView]:
    """Return the workspace's channels, oldest first."""
    actor.require(Permission.CHANNELS_READ)
    asked = page or PageRequest(limit=200)
    rows = ChannelRepository(uow).page(actor.workspace_id, asked)
    return paged(rows, asked, view=_view, key=lambda row: (row.created_at.isoformat(), str(row.id)))


def get_channel(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> ChannelView:
    """Return one channel; raises `ChannelNotFound`."""
    actor.require(Permission.CHANNELS_READ)
    return _view(_load(uow, actor.workspace_id, channel_id))


def connection_of(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Connection:
    """Open a channel of a workspace for use; raises `ChannelNotFound`."""
    return _connection(_load(uow, workspace_id, channel_id))


def reader_of(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Reader:
    """Return what reads a channel's deliveries, also while no key opens its credentials."""
    channel = _load(uow, workspace_id, channel_id)
    return Reader(
        channel_id=ChannelId(channel.id),
        workspace_id=WorkspaceId(channel.workspace_id),
        provider=Provider(channel.provider),
        routing_key=channel.routing_key,
        adapter=adapter_for(Provider(channel.provider)),
    )


def webhook_connection(uow: UnitOfWork, provider: str, channel_id: UUID) -> Connection:
    """Open the channel that a webhook's address names; raises `ChannelNotFound`."""
    channel = ChannelRepository(uow).find_anywhere(channel_id)
    if channel is None or channel.provider != provider or not channel.is_active:
        raise ChannelNotFound(NO_SUCH_CHANNEL)
    return _connection(channel)


def routes(uow: UnitOfWork, workspace_id: UUID) -> Mapping[tuple[Provider, str], ChannelId]:
    """Return which channel of a workspace a provider means by which routing key."""
    channels = ChannelRepository(uow).connected(workspace_id)
    return {
        (Provider(channel.provider), channel.routing_key): ChannelId(channel.id)
        for channel in channels
    }


def saw_inbound(uow: UnitOfWork, channel_ids: Iterable[UUID]) -> None:
    """Remember that customers wrote to these channels just now."""
    if ids := sorted(set(channel_ids)):
        ChannelRepository(uow).saw_inbound(ids, uow.now)


NO_SUCH_CHANNEL = "no such channel"


def _load(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Channel:
    channel = ChannelRepository(uow).find(workspace_id, channel_id)
    if channel is None:
        raise ChannelNotFound(NO_SUCH_CHANNEL)
    return channel


def _storable(given: ChannelInput) -> ChannelInput:
    return replace(
        given,
        name=clean(given.name),
        address=clean(given.address),
        credentials=clean(dict(given.credentials)),
        settings=clean(dict(given.settings)),
    )


def _checked_credentials(provider: Provider, given: Mapping[str, Any]) -> Mapping[str, object]:
    """Validate the shape that the provider's adapter asks for; never repeats a given value."""
    model = adapter_for(provider).credentials_model
    try:
        checked = model.model_validate(dict(given))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in fault["loc"])
        message = f"credentials.{name}: {fault['msg']}"
        expected = "the fields " + ", ".join(model.model_fields)
        raise ChannelInvalid(message, field=f"credentials.{name}", expected=expected) from None
    return {name: _revealed(value) for name, value in checked}


def _revealed(value: object) -> object:
    """Open a secret for sealing; the only place that does."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _connection(channel: Channel) -> Connection:
    adapter = adapter_for(Provider(channel.provider))
    opened = unseal(channel.credentials, context=_place(channel.id))
    return Connection(
        channel_id=ChannelId(channel.id),
        workspace_id=WorkspaceId(channel.workspace_id),
        provider=Provider(channel.provider),
        routing_key=channel.routing_key,
        adapter=adapter,
        credentials=adapter.credentials_model.model_validate(opened),
    )


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, channel: Channel) -> None:
    details = {"name": channel.name, "provider": channel.provider}
    record_audit(uow, actor, action, subject=f"channel:{channel.id}", details=details)


def _place(channel_id: UUID) -> str:
    return f"channel|{channel_id}|credentials"


SEALED_CREDENTIALS: Final = SealedColumn(table="channel", column="credentials", place=_place)


def _view(channel: Channel) -> ChannelView:
    provider = Provider(channel.provider)
    return ChannelView(
        id=ChannelId(channel.id),
        name=channel.name,
        platform=Platform(channel.platform),
        provider=provider,
        address=channel.address,
        settings=channel.settings,
        is_active=channel.is_active,
        can_reply=adapter_for(provider).can_reply,
        webhook_path=f"/webhooks/{provider}/{channel.id}",
        last_inbound_at=channel.last_inbound_at,
        created_at=channel.created_at,
    )

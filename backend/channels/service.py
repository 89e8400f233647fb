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
from backend.channels.ports import Feature, Provider
from backend.channels.repository import ChannelRepository
from backend.channels.schemas import ChannelInput, ChannelView, Connection, Platform, Reader
from backend.kit.ids import ChannelId, WorkspaceId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.phone import trusted_e164
from backend.kit.text import clean
from backend.platform.outbound import check_target
from backend.platform.public_address import public_address
from backend.platform.sealing import SealedColumn, seal_in
from backend.platform.secrets import unseal
from backend.platform.unit_of_work import UnitOfWork


def create_channel(uow: UnitOfWork, actor: Actor, given: ChannelInput) -> ChannelView:
    """Connect a number; raises `ChannelInvalid`, `ChannelExists`."""
    actor.require(Permission.CHANNELS_WRITE)
    given = _storable(given)
    _known_settings(given.settings)
    credentials = checked_credentials(given.provider, given.credentials)
    if not given.name.strip() or not given.address.strip():
        field = "address" if given.name.strip() else "name"
        message = f"{field} is empty"
        raise ChannelInvalid(message, field=field, expected="some text")
    repository = ChannelRepository(uow)
    routing_key = routing_key_of(given.provider, credentials, given.address)
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
        public_url=given.public_url.strip().rstrip("/"),
        settings=dict(given.settings),
        created_at=uow.now,
    )
    repository.add(channel)
    uow.announce("channels", channel_id)
    record(uow, actor, AuditAction.CHANNEL_CREATED, channel)
    return channel_view(channel)


def change_credentials(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, credentials: Mapping[str, Any]
) -> ChannelView:
    """Put new credentials in the place of all old ones; the number stays the same.

    Deliveries are verified with them within seconds. Raises `ChannelNotFound`, `ChannelInvalid`.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    checked = checked_credentials(Provider(channel.provider), clean(dict(credentials)))
    put_credentials(uow, channel, checked)
    record(uow, actor, AuditAction.CHANNEL_CREDENTIALS_CHANGED, channel)
    return channel_view(channel)


def put_credentials(uow: UnitOfWork, channel: Channel, checked: Mapping[str, Any]) -> None:
    """Seal credentials of the right shape for a channel; whether they work is to be seen.

    Raises `ChannelInvalid` when they are another number's.
    """
    routing_key = routing_key_of(Provider(channel.provider), checked, channel.routing_key)
    if routing_key != channel.routing_key:
        field = f"credentials.{adapter_for(Provider(channel.provider)).routing_field}"
        message = f"{field}: is another number's"
        expected = "the channel's own, or a new channel for the other number"
        raise ChannelInvalid(message, field=field, expected=expected)
    channel.credentials = seal_in(uow, dict(checked), context=_place(channel.id))
    channel.is_checked = False
    uow.session.flush()
    uow.announce("channels", channel.id)


def routing_key_of(provider: Provider, credentials: Mapping[str, object], address: str) -> str:
    """Return the name by which deliveries mean a number: a credential of it, or its address."""
    named = credentials.get(adapter_for(provider).routing_field or "")
    return str(named or address.strip())


def list_channels(
    uow: UnitOfWork, actor: Actor, page: PageRequest | None = None
) -> Page[ChannelView]:
    """Return the workspace's channels, oldest first."""
    actor.require(Permission.CHANNELS_READ)
    asked = page or PageRequest(limit=200)
    rows = ChannelRepository(uow).page(actor.workspace_id, asked)
    return paged(
        rows, asked, view=channel_view, key=lambda row: (row.created_at.isoformat(), str(row.id))
    )


def get_channel(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> ChannelView:
    """Return one channel; raises `ChannelNotFound`."""
    actor.require(Permission.CHANNELS_READ)
    return channel_view(find_channel(uow, actor.workspace_id, channel_id))


def connection_of(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Connection:
    """Open a channel of a workspace for use; raises `ChannelNotFound`."""
    return _connection(find_channel(uow, workspace_id, channel_id))


def reader_of(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Reader:
    """Return what reads a channel's deliveries, also while no key opens its credentials."""
    channel = find_channel(uow, workspace_id, channel_id)
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
    """Return which channel of a workspace a provider means by a routing key, or by a number.

    Meta's news of a number names it by its digits, its messages by its id (WhatsApp Business
    Platform, webhook `phone_number_quality_update`). A routing key goes first.
    """
    channels = ChannelRepository(uow).connected(workspace_id)
    named = [(one.provider, trusted_e164(one.address) or one.address, one.id) for one in channels]
    named += [(one.provider, one.routing_key, one.id) for one in channels]
    return {(Provider(provider), key): ChannelId(place) for provider, key, place in named}


def saw_inbound(uow: UnitOfWork, channel_ids: Iterable[UUID]) -> None:
    """Remember that customers wrote to these channels just now."""
    if ids := sorted(set(channel_ids)):
        ChannelRepository(uow).saw_inbound(ids, uow.now)


NO_SUCH_CHANNEL = "no such channel"
KNOWN_SETTINGS = ("base_url",)


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse what is no setting, or leads where LeadFlow does not call; before any transaction.

    Raises `ChannelInvalid`, and what `check_target` raises.
    """
    _known_settings(settings)
    if base_url := settings.get("base_url"):
        check_target(str(base_url), field="settings.base_url", allow_http=True)


def _known_settings(settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        if name not in KNOWN_SETTINGS:
            message = f"settings.{name}: is no setting of a channel"
            expected = "only " + ", ".join(KNOWN_SETTINGS)
            raise ChannelInvalid(message, field=f"settings.{name}", expected=expected)
        if not isinstance(value, str):
            message = f"settings.{name}: is no text"
            raise ChannelInvalid(message, field=f"settings.{name}", expected="an https address")


def offers(provider: str, feature: Feature) -> bool:
    """Whether a provider offers something through LeadFlow."""
    return feature in adapter_for(Provider(provider)).features


def find_channel(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Channel:
    """Return a channel's row, for this slice alone; raises `ChannelNotFound`."""
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
        public_url=clean(given.public_url),
    )


def checked_credentials(provider: Provider, given: Mapping[str, Any]) -> Mapping[str, object]:
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
        address=channel.address,
        base_url=channel.settings.get("base_url") or None,
        webhook_url=_webhook_url(channel),
    )


def _webhook_url(channel: Channel) -> str:
    """Return where the provider delivers to, as it signs it."""
    return f"{channel.public_url or public_address()}{_webhook_path(channel)}"


def _webhook_path(channel: Channel) -> str:
    return f"/webhooks/{channel.provider}/{channel.id}"


def record(uow: UnitOfWork, actor: Actor, action: AuditAction, channel: Channel) -> None:
    """Put what was done to a channel into the audit log."""
    details = {"name": channel.name, "provider": channel.provider}
    record_audit(uow, actor, action, subject=f"channel:{channel.id}", details=details)


def _place(channel_id: UUID) -> str:
    return f"channel|{channel_id}|credentials"


SEALED_CREDENTIALS: Final = SealedColumn(table="channel", column="credentials", place=_place)


def channel_view(channel: Channel) -> ChannelView:
    """Return a channel as people see it."""
    provider = Provider(channel.provider)
    return ChannelView(
        id=ChannelId(channel.id),
        name=channel.name,
        platform=Platform(channel.platform),
        provider=provider,
        address=channel.address,
        settings=channel.settings,
        is_active=channel.is_active,
        is_checked=channel.is_checked,
        can_reply=Feature.SEND_TEXT in adapter_for(provider).features,
        features=adapter_for(provider).features,
        webhook_path=_webhook_path(channel),
        webhook_url=_webhook_url(channel),
        last_inbound_at=channel.last_inbound_at,
        created_at=channel.created_at,
    )

"""Changing a channel that is connected: its name, whether it is in use, its secrets' rotation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, SecretStr

from backend.auth import Actor, AuditAction, Permission
from backend.channels.credential_words import PREVIOUS
from backend.channels.errors import ChannelInvalid
from backend.channels.ports import Provider
from backend.channels.schemas import ChannelView
from backend.channels.service import (
    channel_view,
    checked_credentials,
    connection_of,
    find_channel,
    put_credentials,
    record,
)
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

MOST_NAME = 200


def rename_channel(uow: UnitOfWork, actor: Actor, channel_id: UUID, name: str) -> ChannelView:
    """Call a channel something else; raises `ChannelNotFound`, `ChannelInvalid`."""
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    wanted = clean(name).strip()
    if not 0 < len(wanted) <= MOST_NAME:
        message = "name is empty or too long"
        raise ChannelInvalid(message, field="name", expected=f"1 to {MOST_NAME} characters")
    if wanted != channel.name:
        channel.name = wanted
        _changed(uow, actor, channel_id, AuditAction.CHANNEL_RENAMED)
    return channel_view(channel)


def set_channel_active(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, *, is_active: bool
) -> ChannelView:
    """Take a channel out of use or into it: unused, its webhook is not there and nothing is asked.

    Its conversations and leads stay. Raises `ChannelNotFound`.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    if channel.is_active != is_active:
        channel.is_active = is_active
        action = AuditAction.CHANNEL_ACTIVATED if is_active else AuditAction.CHANNEL_DEACTIVATED
        _changed(uow, actor, channel_id, action)
    return channel_view(channel)


def add_credentials(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, credentials: Mapping[str, Any]
) -> ChannelView:
    """Put new credentials in force and keep the old secrets beside them where both may sign.

    A field that is not given stays as it is. Raises `ChannelNotFound`, `ChannelInvalid`.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    held = connection_of(uow, actor.workspace_id, channel_id).credentials
    merged = with_previous(held, clean(dict(credentials)))
    put_credentials(uow, channel, checked_credentials(Provider(channel.provider), merged))
    _changed(uow, actor, channel_id, AuditAction.CHANNEL_CREDENTIALS_CHANGED)
    return channel_view(channel)


def retire_secret(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> ChannelView:
    """Let only the present secrets count; raises `ChannelNotFound`.

    Whoever still signs with the old one is refused within seconds.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    held = opened(connection_of(uow, actor.workspace_id, channel_id).credentials)
    kept = {name: value for name, value in held.items() if not name.startswith(PREVIOUS)}
    was_checked = channel.is_checked
    put_credentials(uow, channel, checked_credentials(Provider(channel.provider), kept))
    channel.is_checked = was_checked
    _changed(uow, actor, channel_id, AuditAction.CHANNEL_SECRET_RETIRED)
    return channel_view(channel)


def has_old_secret(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> bool:
    """Whether an old secret still counts beside the present one; raises `ChannelNotFound`."""
    actor.require(Permission.CHANNELS_READ)
    held = opened(connection_of(uow, actor.workspace_id, channel_id).credentials)
    return any(name.startswith(PREVIOUS) and value for name, value in held.items())


def with_previous(held: BaseModel, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given credentials over the held ones, with a changed secret as the previous."""
    before = opened(held)
    merged = {**before, **{name: value for name, value in given.items() if value != ""}}
    for name in type(held).model_fields:
        old, new = before.get(name), merged.get(name)
        if f"{PREVIOUS}{name}" in type(held).model_fields and old and old != new:
            merged[f"{PREVIOUS}{name}"] = old
    return {name: value for name, value in merged.items() if value is not None}


def opened(credentials: BaseModel) -> dict[str, Any]:
    """Return the plain values of credentials, to be sealed again; never shown."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in credentials
    }


def _changed(uow: UnitOfWork, actor: Actor, channel_id: UUID, action: AuditAction) -> None:
    uow.session.flush()
    uow.announce("channels", channel_id)
    record(uow, actor, action, find_channel(uow, actor.workspace_id, channel_id))

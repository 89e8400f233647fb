"""What leaves the slice: frozen views, never a credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from backend.channels.ports import ChannelAdapter, Provider
from backend.kit.ids import ChannelId, WorkspaceId


class Platform(StrEnum):
    """Where customers write."""

    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInput:
    """A new channel as an admin describes it; `credentials` is write-only."""

    name: str
    platform: Platform
    provider: Provider
    address: str
    credentials: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel as people see it."""

    id: ChannelId
    name: str
    platform: Platform
    provider: Provider
    address: str
    settings: Mapping[str, Any]
    is_active: bool
    can_reply: bool
    webhook_path: str
    last_inbound_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A channel whose deliveries are to be read; reading takes no secret."""

    channel_id: ChannelId
    workspace_id: WorkspaceId
    provider: Provider
    routing_key: str
    adapter: ChannelAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Reader):
    """A channel ready for use, with its opened credentials. Never serialised."""

    credentials: BaseModel = field(repr=False)

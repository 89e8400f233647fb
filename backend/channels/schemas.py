"""What leaves the slice: frozen views, never a credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from backend.channels.ports import Access, ChannelAdapter, Feature, Provider
from backend.kit.ids import ChannelId, WorkspaceId


class Platform(StrEnum):
    """Where customers write."""

    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInput:
    """A new channel as an admin describes it; `credentials` is write-only.

    `public_url` is our address as this provider knows it; empty stands for the installation's.
    `settings["base_url"]` is another address of the provider's, for a proxy or a sandbox.
    """

    name: str
    platform: Platform
    provider: Provider
    address: str
    credentials: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    public_url: str = ""


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
    is_checked: bool
    can_reply: bool
    features: frozenset[Feature]
    webhook_path: str
    webhook_url: str
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
    address: str = ""
    base_url: str | None = None
    webhook_url: str = ""

    @property
    def access(self) -> Access:
        """What the adapter needs to call the provider."""
        return Access(
            credentials=self.credentials,
            address=self.address,
            routing_key=self.routing_key,
            base_url=self.base_url,
            webhook_url=self.webhook_url,
        )

    def offers(self, feature: Feature) -> bool:
        """Whether the provider can do this through us."""
        return feature in self.adapter.features


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorReport:
    """What came to the webhook of one channel since the last report."""

    channel_id: UUID
    handshake_at: datetime | None = None
    verified_at: datetime | None = None
    refused_at: datetime | None = None
    refused_count: int = 0
    reason: str = ""

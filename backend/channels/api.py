"""Channels over HTTP. Credentials go in and never come out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.channels import onboarding, service
from backend.channels.credential_words import credential_fields
from backend.channels.ports import Feature, Provider
from backend.channels.schemas import ChannelInput, ChannelView, Platform
from backend.kit.paging import Page
from backend.platform.api import Answer, Document, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work


def _asked_by(provider: Provider) -> str:
    names = ", ".join(one.name for one in credential_fields(provider).fields)
    return f"{provider}: {names or 'nothing'}"


CREDENTIALS = f"{'; '.join(map(_asked_by, Provider))}."

router = APIRouter(prefix="/v1/channels", tags=["channels"])


class ChannelBody(Question):
    """A number to connect."""

    name: str = Field(max_length=200, description="What operators call it.")
    platform: Platform
    provider: Provider
    address: str = Field(max_length=200, description="The number that customers write to.")
    credentials: Document = Field(
        default_factory=dict,
        repr=False,
        description=f"What the provider asks for; write-only. {CREDENTIALS}",
    )
    settings: Document = Field(
        default_factory=dict,
        description="base_url: where the provider's API is, when that is not its usual place.",
    )
    public_url: str = Field(
        default="",
        max_length=200,
        description="Our address as the provider knows it; empty: the installation's.",
    )
    check: bool = Field(
        default=False, description="Connect only if the provider accepts the credentials now."
    )


class CredentialsBody(Question):
    """What takes the place of all credentials."""

    credentials: Document = Field(
        repr=False, description="What the provider asks for, as when connecting; write-only."
    )


class ChannelAnswer(Answer):
    """A connected number."""

    id: UUID
    name: str
    platform: Platform
    provider: Provider
    address: str
    settings: dict[str, Any]
    is_active: bool
    is_checked: bool = Field(description="Whether the provider accepted these credentials.")
    can_reply: bool
    features: list[Feature] = Field(description="What the provider offers through LeadFlow.")
    webhook_path: str = Field(description="Where the provider delivers, below the public URL.")
    webhook_url: str = Field(description="The same, whole, to be copied to the provider.")
    last_inbound_at: Instant | None
    created_at: Instant


@router.get("", response_model=Listed[ChannelAnswer])
def list_channels(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[ChannelView]:
    """List the channels, oldest first."""
    with unit_of_work(actor) as uow:
        return service.list_channels(uow, actor, asked.page())


@router.post("", response_model=ChannelAnswer, status_code=status.HTTP_201_CREATED)
def create_channel(actor: CurrentActor, given: ChannelBody) -> ChannelView:
    """Connect a number."""
    wanted = ChannelInput(
        name=given.name,
        platform=given.platform,
        provider=given.provider,
        address=given.address,
        credentials=given.credentials,
        settings=given.settings,
        public_url=given.public_url,
    )
    if given.check:
        return onboarding.connect_channel(actor, wanted)
    service.check_settings(wanted.settings)
    with unit_of_work(actor) as uow:
        return service.create_channel(uow, actor, wanted)


@router.get("/{channel_id}", response_model=ChannelAnswer)
def get_channel(actor: CurrentActor, channel_id: UUID) -> ChannelView:
    """Show a channel."""
    with unit_of_work(actor) as uow:
        return service.get_channel(uow, actor, channel_id)


@router.put("/{channel_id}/rotate-secret", response_model=ChannelAnswer)
def rotate_secret(actor: CurrentActor, channel_id: UUID, given: CredentialsBody) -> ChannelView:
    """Replace the credentials; the provider's next deliveries are verified with the new ones."""
    with unit_of_work(actor) as uow:
        return service.change_credentials(uow, actor, channel_id, given.credentials)

"""How channels fare and their templates over HTTP, and what an admin changes of a channel."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.channels import health, managing, onboarding, service, templates
from backend.channels.api import ChannelAnswer, CredentialsBody
from backend.channels.errors import Fault
from backend.channels.health import HealthView
from backend.channels.onboarding import SendOutcome
from backend.channels.outgoing import TemplateContent, TextContent
from backend.channels.ports import TemplateStatus
from backend.channels.schemas import ChannelView
from backend.channels.templates import TemplateView
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/channels/{channel_id}", tags=["channels"])


class ChannelChange(Question):
    """What to change; what is left out stays."""

    name: str | None = Field(default=None, max_length=200)
    is_active: bool | None = Field(
        default=None, description="Out of use, its webhook is not there and nothing is asked."
    )


class HealthAnswer(Answer):
    """How a channel fares; what is null is not known, or has not happened."""

    channel_id: UUID
    handshake_at: Instant | None
    first_verified_at: Instant | None
    last_verified_at: Instant | None
    refused_count: int = Field(description="Deliveries with a wrong signature.")
    last_refused_at: Instant | None
    last_refused_reason: str
    checked_at: Instant | None = Field(description="When the provider was asked last.")
    check_error: str = Field(description="Why it did not answer well; empty when it did.")
    probed_at: Instant | None
    probe_error: str
    display_number: str | None
    verified_name: str | None
    quality: str | None
    messaging_limit: int | None = Field(description="People written to first in 24 hours.")
    throughput: int | None = Field(description="Messages a second.")
    restriction: str | None
    token_expires_at: Instant | None
    warnings: list[str]
    test_sent_at: Instant | None
    templates_synced_at: Instant | None
    templates_error: str


class TemplateAnswer(Answer):
    """A message template as the provider has it."""

    id: UUID
    channel_id: UUID
    provider_template_id: str
    name: str
    language: str
    category: str
    status: TemplateStatus
    quality: str | None
    components: Sequence[Mapping[str, Any]]
    reason: str | None
    synced_at: Instant | None


class TestBody(Question):
    """A message to one number: a text, or an approved template without variables."""

    recipient: str = Field(max_length=40, description="A number with its country code.")
    text: str = Field(default="", max_length=4096)
    template: str = Field(default="", max_length=512)
    language: str = Field(default="", max_length=20)


class TestAnswer(Answer):
    """What became of it."""

    provider_message_id: str
    code: str
    title: str
    fault: Fault | None
    is_unknown: bool = Field(description="Nobody knows; a status may still tell.")


@router.patch("", response_model=ChannelAnswer)
def change_channel(actor: CurrentActor, channel_id: UUID, given: ChannelChange) -> ChannelView:
    """Rename a channel, or take it out of use or into it."""
    with unit_of_work(actor) as uow:
        if given.name is not None:
            managing.rename_channel(uow, actor, channel_id, given.name)
        if given.is_active is not None:
            managing.set_channel_active(uow, actor, channel_id, is_active=given.is_active)
        return service.get_channel(uow, actor, channel_id)


@router.get("/health", response_model=HealthAnswer)
def get_health(actor: CurrentActor, channel_id: UUID) -> HealthView:
    """Show how a channel fares."""
    with unit_of_work(actor) as uow:
        return health.get_health(uow, actor, channel_id)


@router.get("/templates", response_model=Listed[TemplateAnswer])
def list_templates(
    actor: CurrentActor, channel_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[TemplateView]:
    """List the message templates of a channel, by name."""
    with unit_of_work(actor) as uow:
        return templates.list_templates(uow, actor, channel_id, asked.page())


@router.post("/templates/sync", status_code=status.HTTP_202_ACCEPTED)
def sync_templates(actor: CurrentActor, channel_id: UUID) -> None:
    """Have the templates of a channel read from its provider soon."""
    with unit_of_work(actor) as uow:
        templates.sync_templates(uow, actor, channel_id)


@router.put("/add-secret", response_model=ChannelAnswer)
def add_secret(actor: CurrentActor, channel_id: UUID, given: CredentialsBody) -> ChannelView:
    """Put new credentials in force; the old signing secret counts beside them until retired."""
    with unit_of_work(actor) as uow:
        return managing.add_credentials(uow, actor, channel_id, given.credentials)


@router.post("/retire-secret", response_model=ChannelAnswer)
def retire_secret(actor: CurrentActor, channel_id: UUID) -> ChannelView:
    """Let only the present secret count."""
    with unit_of_work(actor) as uow:
        return managing.retire_secret(uow, actor, channel_id)


@router.post("/test", response_model=TestAnswer)
def send_test(actor: CurrentActor, channel_id: UUID, given: TestBody) -> SendOutcome:
    """Send one message to a number, now; a refusal is an answer."""
    content = (
        TemplateContent(name=given.template, language=given.language, text=given.text)
        if given.template
        else TextContent(given.text)
    )
    return onboarding.send_test(actor, channel_id, recipient=given.recipient, content=content)

"""Connecting a number so that one knows that it works: every step is tried for real.

These use cases call the provider, so they open their own short transactions around the call and
take no unit of work.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from backend.auth import Actor, AuditAction, Permission
from backend.channels.adapters import adapter_for
from backend.channels.adapters.fakes import fake_for, is_played
from backend.channels.credential_words import VERIFY_TOKEN, access_field, takes_verify_token
from backend.channels.errors import (
    ChannelInvalid,
    CredentialsRefused,
    Fault,
    NotOffered,
    SendRefused,
    SendUnknown,
)
from backend.channels.events import ChannelNotice, DeliveryStatus, Identity, StatusUpdate
from backend.channels.fakes import FakeAccount
from backend.channels.health import record_facts
from backend.channels.health_repository import HealthRepository
from backend.channels.managing import opened, with_previous
from backend.channels.outgoing import Outbound, OutboundContent
from backend.channels.ports import Access, AccountFacts, Feature, Provider, SignedRequest
from backend.channels.schemas import ChannelInput, ChannelView, Connection
from backend.channels.service import (
    channel_view,
    check_settings,
    checked_credentials,
    connection_of,
    create_channel,
    find_channel,
    put_credentials,
    record,
    routing_key_of,
)
from backend.kit.errors import LeadFlowError
from backend.kit.ids import new_id
from backend.kit.phone import to_e164
from backend.kit.text import clean
from backend.platform.outbound import Call
from backend.platform.outbound import send as call
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

PROBE_TOPIC: Final = "leadflow_probe"
PROBE_SECONDS: Final = 10.0
TOKEN_BYTES: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOutcome:
    """What became of a test message: its id, or the provider's code and sentence, and the fault."""

    provider_message_id: str = ""
    code: str = ""
    title: str = ""
    fault: Fault | None = None
    is_unknown: bool = False


def check_credentials(actor: Actor, given: ChannelInput) -> AccountFacts | None:
    """Ask the provider with credentials that are not saved; `None` where it cannot be asked.

    Raises `ChannelInvalid` at the field to mend, `SendUnknown` when nobody answers, and what
    `check_target` raises for the base address.
    """
    actor.require(Permission.CHANNELS_WRITE)
    check_settings(given.settings)
    adapter = adapter_for(given.provider)
    checked = checked_credentials(given.provider, clean(dict(given.credentials)))
    access = Access(
        credentials=adapter.credentials_model.model_validate(dict(checked)),
        address=given.address.strip(),
        routing_key=routing_key_of(given.provider, checked, given.address),
        base_url=given.settings.get("base_url") or None,
    )
    if Feature.PROBE not in adapter.features:
        return None
    try:
        return adapter.probe(access)
    except SendRefused as refused:
        raise _at_field(given.provider, refused) from None


def connect_channel(actor: Actor, given: ChannelInput) -> ChannelView:
    """Connect a number once its provider accepted the credentials.

    An address that is left out is the number that the provider names. Raises as
    `check_credentials` and `create_channel`.
    """
    filled = given
    facts = check_credentials(actor, filled)
    if not filled.address.strip() and facts and facts.display_number:
        found = to_e164(facts.display_number) or facts.display_number
        filled = replace(filled, address=found)
    with unit_of_work(actor) as uow:
        made = create_channel(uow, actor, filled)
        if facts is None:
            return made
        return _accepted(uow, actor, made.id, facts)


def exchange_credentials(
    actor: Actor, channel_id: UUID, credentials: Mapping[str, Any], *, keeps_old: bool
) -> ChannelView:
    """Put credentials in force that the provider accepted; a field left out stays as it is.

    With `keeps_old` the old signing secret counts beside the new one until it is retired. Raises
    as `check_credentials`, and `ChannelNotFound`.
    """
    actor.require(Permission.CHANNELS_WRITE)
    with unit_of_work(actor) as uow:
        held = connection_of(uow, actor.workspace_id, channel_id)
        given = _as_input(uow, held)
    named = clean(dict(credentials))
    before = opened(held.credentials)
    kept = {name: value for name, value in named.items() if value != ""}
    merged = with_previous(held.credentials, named) if keeps_old else {**before, **kept}
    merged = {name: value for name, value in merged.items() if value is not None}
    facts = check_credentials(actor, replace(given, credentials=merged))
    with unit_of_work(actor) as uow:
        channel = find_channel(uow, actor.workspace_id, channel_id)
        put_credentials(uow, channel, checked_credentials(given.provider, merged))
        record(uow, actor, AuditAction.CHANNEL_CREDENTIALS_CHANGED, channel)
        if facts is None:
            return channel_view(channel)
        return _accepted(uow, actor, channel_id, facts)


def renew_verify_token(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> str:
    """Make up the token with which the provider checks the webhook, and return it, this once.

    Raises `ChannelNotFound`, and `NotOffered` where the provider knows no such token.
    """
    actor.require(Permission.CHANNELS_WRITE)
    channel = find_channel(uow, actor.workspace_id, channel_id)
    if not takes_verify_token(Provider(channel.provider)):
        message = f"{channel.provider} does not check the webhook with a token"
        raise NotOffered(message)
    was_checked = channel.is_checked
    held = opened(connection_of(uow, actor.workspace_id, channel_id).credentials)
    token = new_verify_token()
    put_credentials(uow, channel, {**held, VERIFY_TOKEN: token})
    channel.is_checked = was_checked
    record(uow, actor, AuditAction.CHANNEL_CREDENTIALS_CHANGED, channel)
    return token


def probe_webhook(actor: Actor, channel_id: UUID) -> str:
    """Post a signed delivery to our own webhook, as the provider would; returns what went wrong.

    It tells of nothing, so nothing comes of it. Raises `ChannelNotFound`, and `NotOffered` where
    the provider's signature cannot be made here.
    """
    actor.require(Permission.CHANNELS_WRITE)
    with unit_of_work(actor) as uow:
        connection = connection_of(uow, actor.workspace_id, channel_id)
        sample = sample_delivery(connection, uow)
    error = ""
    headers = {name: text for name, text in sample.headers.items() if name != "content-length"}
    posted = Call(
        "POST",
        sample.url,
        headers=headers,
        content=sample.body,
        allow_http=True,
        seconds=PROBE_SECONDS,
    )
    try:
        answer = call(posted)
        if not answer.is_success:
            error = f"The address answered {answer.status} to a correctly signed delivery."
    except LeadFlowError as refusal:
        error = f"{refusal.message.rstrip('.')}."
    with unit_of_work(actor) as uow:
        told = {"probed_at": uow.now, "probe_error": error}
        HealthRepository(uow).put(actor.workspace_id, channel_id, told)
        uow.announce("channels", channel_id)
    return error


def can_probe(provider: Provider) -> bool:
    """Whether a delivery can be signed here as the provider signs it."""
    return provider is not Provider.MOCK and is_played(provider)


def sample_delivery(connection: Connection, uow: UnitOfWork) -> SignedRequest:
    """Write and sign a delivery without effect on anybody; raises `NotOffered`.

    It tells of something unknown or, where the provider tells of messages only, of a step of a
    message that is not ours.
    """
    account = FakeAccount(
        credentials=opened(connection.credentials),
        address=connection.address,
        webhook_url=connection.webhook_url,
    )
    notice = ChannelNotice(
        address=connection.routing_key, topic=PROBE_TOPIC, payload={"at": uow.now.isoformat()}
    )
    step = StatusUpdate(
        provider_message_id=PROBE_TOPIC,
        address=connection.routing_key,
        status=DeliveryStatus.SENT,
        occurred_at=uow.now,
    )
    for event in (notice, step) if can_probe(connection.provider) else ():
        with suppress(NotOffered):
            made = fake_for(connection.provider).delivery(account, [event], uow.now)
            if made:
                return made[0]
    message = f"a delivery of {connection.provider} cannot be signed here"
    raise NotOffered(message)


def send_test(
    actor: Actor, channel_id: UUID, *, recipient: str, content: OutboundContent
) -> SendOutcome:
    """Send one message to a number, now; a refusal is an answer too.

    Raises `ChannelNotFound`, and `ChannelInvalid` for what is no number.
    """
    actor.require(Permission.CHANNELS_WRITE)
    number = to_e164(recipient)
    if number is None:
        message = "recipient is no telephone number"
        expected = "one with its country code, such as +12065550123"
        raise ChannelInvalid(message, field="recipient", expected=expected)
    with unit_of_work(actor) as uow:
        connection = connection_of(uow, actor.workspace_id, channel_id)
    message_id = str(new_id())
    outbound = Outbound(recipient=Identity(phone=number), reference=message_id, content=content)
    try:
        receipt = connection.adapter.send(connection.access, outbound)
        outcome = SendOutcome(provider_message_id=receipt.provider_message_id)
    except SendRefused as refused:
        outcome = SendOutcome(code=refused.code, title=refused.title, fault=refused.fault)
    except SendUnknown as unknown:
        outcome = SendOutcome(title=unknown.message, is_unknown=True)
    except NotOffered as refused:
        outcome = SendOutcome(code="not_offered", title=refused.message, fault=Fault.PERMANENT)
    with unit_of_work(actor) as uow:
        channel = find_channel(uow, actor.workspace_id, channel_id)
        if outcome.provider_message_id:
            told = {"test_sent_at": uow.now}
            HealthRepository(uow).put(actor.workspace_id, channel_id, told)
        record(uow, actor, AuditAction.CHANNEL_TESTED, channel)
        uow.announce("channels", channel_id)
    return outcome


def new_verify_token() -> str:
    """Make up a token with which a provider can check a webhook."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _accepted(uow: UnitOfWork, actor: Actor, channel_id: UUID, facts: AccountFacts) -> ChannelView:
    channel = find_channel(uow, actor.workspace_id, channel_id)
    channel.is_checked = True
    uow.session.flush()
    record_facts(uow, actor.workspace_id, channel_id, facts, "")
    if Feature.LIST_TEMPLATES in adapter_for(Provider(channel.provider)).features:
        uow.enqueue("channels.sync_templates_of", actor.workspace_id, channel_id)
    return channel_view(channel)


def _as_input(uow: UnitOfWork, held: Connection) -> ChannelInput:
    channel = channel_view(find_channel(uow, held.workspace_id, held.channel_id))
    return ChannelInput(
        name=channel.name,
        platform=channel.platform,
        provider=channel.provider,
        address=channel.address,
        settings=channel.settings,
    )


def _at_field(provider: Provider, refused: SendRefused) -> ChannelInvalid:
    """Say at which field to look: where access was refused, at the credential that opens it."""
    is_access = isinstance(refused, CredentialsRefused) or refused.fault is Fault.AUTH
    said = refused.title.rstrip(".")
    field = f"credentials.{access_field(provider)}" if is_access else "credentials"
    message = f"the provider refused: {said} (code {refused.code})"
    expected = (
        "credentials that the provider accepts for this number, copied whole"
        if is_access
        else "a number that these credentials may use"
    )
    return ChannelInvalid(message, field=field, expected=expected)

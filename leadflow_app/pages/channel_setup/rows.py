"""What the set-up of a channel shows, ready to draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from backend import channels
from backend.channels import (
    ChannelInput,
    ChannelView,
    CredentialField,
    Fault,
    Feature,
    HealthView,
    Platform,
    Provider,
    ProviderFields,
    SendOutcome,
    TemplateStatus,
    TemplateView,
)
from leadflow_app import channel_words, display, routes
from leadflow_app.display import NEVER, Clock, Moment

PREFIX: Final = "credentials."
DONE, WAITING, FAILED, OFF = "done", "waiting", "failed", "off"
NEXT_STEPS: Final = {
    Fault.RETRY: "Try again in a moment.",
    Fault.DELAYED: "The provider asks to wait; try again later.",
    Fault.AUTH: "Enter the credentials anew below.",
    Fault.CONFIG: "Check the number and its settings at the provider.",
    Fault.ACCOUNT: "The account needs attention at the provider.",
    Fault.TEMPLATE: "Check the name and language of the template.",
    Fault.WINDOW: "Write to the channel from that phone first, or send a template.",
    Fault.SUPPRESS: "This person cannot be written to.",
    Fault.PERMANENT: "Try another number.",
}


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider to choose."""

    key: str
    label: str
    help: str
    href: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One credential to enter; `name` is how the form calls it."""

    name: str
    label: str
    help: str
    kind: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One line of the check list."""

    key: str
    label: str
    state: str
    text: str
    at: Moment = NEVER


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One message template."""

    key: str
    name: str
    language: str
    category: str
    state: str
    state_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetupScreen:
    """The whole page; `stage` is choose, enter or check."""

    stage: str = "choose"
    title: str = "Connect a channel"
    provider: str = ""
    provider_label: str = ""
    provider_help: str = ""
    providers: list[ProviderRow] = field(default_factory=list)
    fields: list[FieldRow] = field(default_factory=list)
    key: str = ""
    webhook_url: str = ""
    is_mock: bool = False
    takes_token: bool = False
    can_probe: bool = False
    can_check: bool = False
    can_send: bool = False
    has_templates: bool = False
    has_old_secret: bool = False
    checks: list[CheckRow] = field(default_factory=list)
    progress: str = ""
    templates: list[TemplateRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that the check list is made of."""

    channel: ChannelView
    health: HealthView
    templates: Sequence[TemplateView]
    written_first: int
    has_old_secret: bool


def choosing() -> SetupScreen:
    """Offer every provider."""
    known = [channels.credential_fields(provider) for provider in Provider]
    offered = [
        ProviderRow(one.provider.value, one.label, one.help, routes.connect(one.provider.value))
        for one in known
    ]
    return SetupScreen(providers=offered)


def entering(fields: ProviderFields) -> SetupScreen:
    """Ask for what a provider needs."""
    return SetupScreen(
        stage="enter",
        title=f"Connect {fields.label}",
        provider=fields.provider.value,
        provider_label=fields.label,
        provider_help=fields.help,
        fields=[field_row(one) for one in fields.fields if not one.is_generated],
        is_mock=fields.provider is Provider.MOCK,
    )


def checking(known: Known, clock: Clock) -> SetupScreen:
    """Show the webhook to copy and what has been proven."""
    channel = known.channel
    fields = channels.credential_fields(channel.provider)
    checks = list(_checks(known, clock))
    counted = [one for one in checks if one.state != OFF]
    done = sum(one.state == DONE for one in counted)
    return SetupScreen(
        stage="check",
        title=channel.name,
        provider=channel.provider.value,
        provider_label=fields.label,
        provider_help=fields.help,
        fields=[field_row(one, is_new=False) for one in fields.fields if not one.is_generated],
        key=str(channel.id),
        webhook_url=channel.webhook_url,
        is_mock=channel.provider is Provider.MOCK,
        takes_token=channels.takes_verify_token(channel.provider),
        can_probe=channels.can_probe(channel.provider),
        can_check=Feature.PROBE in channel.features,
        can_send=channel.can_reply,
        has_templates=Feature.LIST_TEMPLATES in channel.features,
        has_old_secret=known.has_old_secret,
        checks=checks,
        progress=f"{done} of {len(counted)} proven",
        templates=[template_row(one) for one in known.templates],
    )


def field_row(one: CredentialField, *, is_new: bool = True) -> FieldRow:
    """Put a credential into words."""
    optional = "" if one.is_required or not is_new else " (optional)"
    return FieldRow(
        name=f"{PREFIX}{one.name}",
        label=f"{one.label}{optional}",
        help=one.help,
        kind="password" if one.is_secret else "text",
        is_required=one.is_required and is_new,
    )


def template_row(one: TemplateView) -> TemplateRow:
    """Put a template into words; an approved one needs no reason."""
    reason = one.reason if one.status is not TemplateStatus.APPROVED else None
    return TemplateRow(
        key=str(one.id),
        name=one.name,
        language=one.language,
        category=display.sentence(one.category.lower()) if one.category else "",
        state=one.status.value,
        state_label=display.sentence(one.status),
        reason=reason or "",
    )


def _checks(known: Known, clock: Clock) -> Iterator[CheckRow]:
    yield _accepted(known, clock)
    if Feature.HANDSHAKE in known.channel.features:
        yield _handshake(known.health, clock)
    if known.channel.provider is not Provider.MOCK:
        yield _signature(known.health, clock)
    yield _first_message(known.channel, clock)
    if Feature.LIST_TEMPLATES in known.channel.features:
        yield _templates(known, clock)
    if Feature.PROBE in known.channel.features:
        yield _limits(known)
    if known.channel.can_reply:
        yield _test(known.health, clock)


def _accepted(known: Known, clock: Clock) -> CheckRow:
    label, health = "The provider accepts the credentials", known.health
    if Feature.PROBE not in known.channel.features:
        text = "This provider cannot be asked; the first delivery and the test will show it."
        return CheckRow("accepted", label, OFF, text)
    if health.check_error:
        text = f"{health.check_error} Enter the credentials anew below."
        return CheckRow("accepted", label, FAILED, text, clock.moment(health.checked_at))
    if known.channel.is_checked:
        return CheckRow("accepted", label, DONE, _who(health), clock.moment(health.checked_at))
    return CheckRow("accepted", label, WAITING, "Not asked yet.")


def _who(health: HealthView) -> str:
    named = (health.verified_name, health.display_number)
    return ", ".join(part for part in named if part)


def _handshake(health: HealthView, clock: Clock) -> CheckRow:
    label = "The provider checked the webhook"
    if health.handshake_at is not None:
        return CheckRow("handshake", label, DONE, "", clock.moment(health.handshake_at))
    if health.last_refused_at and "token" in health.last_refused_reason:
        text = "It came with a wrong verify token. Copy the token from above, whole, once more."
        return CheckRow("handshake", label, FAILED, text, clock.moment(health.last_refused_at))
    text = "Enter the URL and the verify token at the provider, and let it verify them."
    return CheckRow("handshake", label, WAITING, text)


def _signature(health: HealthView, clock: Clock) -> CheckRow:
    label = "Deliveries come with the right signature"
    refused, verified = health.last_refused_at, health.last_verified_at
    is_wrong = refused is not None and "signature" in health.last_refused_reason
    if is_wrong and refused is not None and (verified is None or refused > verified):
        times = display.plural(health.refused_count, "request")
        text = (
            f"A delivery came with a wrong signature ({times} refused). Compare the signing secret "
            "and the webhook URL with the provider's, and enter the secret anew below."
        )
        return CheckRow("signature", label, FAILED, text, clock.moment(refused))
    if verified is not None:
        return CheckRow("signature", label, DONE, "", clock.moment(verified))
    if health.probe_error:
        text = f"Our own signed delivery did not arrive: {health.probe_error}"
        return CheckRow("signature", label, FAILED, text, clock.moment(health.probed_at))
    text = "Nothing has come yet. The first delivery of the provider turns this green."
    return CheckRow("signature", label, WAITING, text)


def _first_message(channel: ChannelView, clock: Clock) -> CheckRow:
    label = "The first message arrived"
    if channel.last_inbound_at is not None:
        return CheckRow("message", label, DONE, "", clock.moment(channel.last_inbound_at))
    to = display.phone(channel.address)
    text = f"Write to {to} from any phone."
    if channel.provider is Provider.MOCK:
        text = "Write as a customer in the simulator."
    return CheckRow("message", label, WAITING, text)


def _templates(known: Known, clock: Clock) -> CheckRow:
    label, health = "Templates are read", known.health
    at = clock.moment(health.templates_synced_at)
    if health.templates_error:
        return CheckRow("templates", label, FAILED, health.templates_error, at)
    if health.templates_synced_at is None:
        return CheckRow("templates", label, WAITING, "A worker reads them within a minute.")
    usable = sum(one.status is TemplateStatus.APPROVED for one in known.templates)
    found = display.plural(len(known.templates), "template")
    return CheckRow("templates", label, DONE, f"{found}, {usable} approved", at)


def _limits(known: Known) -> CheckRow:
    label, health = "Quality and limits", known.health
    if health.checked_at is None:
        return CheckRow("limits", label, WAITING, "Known once the provider was asked.")
    allowance = channel_words.allowance(health.messaging_limit, known.written_first)
    text = f"Quality: {channel_words.quality(health.quality)}. {allowance}."
    if health.restriction:
        return CheckRow("limits", label, FAILED, health.restriction)
    return CheckRow("limits", label, FAILED if health.quality == "red" else DONE, text)


def _test(health: HealthView, clock: Clock) -> CheckRow:
    label = "A test message was sent"
    if health.test_sent_at is None:
        return CheckRow("test", label, WAITING, "Send one below.")
    return CheckRow("test", label, DONE, "", clock.moment(health.test_sent_at))


def wanted(provider: Provider, form: Mapping[str, Any], token: str) -> ChannelInput:
    """Read the form of a new channel; an empty field counts as left out."""
    credentials = entered(form)
    if token:
        credentials["verify_token"] = token
    base_url = _text(form, "base_url")
    return ChannelInput(
        name=_text(form, "name"),
        platform=Platform.WHATSAPP,
        provider=provider,
        address=_text(form, "address"),
        credentials=credentials,
        settings={"base_url": base_url} if base_url else {},
        public_url=_text(form, "public_url"),
    )


def entered(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials of a form that are not empty."""
    found = {name: _text(form, name) for name in form if name.startswith(PREFIX)}
    return {name.removeprefix(PREFIX): text for name, text in found.items() if text}


def _text(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name) or "").strip()


def outcome_words(outcome: SendOutcome) -> str:
    """Say what became of a test message, with the provider's own code."""
    if outcome.provider_message_id:
        return f"The provider took it as {outcome.provider_message_id}."
    if outcome.is_unknown:
        said = outcome.title.rstrip(".")
        return f"Nobody knows whether it was sent: {said}. Look at the phone before trying again."
    step = NEXT_STEPS[outcome.fault or Fault.PERMANENT]
    return f"The provider refused it: {outcome.title.rstrip('.')} (code {outcome.code}). {step}"

"""Whether an adapter keeps the contract of `ports.py`, asked without a network and a database.

Each check sends what the provider's fake writes and signs through the adapter, and yields a
sentence for everything that is not as it should be. `leadflow doctor --adapter` prints them; the
kit in `tests/channels/conformance` runs the same checks and those that need a far side.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel, SecretStr, ValidationError

from backend.channels import samples
from backend.channels.adapters import adapter_for
from backend.channels.adapters.fakes import fake_for, is_played
from backend.channels.errors import MalformedDelivery, NotOffered
from backend.channels.events import (
    DeliveryStatus,
    Identity,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageKind,
    StatusUpdate,
)
from backend.channels.fakes import FakeAccount, ProviderFake
from backend.channels.moments import UNTOLD
from backend.channels.ports import (
    Access,
    ChannelAdapter,
    Feature,
    Provider,
    SignedRequest,
    Template,
    TemplateStatus,
)
from backend.channels.traits import Traits, traits_of

WEBHOOK_URL: Final = "https://leads.example.com/webhooks/conformance/0190"
_PREVIOUS = "previous_"
_READ_AS_WRITTEN = frozenset({MessageKind.TEXT, MessageKind.BUTTON, MessageKind.INTERACTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An adapter under examination, and the provider that is played to it."""

    adapter: ChannelAdapter
    fake: ProviderFake
    traits: Traits
    account: FakeAccount = field(repr=False)
    other: FakeAccount = field(repr=False)

    @property
    def credentials(self) -> BaseModel:
        """The account's good credentials, as the adapter reads them."""
        return self.adapter.credentials_model.model_validate(self.account.credentials)

    def deliver(self, *events: InboundEvent) -> Sequence[SignedRequest]:
        """Let the provider tell of events."""
        return self.fake.delivery(self.account, events, samples.MOMENT + timedelta(seconds=2))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check came to; `findings` is empty when the adapter passed.

    A check is not asked of a provider whose traits leave nothing to ask.
    """

    title: str
    is_asked: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A question about an adapter; `needs` names the trait without which it has no sense."""

    run: Callable[[Subject], Iterator[str]]
    needs: str | None = None

    def is_asked_of(self, traits: Traits) -> bool:
        """Whether a provider with these traits can be asked."""
        return self.needs is None or bool(getattr(traits, self.needs))


def subject_of(provider: Provider) -> Subject:
    """Put a provider's adapter and fake together; raises `NotOffered` where none is played."""
    if not is_played(provider):
        message = f"{provider} has no fake, so its adapter cannot be checked without the provider"
        raise NotOffered(message)
    fake = fake_for(provider)
    account, other = fake.account(1), fake.account(2)
    account.webhook_url = other.webhook_url = WEBHOOK_URL
    return Subject(
        adapter=adapter_for(provider),
        fake=fake,
        traits=traits_of(provider),
        account=account,
        other=other,
    )


def check_adapter(provider: Provider) -> tuple[Verdict, ...]:
    """Run every check on an adapter; raises `NotOffered` where no fake is played."""
    subject = subject_of(provider)
    asked = {title: check.is_asked_of(subject.traits) for title, check in CHECKS.items()}
    return tuple(
        Verdict(title, asked[title], tuple(check.run(subject)) if asked[title] else ())
        for title, check in CHECKS.items()
    )


def flipped(data: bytes) -> Iterator[bytes]:
    """Return the data once for each of its bytes, with the lowest bit of that byte changed."""
    for position, byte in enumerate(data):
        yield data[:position] + bytes([byte ^ 1]) + data[position + 1 :]


def _handshake(subject: Subject) -> Iterator[str]:
    adapter, asked = subject.adapter, subject.fake.handshake(subject.account)
    is_offered = Feature.HANDSHAKE in adapter.features
    if is_offered is not (asked is not None):
        yield f"a handshake is {'' if is_offered else 'not '}declared, and the provider disagrees"
    if asked is None or not is_offered:
        if adapter.handshake(subject.credentials, {"hub.challenge": "1"}) is not None:
            yield "a handshake that is not offered is answered"
        return
    if adapter.handshake(subject.credentials, asked.query) is None:
        yield "the provider's own handshake is refused"
    stranger = adapter.credentials_model.model_validate(subject.other.credentials)
    if adapter.handshake(stranger, asked.query) is not None:
        yield "another account's handshake is answered"
    if adapter.handshake(_emptied(subject) or stranger, asked.query) is not None:
        yield "a handshake is answered without a secret"


def _own_delivery(subject: Subject) -> Iterator[str]:
    for request in _requests(subject):
        if not subject.adapter.verify(subject.credentials, request):
            yield "a delivery of the provider's own is refused"


def _unsigned(subject: Subject) -> Iterator[str]:
    for request in _requests(subject):
        if subject.adapter.verify(subject.credentials, replace(request, headers={})):
            yield "a delivery without its headers is genuine"


def _flipped_body(subject: Subject) -> Iterator[str]:
    for request in _requests(subject):
        for position, body in enumerate(flipped(request.body)):
            if subject.adapter.verify(subject.credentials, replace(request, body=body)):
                yield f"byte {position} of the body may be changed"


def _flipped_headers(subject: Subject) -> Iterator[str]:
    """Change every byte of the headers that a delivery is refused without."""
    for request in _requests(subject):
        proofs = [name for name in request.headers if not _passes(subject, request, {name: None})]
        if not proofs:
            yield "no header is needed"
        for name in proofs:
            yield from _flipped_header(subject, request, name)


def _flipped_header(subject: Subject, request: SignedRequest, name: str) -> Iterator[str]:
    for position, value in enumerate(flipped(request.headers[name].encode())):
        if _passes(subject, request, {name: value.decode("latin-1")}):
            yield f"character {position} of {name} may be changed"


def _flipped_url(subject: Subject) -> Iterator[str]:
    for request in _requests(subject):
        for position, url in enumerate(flipped(request.url.encode())):
            changed = replace(request, url=url.decode())
            if subject.adapter.verify(subject.credentials, changed):
                yield f"character {position} of the address may be changed"


def _empty_secret(subject: Subject) -> Iterator[str]:
    empty = _emptied(subject)
    if empty is None:
        return
    unsigned = replace(subject.account, credentials=_without_secrets(subject))
    try:
        signed = subject.fake.delivery(
            unsigned, (samples.message(MessageKind.TEXT),), samples.MOMENT
        )
    except ValueError:
        signed = _requests(subject)
    for request in signed:
        if subject.adapter.verify(empty, request):
            yield "an empty secret verifies"


def _other_secret(subject: Subject) -> Iterator[str]:
    stranger = subject.adapter.credentials_model.model_validate(subject.other.credentials)
    for request in _requests(subject):
        if subject.adapter.verify(stranger, request):
            yield "another account's secret verifies"


def _second_secret(subject: Subject) -> Iterator[str]:
    """Sign with the secret that is on its way out, while the new one stands beside it."""
    names = [name for name in subject.adapter.credentials_model.model_fields if _is_previous(name)]
    if not names:
        yield "there is no room for a second secret"
    known, new = subject.account.credentials, subject.other.credentials
    turned = dict(known)
    for name in names:
        current = name.removeprefix(_PREVIOUS)
        turned |= {name: known.get(current), current: new.get(current)}
    credentials = subject.adapter.credentials_model.model_validate(turned)
    for request in _requests(subject):
        if names and not subject.adapter.verify(credentials, request):
            yield "the secret that is being replaced no longer verifies"


def _kinds(subject: Subject) -> Iterator[str]:
    for kind in sorted(subject.traits.kinds):
        yield from _told(subject, samples.message(kind), kind.value)


def _quotes(subject: Subject) -> Iterator[str]:
    yield from _told(subject, samples.quoting(), "a quote")


def _referrals(subject: Subject) -> Iterator[str]:
    yield from _told(subject, samples.referred(), "a referral")


def _user_ids(subject: Subject) -> Iterator[str]:
    yield from _told(subject, samples.hidden(), "a user id without a number")


def _statuses(subject: Subject) -> Iterator[str]:
    for status in samples.statuses():
        events = _heard(subject, status)
        heard = [event for event in events if isinstance(event, StatusUpdate)]
        if len(heard) != 1:
            yield f"{status.status} is heard as {[type(event).__name__ for event in events]}"
            continue
        if (heard[0].provider_message_id, heard[0].status) != (
            status.provider_message_id,
            status.status,
        ):
            yield f"{status.status} is heard as {heard[0].status}"
        if (heard[0].error_code is None) is (status.status is DeliveryStatus.FAILED):
            yield f"{status.status} comes with the error {heard[0].error_code}"


def _repeated(subject: Subject) -> Iterator[str]:
    for request in _requests(subject):
        if subject.adapter.parse(request.body) != subject.adapter.parse(request.body):
            yield "the same delivery is read differently"


def _poison(subject: Subject) -> Iterator[str]:
    for name, body in samples.POISON.items():
        try:
            subject.adapter.parse(body)
        except MalformedDelivery:
            continue
        except Exception as error:  # noqa: BLE001  the check is that there is no other
            yield f"{name} raises {type(error).__name__}"


def _undeclared(subject: Subject) -> Iterator[str]:
    """Call everything that is not declared; it has to say so, without a word to the provider."""
    for feature, call in _calls(subject).items():
        if feature in subject.adapter.features:
            continue
        try:
            call()
        except NotOffered:
            continue
        except Exception as error:  # noqa: BLE001  the check is that there is no other
            yield f"{feature} is not declared and raises {type(error).__name__}"
        else:
            yield f"{feature} is not declared and does something"


CHECKS: Final[Mapping[str, Check]] = {
    "the handshake is answered as declared": Check(_handshake),
    "its own delivery is genuine": Check(_own_delivery, "is_signed"),
    "nobody's delivery is genuine without a signature": Check(_unsigned),
    "a changed byte of the body is a forgery": Check(_flipped_body, "signs_body"),
    "a changed character of a signed header is a forgery": Check(_flipped_headers, "is_signed"),
    "a changed character of a signed address is a forgery": Check(_flipped_url, "signs_url"),
    "an empty secret verifies nothing": Check(_empty_secret),
    "another account's secret verifies nothing": Check(_other_secret),
    "two secrets count while one replaces the other": Check(_second_secret, "is_signed"),
    "every kind of message is read": Check(_kinds),
    "a quoted message is named": Check(_quotes, "tells_quotes"),
    "an ad that led here is named": Check(_referrals, "tells_referrals"),
    "a user id stands for a hidden number": Check(_user_ids, "tells_user_ids"),
    "every status is read": Check(_statuses),
    "reading twice is reading once": Check(_repeated),
    "a poisonous body is malformed or rejected": Check(_poison),
    "what is not declared is refused": Check(_undeclared),
}


def _requests(subject: Subject) -> Sequence[SignedRequest]:
    return subject.deliver(samples.message(MessageKind.TEXT))


def _passes(subject: Subject, request: SignedRequest, changed: Mapping[str, str | None]) -> bool:
    headers = {name: changed.get(name, value) for name, value in request.headers.items()}
    kept = {name: value for name, value in headers.items() if value is not None}
    return subject.adapter.verify(subject.credentials, replace(request, headers=kept))


def _without_secrets(subject: Subject) -> dict[str, Any]:
    secrets = {
        name for name, value in subject.credentials if isinstance(value, SecretStr) or value is None
    }
    return {
        name: "" if name in secrets else value
        for name, value in subject.account.credentials.items()
    }


def _emptied(subject: Subject) -> BaseModel | None:
    """Return the credentials with every secret empty; `None` when the adapter refuses such."""
    try:
        return subject.adapter.credentials_model.model_validate(_without_secrets(subject))
    except ValidationError:
        return None


def _is_previous(name: str) -> bool:
    return name.startswith(_PREVIOUS)


def _heard(subject: Subject, *events: InboundEvent) -> list[InboundEvent]:
    requests = subject.deliver(*events)
    return [event for request in requests for event in subject.adapter.parse(request.body)]


def _told(subject: Subject, message: InboundMessage, name: str) -> Iterator[str]:
    events = _heard(subject, message)
    heard = [event for event in events if isinstance(event, InboundMessage)]
    if len(heard) != 1 or len(events) != 1:
        yield f"{name} is heard as {[type(event).__name__ for event in events]}"
        return
    said = _said(subject, message), _said(subject, heard[0])
    for expected, found in zip(*said, strict=True):
        if expected != found:
            yield f"{name} is heard with {found} instead of {expected}"


def _said(subject: Subject, message: InboundMessage) -> Sequence[object]:
    """Return what has to arrive as it was written."""
    is_written = message.kind in _READ_AS_WRITTEN
    moment = message.sent_at if subject.traits.tells_moments else UNTOLD
    who = message.identity
    return (
        message.provider_message_id,
        message.kind,
        message.direction,
        (who.phone, who.bsuid),
        moment,
        (message.text, message.choice) if is_written else None,
        message.quoted_provider_id,
        message.referral,
        [file.mime_type for file in message.media if message.kind is not MessageKind.CONTACTS],
    )


def _calls(subject: Subject) -> Mapping[Feature, Callable[[], object]]:
    adapter, account = subject.adapter, subject.account
    access = Access(
        credentials=subject.credentials, address=account.address, routing_key=account.address
    )
    template = Template(
        provider_template_id="", name="hello", language="en", status=TemplateStatus.PENDING
    )
    return {
        Feature.MARK_READ: lambda: adapter.mark_read(access, "conform.text.1"),
        Feature.PROBE: lambda: adapter.probe(access),
        Feature.LIST_TEMPLATES: lambda: adapter.list_templates(access),
        Feature.CREATE_TEMPLATE: lambda: adapter.create_template(access, template),
        Feature.MEDIA: lambda: adapter.locate_media(access, MediaReference(provider_media_id="1")),
        Feature.LOOK_UP: lambda: adapter.look_up(
            access, reference="0190", recipient=Identity(phone=samples.ANA.phone)
        ),
    }

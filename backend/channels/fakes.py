"""What a made-up provider is: the far side of an adapter, for the sandbox, the demo and the tests.

A fake ships beside its adapter (`adapters/<provider>_fake.py`) and speaks the provider's own
protocol: it answers the adapter's calls, and it writes and signs the webhooks that the adapter
verifies and parses. It is pure: the sandbox gives it a port, faults and time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from backend.channels.events import InboundEvent
from backend.channels.ports import AccountFacts, Provider, SignedRequest, Template


@dataclass(frozen=True, slots=True)
class FakeRequest:
    """A call of an adapter; `path` begins with / behind the account's base address."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    """What the provider answers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class FakeFile:
    """A file that a customer sent, or that we did."""

    mime_type: str
    content: bytes
    filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSent:
    """A message that the provider accepted; `body` is what the adapter posted, decoded.

    `recipient` is a phone number in E.164 or a user id; `text` what the customer reads of it.
    """

    provider_message_id: str
    recipient: str
    body: Mapping[str, Any]
    text: str | None
    reference: str | None
    at: datetime


@dataclass(slots=True, kw_only=True)
class FakeAccount:
    """One made-up customer of a provider, with everything the provider knows about it.

    `credentials` are good ones, as an admin would enter them. `refusals` are codes with which
    the next sendings are refused, first to last.
    """

    credentials: dict[str, Any] = field(repr=False)
    address: str
    base_url: str = ""
    webhook_url: str = ""
    facts: AccountFacts = field(default_factory=AccountFacts)
    templates: list[Template] = field(default_factory=list[Template])
    files: dict[str, FakeFile] = field(default_factory=dict[str, FakeFile])
    sent: list[FakeSent] = field(default_factory=list[FakeSent])
    read: list[str] = field(default_factory=list[str])
    refusals: list[str] = field(default_factory=list[str])


class ProviderFake(Protocol):
    """One provider, played."""

    provider: Provider

    def account(self, number: int) -> FakeAccount:
        """Return the made-up account of this number: good credentials, facts and templates."""
        ...

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call as the provider does, wrong credentials and unknown paths included.

        What it accepts for sending it appends to `account.sent`, once for each call.
        """
        ...

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write and sign the webhooks that tell of these events, to `account.webhook_url`.

        One for all where the provider batches, one each where it does not.
        """
        ...

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return the subscription check, where the provider makes one."""
        ...

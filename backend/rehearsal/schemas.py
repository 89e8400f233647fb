"""What is rehearsed, and what each side wrote down of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.channels import ChannelView, Provider
from backend.sandbox import FaultPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """So many people write `messages_each` times, and some are answered; over after `seconds`."""

    conversations: int
    messages_each: int = 3
    replies: int = 0
    seconds: float = 120.0
    provider: Provider = Provider.WHATSAPP_CLOUD
    plan: FaultPlan = field(default_factory=FaultPlan)
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the provider's ledger says; statuses are named `<message id>:<status>`.

    `messages` were told of at least once; the frozen sets were acknowledged. `repeats` were
    acknowledged once more. `sends` is how often it accepted each reply, by our id. `unsettled`
    are deliveries that were still under way.
    """

    messages: int
    acknowledged: frozenset[str]
    statuses: frozenset[str]
    repeats: int
    sends: Mapping[str, int]
    unsettled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database says: how often each message and status is there, and its replies' states.

    `waiting` and `quarantined` are deliveries that had no effect yet.
    """

    messages: Mapping[str, int]
    statuses: Mapping[str, int]
    replies: Mapping[str, str]
    waiting: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Line:
    """A channel and the number of the sandbox's account behind it."""

    number: int
    channel: ChannelView

    @property
    def webhook_path(self) -> str:
        """Where its deliveries go, without the host."""
        return self.channel.webhook_path

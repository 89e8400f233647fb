"""What the page of channels shows, ready to draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from backend import channels
from backend.channels import ChannelView, Feature, HealthView, Provider
from backend.inbox import ChannelFigures
from leadflow_app import channel_words, display, routes
from leadflow_app.display import Clock

LONG_LAG: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card."""

    label: str
    text: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with a channel."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """One channel and how it fares."""

    key: str
    name: str
    provider: str
    address: str
    state: str
    state_label: str
    setup: str
    problems: list[str]
    facts: list[Fact]
    failures: list[str]
    actions: list[Action]


@dataclass(frozen=True, slots=True)
class ChannelsScreen:
    """The whole page."""

    is_first_run: bool = False
    cards: list[ChannelCard] = field(default_factory=list)
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Everything that is known of one channel."""

    channel: ChannelView
    health: HealthView
    figures: ChannelFigures
    lag_since: datetime | None = None
    has_old_secret: bool = False


def card(known: Condition, clock: Clock, *, may_change: bool) -> ChannelCard:
    """Put a channel into words."""
    channel = known.channel
    problems = list(_problems(known, clock)) if channel.is_active else []
    state, label = _state(known, problems)
    return ChannelCard(
        key=str(channel.id),
        name=channel.name,
        provider=channels.credential_fields(channel.provider).label,
        address=display.phone(channel.address),
        state=state,
        state_label=label,
        setup=routes.channel_setup(channel.id),
        problems=problems,
        facts=list(_facts(known, clock)),
        failures=[_failure(one.cause, one.times) for one in known.figures.failures],
        actions=list(_actions(known)) if may_change else [],
    )


def _state(known: Condition, problems: Sequence[str]) -> tuple[str, str]:
    if not known.channel.is_active:
        return "idle", "Out of use"
    if problems:
        return "ill", "Needs you"
    is_mock = known.channel.provider is Provider.MOCK
    if known.channel.last_inbound_at is None and not is_mock:
        return "waiting", "No message yet"
    return "well", "Healthy"


def _problems(known: Condition, clock: Clock) -> Iterator[str]:
    yield from channel_words.problems(known.health, clock)
    if known.lag_since is not None and clock.now - known.lag_since > LONG_LAG:
        behind = display.duration((clock.now - known.lag_since).total_seconds())
        yield f"Deliveries wait to be processed for {behind}."


def _facts(known: Condition, clock: Clock) -> Iterator[Fact]:
    channel, health = known.channel, known.health
    yield _moment("Last message", channel.last_inbound_at, clock, "None yet")
    if Feature.PROBE in channel.features:
        yield Fact("Quality", channel_words.quality(health.quality))
        yield Fact(
            "Allowance",
            channel_words.allowance(health.messaging_limit, known.figures.written_first),
        )
        yield _moment("Token ends", health.token_expires_at, clock, "No end known")
        yield _moment("Checked", health.checked_at, clock, "Not yet")
    waits = known.lag_since
    behind = display.duration((clock.now - waits).total_seconds()) if waits else "None"
    yield Fact("Lag", behind)


def _moment(label: str, at: datetime | None, clock: Clock, otherwise: str) -> Fact:
    told = clock.moment(at)
    return Fact(label, told.text or otherwise, told.exact)


def _failure(cause: str, times: int) -> str:
    return f"{display.plural(times, 'message')}: {cause or 'no cause was given'}"


def _actions(known: Condition) -> Iterator[Action]:
    channel = known.channel
    yield Action("rename", "Rename")
    if channel.is_active and Feature.PROBE in channel.features:
        yield Action("check", "Check now")
    if channel.is_active and Feature.LIST_TEMPLATES in channel.features:
        yield Action("templates", "Read templates")
    if known.has_old_secret:
        yield Action("retire", "Retire the old secret")
    if channel.is_active:
        yield Action("deactivate", "Take out of use")
    else:
        yield Action("activate", "Take into use")


def conditions(
    views: Sequence[ChannelView],
    health: Mapping[UUID, HealthView],
    figures: Mapping[UUID, ChannelFigures],
    lag: Mapping[UUID, datetime],
) -> list[Condition]:
    """Put together what the slices know of each channel."""
    return [
        Condition(
            channel=view,
            health=health[view.id],
            figures=figures[view.id],
            lag_since=lag.get(view.id),
        )
        for view in views
    ]

"""How a channel fares: what came to its webhook, what its provider says of it, and its notices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from backend.auth import Actor, Permission
from backend.channels.errors import NotOffered
from backend.channels.events import AccountChange
from backend.channels.health_repository import HealthRepository
from backend.channels.models import ChannelHealth
from backend.channels.policy import Known, fresher
from backend.channels.ports import AccountFacts, Feature
from backend.channels.repository import ChannelRepository
from backend.channels.schemas import Connection, DoorReport
from backend.channels.service import connection_of, find_channel, offers
from backend.kit.errors import LeadFlowError
from backend.kit.ids import ChannelId
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

FACTS: Final = (
    "display_number",
    "verified_name",
    "quality",
    "messaging_limit",
    "throughput",
    "token_expires_at",
)
STANDING: Final = (*FACTS, "restriction")
CANNOT_OPEN: Final = "The credentials cannot be opened with the keys of this installation."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthView:
    """A channel's condition; what is `None` is not known, or has not happened.

    `refused_count` is how many deliveries came with a wrong signature. `checked_at` is when the
    provider was asked last, `check_error` why it did not answer well; the same for the probe of
    our own webhook and for the templates.
    """

    channel_id: ChannelId
    handshake_at: datetime | None = None
    first_verified_at: datetime | None = None
    last_verified_at: datetime | None = None
    refused_count: int = 0
    last_refused_at: datetime | None = None
    last_refused_reason: str = ""
    checked_at: datetime | None = None
    check_error: str = ""
    probed_at: datetime | None = None
    probe_error: str = ""
    display_number: str | None = None
    verified_name: str | None = None
    quality: str | None = None
    messaging_limit: int | None = None
    throughput: int | None = None
    restriction: str | None = None
    token_expires_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    test_sent_at: datetime | None = None
    templates_synced_at: datetime | None = None
    templates_error: str = ""


def get_health(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> HealthView:
    """Return how a channel fares; raises `ChannelNotFound`."""
    actor.require(Permission.CHANNELS_READ)
    find_channel(uow, actor.workspace_id, channel_id)
    return health_of(uow, actor, [channel_id])[channel_id]


def health_of(
    uow: UnitOfWork, actor: Actor, channel_ids: Sequence[UUID]
) -> Mapping[UUID, HealthView]:
    """Return how channels fare; of one that nothing is known of, nothing."""
    actor.require(Permission.CHANNELS_READ)
    known = HealthRepository(uow).find(actor.workspace_id, channel_ids)
    return {one: _view(one, known.get(one)) for one in channel_ids}


def record_door(uow: UnitOfWork, workspace_id: UUID, reports: Iterable[DoorReport]) -> None:
    """Add what came to webhooks; screens hear of what an admin waits for, not of every delivery."""
    repository = HealthRepository(uow)
    for report in sorted(reports, key=lambda report: report.channel_id):
        is_first = repository.saw(workspace_id, report)
        if is_first or report.handshake_at or report.refused_at:
            uow.announce("channels", report.channel_id)


def record_facts(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, facts: AccountFacts | None, error: str
) -> None:
    """Write down what the provider said of a number, or why it said nothing."""
    columns: dict[str, Any] = {"checked_at": uow.now, "check_error": error}
    if facts is not None:
        said = {name: getattr(facts, name) for name in FACTS}
        columns |= _newer(uow, workspace_id, channel_id, said, uow.now)
        # A token that ends no more, and warnings that are over, are known by their absence.
        columns |= {"token_expires_at": facts.token_expires_at, "warnings": list(facts.warnings)}
    HealthRepository(uow).put(workspace_id, channel_id, columns)
    uow.announce("channels", channel_id)


def record_refusal(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, error: str) -> None:
    """Show on a channel why everything sent through it is refused, until it is asked again."""
    HealthRepository(uow).put(workspace_id, channel_id, {"check_error": error})
    uow.announce("channels", channel_id)


def apply_account_changes(
    uow: UnitOfWork, workspace_id: UUID, changes: Sequence[tuple[ChannelId, AccountChange]]
) -> None:
    """Let what providers told of numbers count, each fact by the moment it was told of."""
    for channel_id, change in changes:
        said = {name: getattr(change, name, None) for name in STANDING}
        moment = change.occurred_at or uow.now
        columns = _newer(uow, workspace_id, channel_id, said, moment)
        HealthRepository(uow).put(workspace_id, channel_id, columns)
        uow.announce("channels", channel_id)


def check_channel(workspace_id: UUID, channel_id: UUID) -> str:
    """Ask the provider about a channel, outside any transaction; returns what is wrong, in words.

    Raises `ChannelNotFound`, and `NotOffered` where the provider cannot be asked.
    """
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        connection = _opened(uow, workspace_id, channel_id)
    facts, error = None, CANNOT_OPEN
    if connection is not None:
        facts, error = ask(connection)
    with unit_of_work(actor) as uow:
        record_facts(uow, workspace_id, channel_id, facts, error)
        if facts is not None:
            find_channel(uow, workspace_id, channel_id).is_checked = True
    return error


def ask(connection: Connection) -> tuple[AccountFacts | None, str]:
    """Ask the provider about a number; returns its facts, or what is wrong in words."""
    if not connection.offers(Feature.PROBE):
        message = f"{connection.provider} cannot be asked about a number"
        raise NotOffered(message)
    try:
        return connection.adapter.probe(connection.access), ""
    except LeadFlowError as error:
        return None, in_words(error)


def in_words(error: LeadFlowError) -> str:
    """Return a refusal with the provider's own code, where it has one."""
    code = getattr(error, "code", "")
    said = error.message.rstrip(".")
    return f"{said} (code {code})." if code else f"{said}."


def active_channels(uow: UnitOfWork, workspace_id: UUID, feature: Feature) -> list[UUID]:
    """Return the channels in use whose provider offers something."""
    rows = ChannelRepository(uow).connected(workspace_id)
    return [row.id for row in rows if row.is_active and offers(row.provider, feature)]


def expires_soon(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a token ends within a week, or has ended."""
    return expires_at is not None and expires_at - now < timedelta(days=7)


def _opened(uow: UnitOfWork, workspace_id: UUID, channel_id: UUID) -> Connection | None:
    try:
        return connection_of(uow, workspace_id, channel_id)
    except SealBroken:
        log.warning("credentials cannot be opened", channel_id=str(channel_id))
        return None


def _newer(
    uow: UnitOfWork,
    workspace_id: UUID,
    channel_id: UUID,
    said: Mapping[str, Any],
    at: datetime,
) -> dict[str, Any]:
    held = HealthRepository(uow).hold(workspace_id, channel_id)
    facts = {name: getattr(held, name) for name in STANDING} if held else {}
    known = fresher(Known(facts, held.known_at if held else {}), said, at)
    return {**known.facts, "known_at": dict(known.known_at)}


def _view(channel_id: UUID, row: ChannelHealth | None) -> HealthView:
    if row is None:
        return HealthView(channel_id=ChannelId(channel_id))
    left_out = {"workspace_id", "known_at", "warnings", "channel_id"}
    held = row.model_dump(exclude=left_out)
    return HealthView(channel_id=ChannelId(row.channel_id), warnings=tuple(row.warnings), **held)

"""What people do with leads: look, move, tag, value."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from backend.auth import Actor, Permission
from backend.kit.ids import LeadId
from backend.kit.paging import Page, PageRequest
from backend.leads import filters, queries
from backend.leads.errors import BadTag, BadValue, LeadNotFound
from backend.leads.policy import MAX_TAG_LENGTH, clean_tags
from backend.leads.recording import load_states, record_effects
from backend.leads.repository import LeadRepository
from backend.leads.schemas import (
    Effect,
    EventKind,
    LeadEventView,
    LeadQuery,
    LeadState,
    LeadView,
    ScoreEntryView,
    StageCount,
)
from backend.platform.unit_of_work import UnitOfWork

CURRENCY_LENGTH = 3
MAX_VALUE = 10**12
MOST_COUNTED = 10_000


def list_leads(
    uow: UnitOfWork, actor: Actor, query: LeadQuery, page: PageRequest
) -> Page[LeadView]:
    """Return the leads that a query asks for, in its order; raises `BadLeadQuery`."""
    actor.require(Permission.LEADS_READ)
    filters.check(query)
    return queries.page_of_leads(uow, actor.workspace_id, query, page)


def count_leads(uow: UnitOfWork, actor: Actor, query: LeadQuery) -> tuple[StageCount, ...]:
    """Count the leads that a query asks for by stage, up to 10,000 each; raises `BadLeadQuery`."""
    actor.require(Permission.LEADS_READ)
    filters.check(query)
    return queries.count_stages(uow, actor.workspace_id, query, most=MOST_COUNTED)


def get_lead(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> LeadView:
    """Return one lead; raises `LeadNotFound`."""
    actor.require(Permission.LEADS_READ)
    lead = queries.find_lead(uow, actor.workspace_id, lead_id)
    if lead is None:
        raise LeadNotFound(NO_SUCH_LEAD)
    return lead


def current_lead(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> LeadView | None:
    """Return the lead of a conversation: the open one, else the one that ended last."""
    actor.require(Permission.LEADS_READ)
    return queries.lead_of_conversation(uow, actor.workspace_id, conversation_id)


def timeline(
    uow: UnitOfWork, actor: Actor, lead_id: UUID, page: PageRequest
) -> Page[LeadEventView]:
    """Return what happened to a lead, newest first; raises `LeadNotFound`."""
    get_lead(uow, actor, lead_id)
    return queries.page_of_events(uow, lead_id, page)


def score_entries(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> tuple[ScoreEntryView, ...]:
    """Return the ledger behind a lead's score, oldest first; raises `LeadNotFound`."""
    get_lead(uow, actor, lead_id)
    return queries.ledger(uow, lead_id)


def add_tags(uow: UnitOfWork, actor: Actor, lead_id: UUID, *, tags: Iterable[str]) -> LeadView:
    """Tag a lead; tags are kept in lower case; raises `LeadNotFound`, `BadTag`."""
    wanted = _checked(tags)
    state = load(uow, actor, lead_id)
    fresh = [tag for tag in wanted if tag not in state.tags]
    state.tags.update(fresh)
    record(uow, actor, state, [(EventKind.TAGGED, {"tag": tag}) for tag in fresh])
    return get_lead(uow, actor, lead_id)


def remove_tags(uow: UnitOfWork, actor: Actor, lead_id: UUID, *, tags: Iterable[str]) -> LeadView:
    """Take tags off a lead; a tag that it lacks is passed over; raises `LeadNotFound`."""
    state = load(uow, actor, lead_id)
    gone = [tag for tag in clean_tags(tags) if tag in state.tags]
    state.tags.difference_update(gone)
    record(uow, actor, state, [(EventKind.UNTAGGED, {"tag": tag}) for tag in gone])
    return get_lead(uow, actor, lead_id)


def set_value(
    uow: UnitOfWork, actor: Actor, lead_id: UUID, *, value: Decimal | None, currency: str | None
) -> LeadView:
    """Say what a lead is worth, or nothing; raises `LeadNotFound`, `BadValue`."""
    check_value(value, currency)
    state = load(uow, actor, lead_id)
    LeadRepository(uow, actor.workspace_id).set_value(lead_id, value=value, currency=currency)
    data = {"value": None if value is None else str(value), "currency": currency}
    record(uow, actor, state, [(EventKind.VALUED, data)])
    return get_lead(uow, actor, lead_id)


NO_SUCH_LEAD = "no such lead"


def check_value(value: Decimal | None, currency: str | None) -> None:
    """Hold an amount and its currency to what can be kept; raises `BadValue`."""
    if (value is None) != (currency is None) or not _is_currency(currency):
        message = "a value needs a currency, and a currency a value"
        raise BadValue(message, field="currency", expected="an ISO 4217 code such as EUR")
    if value is not None and not (Decimal(value).is_finite() and 0 <= value < MAX_VALUE):
        message = f"a lead cannot be worth {value}"
        raise BadValue(message, field="value", expected=f"an amount from 0 to {MAX_VALUE:,}")


def _is_currency(code: str | None) -> bool:
    if code is None:
        return True
    return len(code) == CURRENCY_LENGTH and code.isascii() and code.isupper()


def _checked(tags: Iterable[str]) -> tuple[str, ...]:
    wanted = clean_tags(tags)
    for tag in wanted:
        if len(tag) > MAX_TAG_LENGTH or not tag.isprintable():
            message = f"the tag {tag[:20]!r} is too long or holds control characters"
            raise BadTag(message, field="tags", expected=f"at most {MAX_TAG_LENGTH} characters")
    if not wanted:
        message = "no tag was given"
        raise BadTag(message, field="tags", expected="at least one word")
    return wanted


def load(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> LeadState:
    """Hold a lead that somebody is about to change; raises `LeadNotFound`."""
    actor.require(Permission.LEADS_WRITE)
    get_lead(uow, actor, lead_id)
    state = load_states(uow, actor.workspace_id, [lead_id]).get(LeadId(lead_id))
    if state is None:  # it became part of another lead meanwhile
        raise LeadNotFound(NO_SUCH_LEAD)
    return state


def record(
    uow: UnitOfWork,
    actor: Actor,
    state: LeadState,
    changes: Iterable[tuple[EventKind, Mapping[str, object]]],
) -> None:
    """Write what a person changed of a lead."""
    effects = [
        Effect(
            lead_id=state.lead_id,
            kind=kind,
            data=data,
            actor_name=actor.name,
            occurred_at=uow.now,
        )
        for kind, data in changes
    ]
    record_effects(uow, actor.workspace_id, {state.lead_id: state}, effects)

"""Leads: stages, tags, the score ledger and the timeline."""

from backend.leads.applying import apply, load_states, record_effects
from backend.leads.erasing import erase, held_about
from backend.leads.errors import AnotherIsOpen, BadTag, BadValue, LeadNotFound
from backend.leads.merging import absorb, remove_absorbed
from backend.leads.policy import Stage, has_ended, means_qualified, rule_may_move
from backend.leads.queries import lead_of_message
from backend.leads.schemas import (
    Effect,
    EventKind,
    LeadEventView,
    LeadMoment,
    LeadQuery,
    LeadSort,
    LeadState,
    LeadView,
    OpenedLead,
    ScoreEntryView,
)
from backend.leads.service import (
    add_tags,
    current_lead,
    get_lead,
    list_leads,
    remove_tags,
    score_entries,
    set_stage,
    set_value,
    timeline,
)

__all__ = [
    "AnotherIsOpen",
    "BadTag",
    "BadValue",
    "Effect",
    "EventKind",
    "LeadEventView",
    "LeadMoment",
    "LeadNotFound",
    "LeadQuery",
    "LeadSort",
    "LeadState",
    "LeadView",
    "OpenedLead",
    "ScoreEntryView",
    "Stage",
    "absorb",
    "add_tags",
    "apply",
    "current_lead",
    "erase",
    "get_lead",
    "has_ended",
    "held_about",
    "lead_of_message",
    "list_leads",
    "load_states",
    "means_qualified",
    "record_effects",
    "remove_absorbed",
    "remove_tags",
    "rule_may_move",
    "score_entries",
    "set_stage",
    "set_value",
    "timeline",
]

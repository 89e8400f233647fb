"""What one inbound event does, start to end, and what becomes of deliveries that fail."""

from backend.intake.draining import drain, drain_workspace
from backend.intake.erasing import blank_bodies, count_bodies, erase, held_about
from backend.intake.errors import BodyGone, EventNotFound, NotAMockChannel, SimulationInvalid
from backend.intake.schemas import (
    EventQuery,
    EventState,
    SimulatedMessage,
    SimulatedResult,
    SimulatedStatus,
    WebhookEventView,
)
from backend.intake.service import (
    get_event,
    list_events,
    replay,
    simulate_inbound,
    simulate_status,
)

__all__ = [
    "BodyGone",
    "EventNotFound",
    "EventQuery",
    "EventState",
    "NotAMockChannel",
    "SimulatedMessage",
    "SimulatedResult",
    "SimulatedStatus",
    "SimulationInvalid",
    "WebhookEventView",
    "blank_bodies",
    "count_bodies",
    "drain",
    "drain_workspace",
    "erase",
    "get_event",
    "held_about",
    "list_events",
    "replay",
    "simulate_inbound",
    "simulate_status",
]

"""What one inbound event does, start to end, and what becomes of deliveries that fail."""

from backend.intake.draining import drain, drain_workspace
from backend.intake.errors import EventNotFound, NotAMockChannel, SimulationInvalid
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
    "EventNotFound",
    "EventQuery",
    "EventState",
    "NotAMockChannel",
    "SimulatedMessage",
    "SimulatedResult",
    "SimulatedStatus",
    "SimulationInvalid",
    "WebhookEventView",
    "drain",
    "drain_workspace",
    "get_event",
    "list_events",
    "replay",
    "simulate_inbound",
    "simulate_status",
]

"""A made-up provider on loopback: it misbehaves on purpose, and keeps an exact ledger."""

from backend.sandbox.customers import MOST_PEOPLE, Script, write_messages
from backend.sandbox.faults import FaultPlan, plan_of, read_plan
from backend.sandbox.ledger import (
    Ledger,
    PostedWebhook,
    TakenCall,
    TakenSend,
    is_acknowledgement,
)
from backend.sandbox.posting import is_loopback
from backend.sandbox.provider import Sandbox
from backend.sandbox.server import serving

__all__ = [
    "MOST_PEOPLE",
    "FaultPlan",
    "Ledger",
    "PostedWebhook",
    "Sandbox",
    "Script",
    "TakenCall",
    "TakenSend",
    "is_acknowledgement",
    "is_loopback",
    "plan_of",
    "read_plan",
    "serving",
    "write_messages",
]

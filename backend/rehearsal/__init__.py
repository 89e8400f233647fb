"""Rehearse a launch: made-up customers, a provider that misbehaves, and both books compared."""

from backend.rehearsal.connecting import connect, disconnect, has_customers
from backend.rehearsal.errors import RehearsalInvalid
from backend.rehearsal.policy import Outcome, Row, compare
from backend.rehearsal.running import rehearse, told
from backend.rehearsal.schemas import Kept, Line, Rehearsal, Told

__all__ = [
    "Kept",
    "Line",
    "Outcome",
    "Rehearsal",
    "RehearsalInvalid",
    "Row",
    "Told",
    "compare",
    "connect",
    "disconnect",
    "has_customers",
    "rehearse",
    "told",
]

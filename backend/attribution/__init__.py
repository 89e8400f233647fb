"""What led to a lead."""

from backend.attribution.schemas import LeadMessage, TouchKind, TouchView
from backend.attribution.service import absorb, list_touches, record

__all__ = ["LeadMessage", "TouchKind", "TouchView", "absorb", "list_touches", "record"]

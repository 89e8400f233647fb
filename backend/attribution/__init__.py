"""What led to a lead."""

from backend.attribution.erasing import erase, held_about
from backend.attribution.schemas import LeadMessage, TouchKind, TouchView
from backend.attribution.service import absorb, list_touches, record
from backend.attribution.unmerging import image_of, part

__all__ = [
    "LeadMessage",
    "TouchKind",
    "TouchView",
    "absorb",
    "erase",
    "held_about",
    "image_of",
    "list_touches",
    "part",
    "record",
]

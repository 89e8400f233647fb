"""What people may ask about their own data, and for how long it is kept."""

from backend.privacy.errors import BadRetention
from backend.privacy.retention import (
    get_retention,
    retain,
    retention_effect,
    set_retention,
)
from backend.privacy.schemas import (
    ContactExport,
    ErasureReceipt,
    Retention,
    RetentionEffect,
)
from backend.privacy.service import erase_contact, export_contact, list_erasures

__all__ = [
    "BadRetention",
    "ContactExport",
    "ErasureReceipt",
    "Retention",
    "RetentionEffect",
    "erase_contact",
    "export_contact",
    "get_retention",
    "list_erasures",
    "retain",
    "retention_effect",
    "set_retention",
]

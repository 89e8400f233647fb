"""Whether LeadFlow holds what it promises."""

from backend.operations.laws import LawResult, check_laws, merged

__all__ = ["LawResult", "check_laws", "merged"]

"""Whether LeadFlow holds what it promises."""

from backend.operations.laws import LawResult, check_laws

__all__ = ["LawResult", "check_laws"]

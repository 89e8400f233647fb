"""When-if-then over messages and leads: versioned, in order of priority, explained."""

from backend.rules.erasing import erase, held_about
from backend.rules.errors import RuleInvalid, RuleNameTaken, RuleNotFound
from backend.rules.evaluating import absorb, evaluate
from backend.rules.schemas import RuledMessage, RuleInput, RuleVersionView, RuleView
from backend.rules.service import (
    add_version,
    create_rule,
    enable,
    get_rule,
    list_rules,
    list_versions,
    pause,
)

__all__ = [
    "RuleInput",
    "RuleInvalid",
    "RuleNameTaken",
    "RuleNotFound",
    "RuleVersionView",
    "RuleView",
    "RuledMessage",
    "absorb",
    "add_version",
    "create_rule",
    "enable",
    "erase",
    "evaluate",
    "get_rule",
    "held_about",
    "list_rules",
    "list_versions",
    "pause",
]

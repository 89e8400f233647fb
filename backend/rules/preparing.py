"""Rules made ready for many messages: only those are asked whose texts can be there. Pure.

Each rule is kept under tokens of which a message must have one for its condition to hold. A message
is read once, and what it has no token for is passed over without being asked: with two hundred
rules that is nearly all of them. What is asked decides as if every rule had been.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from backend.rules.definition import AllOf, AnyOf, Condition, Definition, TextCondition
from backend.rules.facts import MessageFacts
from backend.rules.policy import Predicate, compiled
from backend.rules.texts import needed, tokens

Need = frozenset[tuple[str, str]]
"""Fields with a token each, of which a message must have one."""

# Versions do not change, and each batch of messages asks the same ones again.
_REMEMBERED = 2_048


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule in force; without `need` it is asked about every message."""

    id: UUID
    version_id: UUID
    name: str
    definition: Definition
    holds: Predicate
    need: Need | None = None


class RuleSet:
    """Rules in their order, found by what a message says."""

    def __init__(self, rules: Iterable[LiveRule]) -> None:
        """Sort the rules by what they need."""
        self.rules: tuple[LiveRule, ...] = tuple(rules)
        self._always = [at for at, rule in enumerate(self.rules) if rule.need is None]
        self._by_text: defaultdict[str, list[int]] = defaultdict(list)
        self._by_choice: defaultdict[str, list[int]] = defaultdict(list)
        for at, rule in enumerate(self.rules):
            for field, token in rule.need or ():
                (self._by_text if field == "text" else self._by_choice)[token].append(at)

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self.rules)

    def candidates(self, facts: MessageFacts) -> Sequence[LiveRule]:
        """Return the rules whose conditions this message does not rule out, in their order."""
        found = set(self._always)
        for kept, text in ((self._by_text, facts.text), (self._by_choice, facts.choice)):
            if kept and text:
                for token in kept.keys() & tokens(text):
                    found.update(kept[token])
        return [self.rules[at] for at in sorted(found)]


def live_rule(row: Mapping[str, Any]) -> LiveRule:
    """Return a rule as it acts, from its id, version_id, name and definition."""
    definition, holds, need = _read(orjson.dumps(row["definition"]))
    return LiveRule(row["id"], row["version_id"], row["name"], definition, holds, need)


def need_of(condition: Condition) -> Need | None:
    """Return what a message must have one of for a condition to hold, or `None`."""
    match condition:
        case TextCondition():
            found = needed(condition.operator, condition.value)
            return None if found is None else frozenset((condition.field, each) for each in found)
        case AllOf():
            needs = [need for need in map(need_of, condition.all) if need is not None]
            return min(needs, key=len, default=None)
        case AnyOf():
            return _one_of(need_of(each) for each in condition.any)
        case _:
            return None


def _one_of(needs: Iterable[Need | None]) -> Need | None:
    found: Need = frozenset()
    for need in needs:
        if need is None:
            return None
        found |= need
    return found


@lru_cache(maxsize=_REMEMBERED)
def _read(written: bytes) -> tuple[Definition, Predicate, Need | None]:
    definition = Definition.model_validate_json(written)
    return definition, compiled(definition.if_), need_of(definition.if_)

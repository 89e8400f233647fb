"""What conditions can be said to exclude and to imply, without asking any message: pure.

Conditions are read in their stored form. Everything here errs on the side of silence: what is said
to be impossible, always true or implied is so, and much that is so goes unsaid.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.leads import Stage
from backend.rules.definition import MATCHES, TextOperator
from backend.rules.texts import contains, matching, normalised, says

Node = Mapping[str, Any]
OPPOSITES = {
    "is": "is_not",
    "is_not": "is",
    "has": "lacks",
    "lacks": "has",
    "at_least": "below",
    "below": "at_least",
    "exists": "missing",
    "missing": "exists",
}
# What every message and lead has, so that of two opposite tests one always holds.
TOTAL = frozenset({"kind", "channel_id", "stage", "tags", "score", "referral"})
DOMAINS = {"stage": frozenset(stage.value for stage in Stage)}


@dataclass(frozen=True, slots=True)
class Literal:
    """A test, or its contrary, and where it stands."""

    test: Node
    is_negated: bool
    place: str

    @property
    def subject(self) -> tuple[str, ...]:
        """What the test is about: tests of different subjects say nothing of one another."""
        extra = (name for name in sorted(self.test) if name not in {"operator", "value"})
        return tuple(f"{name}={self.test[name]}" for name in extra)

    @property
    def operator(self) -> str:
        """How it compares; a test without an operator compares as itself."""
        return str(self.test.get("operator", ""))


@dataclass(frozen=True, slots=True)
class Group:
    """All or any of some conditions, in negation normal form."""

    is_all: bool
    parts: tuple["Formula", ...]
    place: str


Formula = Literal | Group


def formula(node: Node, place: str, *, is_negated: bool = False) -> Formula:
    """Return a stored condition with every `not` pushed down to the tests."""
    if "not" in node:
        return formula(node["not"], f"{place}.not", is_negated=not is_negated)
    for name in ("all", "any"):
        if name in node:
            parts = tuple(
                formula(part, f"{place}.{name}.{index}", is_negated=is_negated)
                for index, part in enumerate(node[name])
            )
            return Group((name == "all") is not is_negated, parts, place)
    operator = str(node.get("operator", ""))
    if is_negated and operator in OPPOSITES and node.get("field") in TOTAL:
        return Literal({**node, "operator": OPPOSITES[operator]}, is_negated=False, place=place)
    return Literal(node, is_negated, place)


def impossibilities(wanted: Formula, given: Sequence[Literal] = ()) -> Iterator[str]:
    """Yield the places of what can never hold while `given` does; its own place comes first."""
    if isinstance(wanted, Literal):
        if any(_exclude(wanted, other) for other in given) or _is_empty([*given, wanted]):
            yield wanted.place
        return
    if wanted.is_all:
        yield from _of_all(wanted, given)
        return
    found = [list(impossibilities(part, given)) for part in wanted.parts]
    if all(part.place in places for part, places in zip(wanted.parts, found, strict=True)):
        yield wanted.place
    for places in found:
        yield from places


def always(wanted: Formula) -> bool:
    """Whether a condition holds of every message."""
    if isinstance(wanted, Literal):
        return False
    if wanted.is_all:
        return all(always(part) for part in wanted.parts)
    literals = [part for part in wanted.parts if isinstance(part, Literal)]
    is_either = any(_are_opposite(one, other) for one in literals for other in literals)
    return is_either or any(always(part) for part in wanted.parts)


def implies(premise: Formula, wanted: Formula) -> bool:
    """Whether `wanted` holds wherever `premise` does."""
    if always(wanted):
        return True
    if isinstance(premise, Group) and not premise.is_all:
        return bool(premise.parts) and all(implies(part, wanted) for part in premise.parts)
    if isinstance(wanted, Group):
        each = (implies(premise, part) for part in wanted.parts)
        if all(each) if wanted.is_all else any(each):
            return True
    if isinstance(premise, Group):
        return any(implies(part, wanted) for part in premise.parts)
    return isinstance(wanted, Literal) and _follows(premise, wanted)


def tests(wanted: Formula) -> Iterator[Literal]:
    """Yield every test of a condition."""
    if isinstance(wanted, Literal):
        yield wanted
        return
    for part in wanted.parts:
        yield from tests(part)


def _of_all(wanted: Group, given: Sequence[Literal]) -> Iterator[str]:
    literals = [*given, *(part for part in _flat(wanted) if isinstance(part, Literal))]
    own = literals[len(given) :]
    is_impossible = any(
        _exclude(one, other)
        for index, one in enumerate(own)
        for other in literals[: len(given) + index]
    )
    is_impossible = is_impossible or bool(own and _is_empty(literals))
    found: list[str] = []
    for part in wanted.parts:
        if isinstance(part, Group):
            places = list(impossibilities(part, literals if not part.is_all else given))
            is_impossible = is_impossible or part.place in places
            found += places
    if is_impossible:
        yield wanted.place
    yield from found


def _flat(wanted: Group) -> Iterator[Formula]:
    """Yield what has to hold together: the parts, and those of `all` groups among them."""
    for part in wanted.parts:
        if isinstance(part, Group) and part.is_all:
            yield from _flat(part)
        else:
            yield part


def _values(test: Node) -> frozenset[str]:
    value = test.get("value")
    if isinstance(value, list):
        return frozenset(str(each) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return frozenset({str(value)})


def _tag(test: Node) -> str:
    return str(test.get("value")).strip().lower()


def _phrases(test: Node) -> frozenset[str]:
    return frozenset(normalised(each) for each in _values(test))


def _is_empty(literals: Sequence[Literal]) -> bool:
    """Whether what is left of some set of choices is nothing."""
    for subject in {each.subject for each in literals}:
        alike = [each for each in literals if each.subject == subject and not each.is_negated]
        wanted = [_values(each.test) for each in alike if each.operator == "is"]
        refused = [_values(each.test) for each in alike if each.operator == "is_not"]
        domain = DOMAINS.get(str(alike[0].test.get("field"))) if alike else None
        choices = [*wanted, *([domain] if domain and refused else [])]
        if choices and not choices[0].intersection(*choices).difference(*refused):
            return True
    return False


def _are_opposite(one: Literal, other: Literal) -> bool:
    if one.subject != other.subject or one.test.get("value") != other.test.get("value"):
        return False
    if one.operator == other.operator:
        return one.is_negated is not other.is_negated
    is_plain = not one.is_negated and not other.is_negated and one.test.get("field") in TOTAL
    return is_plain and OPPOSITES.get(one.operator) == other.operator


def _exclude(one: Literal, other: Literal) -> bool:
    """Whether two tests can never hold at once."""
    if one.subject != other.subject:
        return False
    if one.is_negated or other.is_negated:
        is_refuted = _refuted(one, other) or _refuted(other, one)
        return is_refuted or _are_opposite(one, other)
    first, second = sorted((one, other), key=lambda each: each.operator)
    excluded = EXCLUDING.get((first.operator, second.operator))
    return excluded is not None and excluded(first.test, second.test)


def _refuted(denied: Literal, other: Literal) -> bool:
    """Whether the contrary of a test cannot hold where another does."""
    if not denied.is_negated or other.is_negated:
        return False
    return _follows(other, Literal(denied.test, is_negated=False, place=denied.place))


def _says(text: str, test: Node) -> bool:
    values = [str(each) for each in test["value"]]
    if test["operator"] == MATCHES:
        return matching(values)(text)
    return says(TextOperator(test["operator"]), values)(text)


def _each_begins(one: Node, other: Node) -> bool:
    begins = {"operator": "starts_with", "value": other["value"]}
    return all(_says(phrase, begins) for phrase in _phrases(one))


def _follows(premise: Literal, wanted: Literal) -> bool:
    """Whether one test holds wherever another does."""
    if premise.subject != wanted.subject or premise.is_negated is not wanted.is_negated:
        return False
    if premise.is_negated:
        premise, wanted = (
            Literal(wanted.test, is_negated=False, place=""),
            Literal(premise.test, is_negated=False, place=""),
        )
    if dict(premise.test) == dict(wanted.test):
        return True
    follows = FOLLOWING.get((premise.operator, wanted.operator))
    return follows is not None and follows(premise.test, wanted.test)


def _none_says(said: Node, equal: Node) -> bool:
    """Whether no text of some is one that the other test asks for."""
    return not any(_says(text, said) for text in _phrases(equal))


def _each_says(equal: Node, said: Node) -> bool:
    """Whether each text of some is one that the other test asks for."""
    return all(_says(text, said) for text in _phrases(equal))


def _any_of_any(one: Node, other: Node) -> bool:
    return all(any(contains(phrase, each) for each in _phrases(other)) for phrase in _phrases(one))


def _any_of_all(one: Node, other: Node) -> bool:
    return any(contains(phrase, each) for each in _phrases(other) for phrase in _phrases(one))


def _all_of_all(one: Node, other: Node) -> bool:
    return all(any(contains(phrase, each) for phrase in _phrases(one)) for each in _phrases(other))


def _number(test: Node) -> float:
    return float(test["value"])


Relation = Callable[[Node, Node], bool]
AFTER_EQUALS = (MATCHES, "phrase", "starts_with")
# By the operators of two tests of one subject, in the order of the alphabet.
EXCLUDING: Mapping[tuple[str, str], Relation] = {
    ("has", "lacks"): lambda has, lacks: _tag(has) == _tag(lacks),
    ("at_least", "below"): lambda least, below: _number(least) >= _number(below),
    ("is", "is"): lambda one, other: not _values(one) & _values(other),
    ("is", "is_not"): lambda one, other: _values(one) <= _values(other),
    ("exists", "missing"): lambda _one, _other: True,
    ("equals", "equals"): lambda one, other: not _phrases(one) & _phrases(other),
    ("contains_all", "equals"): _none_says,
    ("contains_any", "equals"): _none_says,
    **{("equals", each): lambda equal, said: _none_says(said, equal) for each in AFTER_EQUALS},
}
# By the operators of the test that holds and of the one that may follow.
FOLLOWING: Mapping[tuple[str, str], Relation] = {
    ("is", "is"): lambda one, other: _values(one) <= _values(other),
    ("is_not", "is_not"): lambda one, other: _values(one) >= _values(other),
    ("is", "is_not"): lambda one, other: not _values(one) & _values(other),
    ("has", "has"): lambda one, other: _tag(one) == _tag(other),
    ("lacks", "lacks"): lambda one, other: _tag(one) == _tag(other),
    ("at_least", "at_least"): lambda one, other: _number(one) >= _number(other),
    ("below", "below"): lambda one, other: _number(one) <= _number(other),
    ("equals", "equals"): lambda one, other: _phrases(one) <= _phrases(other),
    ("equals", "contains_any"): _each_says,
    ("equals", "contains_all"): _each_says,
    **dict.fromkeys((("equals", each) for each in AFTER_EQUALS), _each_says),
    ("starts_with", "contains_any"): _any_of_any,
    ("starts_with", "starts_with"): _each_begins,
    ("contains_any", "contains_any"): _any_of_any,
    ("contains_all", "contains_any"): _any_of_all,
    ("contains_all", "contains_all"): _all_of_all,
}

"""A rule while somebody writes it: a flat list of nodes, and the definition that it means.

    0 all of these                       {"all": [
      1 text contains any of price         {"field": "text", ...},
      1 none of these                      {"not": {"any": [
        2 stage is lost                      {"field": "stage", ...},
        2 score below 10                     {"field": "score", ...}]}}]}

The first node is the outermost group. A node's own nodes follow it, one deeper. Everything here is
pure: an edit takes a draft and returns another. A key names a node for as long as the draft lives.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from leadflow_app.rule_language import (
    Act,
    Field,
    Input,
    Language,
    defaults,
    inputs_of,
    to_json,
    to_text,
)

ALL: Final = "all"
ANY: Final = "any"
NONE: Final = "none"
NOT_ALL: Final = "not_all"
TEST: Final = "test"
RAW: Final = "raw"
GROUPS: Final = {
    ALL: "All of these",
    ANY: "Any of these",
    NONE: "None of these",
    NOT_ALL: "Not all of these",
}
INNER: Final = {NONE: ANY, NOT_ALL: ALL}
DEFINITION: Final = "definition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A group, or one condition; what this screen does not know is kept as it is, `raw`."""

    key: str
    depth: int
    kind: str
    subject: str = ""
    operator: str = ""
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_group(self) -> bool:
        """Whether others belong to it."""
        return self.kind in GROUPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The trigger or an action, with what it was given."""

    key: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A whole rule."""

    name: str = ""
    trigger: Part = Part(key="t", name="message")
    nodes: tuple[Node, ...] = (Node(key="0", depth=0, kind=ALL),)
    actions: tuple[Part, ...] = ()
    is_last: bool = False
    next_key: int = 1

    def keyed(self) -> tuple[str, "Draft"]:
        """Return a key that nothing has yet, and the draft that knows it is taken."""
        return str(self.next_key), replace(self, next_key=self.next_key + 1)

    def at(self, key: str) -> int:
        """Return where a node stands; raises `KeyError`."""
        for index, node in enumerate(self.nodes):
            if node.key == key:
                return index
        raise KeyError(key)

    def after(self, index: int) -> int:
        """Return where what belongs to a node ends."""
        depth = self.nodes[index].depth
        end = index + 1
        while end < len(self.nodes) and self.nodes[end].depth > depth:
            end += 1
        return end

    def parent(self, index: int) -> int:
        """Return where the group of a node stands; the outermost is its own."""
        depth = self.nodes[index].depth
        while index > 0 and self.nodes[index].depth >= depth:
            index -= 1
        return index

    def children(self, index: int) -> Iterator[int]:
        """Return where the direct nodes of a group stand."""
        child, end = index + 1, self.after(index)
        while child < end:
            yield child
            child = self.after(child)


def blank_draft(language: Language) -> Draft:
    """Return a rule to begin with: one condition and one action, both to be filled in."""
    first = language.fields[0]
    operator = first.operators[0].name
    node = Node(
        key="1",
        depth=1,
        kind=TEST,
        subject=first.name,
        operator=operator,
        values=defaults(inputs_of(first, operator), {}),
    )
    act, trigger = language.actions[0], language.triggers[0]
    return Draft(
        trigger=Part(key="t", name=trigger.name, values=defaults(trigger.inputs, {})),
        nodes=(Node(key="0", depth=0, kind=ALL), node),
        actions=(Part(key="2", name=act.name, values=defaults(act.inputs, {})),),
        next_key=3,
    )


def to_definition(draft: Draft, language: Language) -> dict[str, Any]:
    """Return the definition that a draft means."""
    definition: dict[str, Any] = {
        "if": _condition(draft, 0, language),
        "then": [_part(one, "action", language.action(one.name)) for one in draft.actions],
        "stop": draft.is_last,
    }
    when = _part(draft.trigger, "on", language.trigger(draft.trigger.name))
    return definition if when == {"on": "message"} else {"when": when, **definition}


def from_definition(name: str, definition: Mapping[str, Any], language: Language) -> Draft:
    """Return a stored definition as a draft; a lone condition stands in a group of its own."""
    when = definition.get("when") or {"on": "message"}
    actions = definition.get("then") or []
    keys = iter(range(1, 1_000_000))
    nodes = list(_nodes(definition.get("if") or {"all": []}, 0, language, keys))
    if not nodes[0].is_group:
        nodes = [_outermost(), *(replace(node, depth=node.depth + 1) for node in nodes)]
    parts = [_read_part(str(next(keys)), one, "action", language.action) for one in actions]
    return Draft(
        name=name,
        trigger=_read_part("t", when, "on", language.trigger),
        nodes=tuple(nodes),
        actions=tuple(parts),
        is_last=bool(definition.get("stop")),
        next_key=next(keys),
    )


def places(draft: Draft) -> dict[str, str]:
    """Return the key of what stands at each place of the definition, as faults name places."""
    found = {f"{DEFINITION}.when": draft.trigger.key}
    found |= {f"{DEFINITION}.then.{at}": one.key for at, one in enumerate(draft.actions)}
    _place(draft, 0, f"{DEFINITION}.if", found)
    return found


def placed(fault: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Return the key of the part that a fault's place is about, and which of its values.

    The schema writes the variant it tried into a place (`...all.0.test.text.value.0`), so the
    longest place that the fault begins with is meant, and its next known word the value.
    """
    words = fault.split(".")
    for length in range(len(words), 0, -1):
        key = known.get(".".join(words[:length]))
        if key is not None:
            return key, ".".join(words[length:])
    return "", ""


def _outermost() -> Node:
    return Node(key="0", depth=0, kind=ALL)


def _condition(draft: Draft, index: int, language: Language) -> dict[str, Any]:
    node = draft.nodes[index]
    if node.kind == RAW:
        return json.loads(node.values["json"])
    if node.kind == TEST:
        return _test(node, language.field_named(node.subject))
    inner = [_condition(draft, child, language) for child in draft.children(index)]
    if node.kind in {ALL, ANY}:
        return {node.kind: inner}
    return {"not": inner[0] if len(inner) == 1 else {INNER[node.kind]: inner}}


def _test(node: Node, found: Field | None) -> dict[str, Any]:
    given: dict[str, Any] = {"field": node.subject, "operator": node.operator}
    asked = inputs_of(found, node.operator) if found else ()
    return given | _values(asked, node.values)


def _part(part: Part, tag: str, act: Act | None) -> dict[str, Any]:
    if part.name == RAW:
        return json.loads(part.values["json"])
    return {tag: part.name} | _values(act.inputs if act else (), part.values)


def _values(asked: Sequence[Input], given: Mapping[str, str]) -> dict[str, Any]:
    return {
        one.name: to_json(one, given.get(one.name, ""))
        for one in asked
        if given.get(one.name, "") or not one.is_optional
    }


def _nodes(
    condition: Mapping[str, Any], depth: int, language: Language, keys: Iterator[int]
) -> Iterator[Node]:
    """Write a condition as nodes, outermost first."""
    kind, inner = _shape(condition)
    if kind == TEST:
        yield _read_test(condition, depth, language, str(next(keys)))
        return
    yield Node(key=str(next(keys)), depth=depth, kind=kind)
    for one in inner:
        yield from _nodes(one, depth + 1, language, keys)


def _shape(condition: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """Tell which group a condition is, and what stands in it; a test has nothing in it."""
    if ALL in condition or ANY in condition:
        kind = ALL if ALL in condition else ANY
        return kind, condition[kind]
    if "not" not in condition:
        return TEST, ()
    denied = condition["not"]
    for kind, inner in INNER.items():
        if inner in denied:
            return kind, denied[inner]
    return NONE, [denied]


def _read_test(condition: Mapping[str, Any], depth: int, language: Language, key: str) -> Node:
    found = language.field_named(str(condition.get("field")))
    operator = str(condition.get("operator", ""))
    if found is None or operator not in {one.name for one in found.operators}:
        return Node(key=key, depth=depth, kind=RAW, values={"json": json.dumps(condition)})
    asked = inputs_of(found, operator)
    if not set(condition) <= {"field", "operator", *(one.name for one in asked)}:
        return Node(key=key, depth=depth, kind=RAW, values={"json": json.dumps(condition)})
    return Node(
        key=key,
        depth=depth,
        kind=TEST,
        subject=found.name,
        operator=operator,
        values={one.name: to_text(one, condition.get(one.name)) for one in asked},
    )


def _read_part(key: str, given: Mapping[str, Any], tag: str, named: Any) -> Part:  # noqa: ANN401
    act: Act | None = named(str(given.get(tag)))
    if act is None or not set(given) <= {tag, *(one.name for one in act.inputs)}:
        return Part(key=key, name=RAW, values={"json": json.dumps(given)})
    values = {one.name: to_text(one, given.get(one.name)) for one in act.inputs}
    return Part(key=key, name=act.name, values=values)


def _place(draft: Draft, index: int, place: str, found: dict[str, str]) -> None:
    node = draft.nodes[index]
    found[place] = node.key
    if not node.is_group:
        return
    inner = list(draft.children(index))
    if node.kind in INNER and len(inner) == 1:
        _place(draft, inner[0], f"{place}.not", found)
        return
    at = f"{place}.not.{INNER[node.kind]}" if node.kind in INNER else f"{place}.{node.kind}"
    for number, child in enumerate(inner):
        _place(draft, child, f"{at}.{number}", found)

"""Editing a draft of a rule: each edit takes a draft and returns another, and what to look at next.

A key that names nothing, or a move that leads nowhere, leaves the draft as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from leadflow_app.rule_drafts import ALL, ANY, GROUPS, TEST, Draft, Node, Part
from leadflow_app.rule_language import Act, Language, defaults, inputs_of, toggled

UP: Final = "up"
DOWN: Final = "down"
IN: Final = "in"
OUT: Final = "out"
DEEPEST: Final = 6
LONGEST: Final = 200

Piece = TypeVar("Piece", Node, Part)


@dataclass(frozen=True, slots=True)
class Edited:
    """A draft after an edit, and the key of what has the attention now."""

    draft: Draft
    key: str = ""


def add_test(draft: Draft, group: str, language: Language) -> Edited:
    """Put one more condition at the end of a group."""
    index = _group(draft, group)
    if index is None:
        return Edited(draft)
    key, draft = draft.keyed()
    node = _blank_test(key, draft.nodes[index].depth + 1, language)
    return Edited(_inserted(draft, draft.after(index), (node,)), key)


def add_group(draft: Draft, group: str, language: Language) -> Edited:
    """Put one more group at the end of a group, with a condition in it."""
    index = _group(draft, group)
    if index is None or draft.nodes[index].depth + 1 >= DEEPEST:
        return Edited(draft)
    outer = draft.nodes[index]
    key, draft = draft.keyed()
    inner_key, draft = draft.keyed()
    depth = outer.depth + 1
    kind = ALL if outer.kind == ANY else ANY
    nodes = (
        Node(key=key, depth=depth, kind=kind),
        _blank_test(inner_key, depth + 1, language),
    )
    return Edited(_inserted(draft, draft.after(index), nodes), key)


def remove(draft: Draft, key: str) -> Edited:
    """Take a node with all that belongs to it away; a group that this empties goes with it."""
    index = _index(draft, key)
    if not index:
        return Edited(draft)
    nodes = draft.nodes[:index] + draft.nodes[draft.after(index) :]
    left = _without_empty(replace(draft, nodes=nodes))
    return Edited(left, left.nodes[min(index, len(left.nodes)) - 1].key)


def duplicate(draft: Draft, key: str) -> Edited:
    """Put a copy of a node, with all that belongs to it, behind it."""
    index = _index(draft, key)
    if not index:
        return Edited(draft)
    end, copies = draft.after(index), []
    for node in draft.nodes[index:end]:
        new, draft = draft.keyed()
        copies.append(replace(node, key=new))
    return Edited(_inserted(draft, end, tuple(copies)), copies[0].key)


def move(draft: Draft, key: str, way: str) -> Edited:
    """Move a node among its neighbours, into a group, or out of its own."""
    index = _index(draft, key)
    ways: Mapping[str, Callable[[Draft, int], Draft]] = {UP: _up, DOWN: _down, IN: _in, OUT: _out}
    if not index or way not in ways:
        return Edited(draft, key)
    return Edited(_without_empty(ways[way](draft, index)), key)


def move_to(draft: Draft, key: str, target: str, *, is_after: bool) -> Edited:
    """Put a node beside another one, before or after it; into a group when it is dropped on one."""
    start, goal = _index(draft, key), _index(draft, target)
    if not start or goal is None or start <= goal < draft.after(start):
        return Edited(draft, key)
    at, depth = goal, draft.nodes[goal].depth
    if is_after:
        is_into = draft.nodes[goal].is_group
        at, depth = goal + 1, depth + 1 if is_into else depth
    if goal == 0:
        at, depth = 1, 1
    moved = _moved(draft, start, at, depth)
    return Edited(_without_empty(moved), key)


def set_group(draft: Draft, key: str, kind: str) -> Edited:
    """Let a group mean something else."""
    if kind not in GROUPS:
        return Edited(draft)
    return Edited(_changed(draft, key, lambda node: replace(node, kind=kind)))


def set_field(draft: Draft, key: str, name: str, language: Language) -> Edited:
    """Look at something else; what was given stays where the new field asks for the same."""
    found = language.field_named(name)
    if found is None:
        return Edited(draft)
    operator = found.operators[0].name

    def other(node: Node) -> Node:
        same = language.field_named(node.subject)
        kept = dict(node.values) if same and same.operators == found.operators else {}
        kept_operator = node.operator if kept else operator
        values = defaults(inputs_of(found, kept_operator), kept)
        return replace(node, kind=TEST, subject=name, operator=kept_operator, values=values)

    return Edited(_changed(draft, key, other))


def set_operator(draft: Draft, key: str, name: str, language: Language) -> Edited:
    """Compare otherwise; what was given stays where it is still asked for."""

    def other(node: Node) -> Node:
        found = language.field_named(node.subject)
        if found is None or name not in {one.name for one in found.operators}:
            return node
        values = defaults(inputs_of(found, name), node.values)
        return replace(node, operator=name, values=values)

    return Edited(_changed(draft, key, other))


def set_value(draft: Draft, key: str, name: str, text: str) -> Edited:
    """Give a value to a condition, to the trigger or to an action."""
    return _valued(draft, key, name, lambda _: text)


def toggle(draft: Draft, key: str, name: str, value: str) -> Edited:
    """Take one of several values up, or drop it."""
    return _valued(draft, key, name, lambda held: toggled(held, value))


def set_trigger(draft: Draft, name: str, language: Language) -> Edited:
    """Ask the rule when something else happens."""
    act = language.trigger(name)
    if act is None:
        return Edited(draft)
    trigger = Part(key=draft.trigger.key, name=name, values=defaults(act.inputs, {}))
    return Edited(replace(draft, trigger=trigger))


def add_action(draft: Draft, language: Language) -> Edited:
    """Do one more thing."""
    key, draft = draft.keyed()
    return Edited(replace(draft, actions=(*draft.actions, _part(key, language.actions[0]))), key)


def set_action(draft: Draft, key: str, name: str, language: Language) -> Edited:
    """Do something else instead."""
    act = language.action(name)
    if act is None:
        return Edited(draft)
    actions = tuple(_part(key, act) if one.key == key else one for one in draft.actions)
    return Edited(replace(draft, actions=actions))


def remove_action(draft: Draft, key: str) -> Edited:
    """Do one thing less."""
    left = tuple(one for one in draft.actions if one.key != key)
    return Edited(replace(draft, actions=left), left[-1].key if left else "")


def move_action(draft: Draft, key: str, way: str) -> Edited:
    """Do something earlier or later."""
    keys = [one.key for one in draft.actions]
    step = {UP: -1, DOWN: 1}.get(way, 0)
    if key not in keys or not 0 <= keys.index(key) + step < len(keys):
        return Edited(draft, key)
    actions, at = list(draft.actions), keys.index(key)
    actions.insert(at + step, actions.pop(at))
    return Edited(replace(draft, actions=tuple(actions)), key)


def _part(key: str, act: Act) -> Part:
    return Part(key=key, name=act.name, values=defaults(act.inputs, {}))


def _blank_test(key: str, depth: int, language: Language) -> Node:
    first = language.fields[0]
    operator = first.operators[0].name
    values = defaults(inputs_of(first, operator), {})
    return Node(
        key=key, depth=depth, kind=TEST, subject=first.name, operator=operator, values=values
    )


def _index(draft: Draft, key: str) -> int | None:
    try:
        return draft.at(key)
    except KeyError:
        return None


def _group(draft: Draft, key: str) -> int | None:
    index = _index(draft, key)
    return index if index is not None and draft.nodes[index].is_group else None


def _inserted(draft: Draft, at: int, nodes: tuple[Node, ...]) -> Draft:
    return replace(draft, nodes=draft.nodes[:at] + nodes + draft.nodes[at:])


def _changed(draft: Draft, key: str, change: Callable[[Node], Node]) -> Draft:
    nodes = tuple(change(node) if node.key == key else node for node in draft.nodes)
    return replace(draft, nodes=nodes)


def _valued(draft: Draft, key: str, name: str, change: Callable[[str], str]) -> Edited:
    """Change a value of the piece of this key, whatever it is."""

    def given(piece: Piece) -> Piece:
        if piece.key != key or name not in piece.values:
            return piece
        return replace(piece, values={**piece.values, name: change(piece.values[name])})

    return Edited(
        replace(
            draft,
            nodes=tuple(given(one) for one in draft.nodes),
            actions=tuple(given(one) for one in draft.actions),
            trigger=given(draft.trigger),
        )
    )


def _moved(draft: Draft, start: int, at: int, depth: int) -> Draft:
    """Put a node with what belongs to it elsewhere, at another depth; too deep is left alone."""
    end = draft.after(start)
    shift = depth - draft.nodes[start].depth
    taken = tuple(replace(one, depth=one.depth + shift) for one in draft.nodes[start:end])
    if max(one.depth for one in taken) > DEEPEST:
        return draft
    rest = draft.nodes[:start] + draft.nodes[end:]
    goal = at if at <= start else at - (end - start)
    return replace(draft, nodes=rest[:goal] + taken + rest[goal:])


def _siblings(draft: Draft, index: int) -> tuple[int | None, int | None]:
    """Return where the neighbours of a node in its group stand."""
    all_of_them = list(draft.children(draft.parent(index)))
    at = all_of_them.index(index)
    before = all_of_them[at - 1] if at > 0 else None
    after = all_of_them[at + 1] if at + 1 < len(all_of_them) else None
    return before, after


def _up(draft: Draft, index: int) -> Draft:
    before, _ = _siblings(draft, index)
    if before is not None:
        return _moved(draft, index, before, draft.nodes[index].depth)
    parent = draft.parent(index)
    return _moved(draft, index, parent, draft.nodes[parent].depth) if parent else draft


def _down(draft: Draft, index: int) -> Draft:
    _, after = _siblings(draft, index)
    if after is not None:
        return _moved(draft, index, draft.after(after), draft.nodes[index].depth)
    return _out(draft, index)


def _in(draft: Draft, index: int) -> Draft:
    """Move a node into the group before it; without one, put it into a new group of its own."""
    before, _ = _siblings(draft, index)
    node = draft.nodes[index]
    if before is not None and draft.nodes[before].is_group:
        return _moved(draft, index, draft.after(before), node.depth + 1)
    end = draft.after(index)
    if max(one.depth for one in draft.nodes[index:end]) + 1 > DEEPEST:
        return draft
    key, draft = draft.keyed()
    outer = draft.nodes[draft.parent(index)]
    group = Node(key=key, depth=node.depth, kind=ALL if outer.kind == ANY else ANY)
    inner = tuple(replace(one, depth=one.depth + 1) for one in draft.nodes[index:end])
    nodes = (*draft.nodes[:index], group, *inner, *draft.nodes[end:])
    return replace(draft, nodes=nodes)


def _out(draft: Draft, index: int) -> Draft:
    parent = draft.parent(index)
    if not parent:
        return draft
    return _moved(draft, index, draft.after(parent), draft.nodes[parent].depth)


def _without_empty(draft: Draft) -> Draft:
    """Take away groups with nothing in them, except the outermost."""
    kept = tuple(
        node
        for index, node in enumerate(draft.nodes)
        if not index or not node.is_group or draft.after(index) > index + 1
    )
    if len(kept) == len(draft.nodes):
        return draft
    return _without_empty(replace(draft, nodes=kept))


def apply(draft: Draft, language: Language, edit: "Edit") -> Edited:
    """Do one edit as a screen sends it; what is no edit changes nothing."""
    doing = DOINGS.get(edit.verb)
    return doing(draft, language, edit) if doing else Edited(draft)


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody did in the builder: to which part, to which value of it, with what."""

    verb: str
    key: str = ""
    name: str = ""
    value: str = ""


DOINGS: Final[Mapping[str, Callable[[Draft, Language, Edit], Edited]]] = {
    "trigger": lambda draft, language, edit: set_trigger(draft, edit.value, language),
    "group": lambda draft, _, edit: set_group(draft, edit.key, edit.value),
    "field": lambda draft, language, edit: set_field(draft, edit.key, edit.value, language),
    "operator": lambda draft, language, edit: set_operator(draft, edit.key, edit.value, language),
    "value": lambda draft, _, edit: set_value(draft, edit.key, edit.name, edit.value),
    "toggle": lambda draft, _, edit: toggle(draft, edit.key, edit.name, edit.value),
    "add": lambda draft, language, edit: add_test(draft, edit.key, language),
    "add_group": lambda draft, language, edit: add_group(draft, edit.key, language),
    "duplicate": lambda draft, _, edit: duplicate(draft, edit.key),
    "remove": lambda draft, _, edit: remove(draft, edit.key),
    UP: lambda draft, _, edit: move(draft, edit.key, UP),
    DOWN: lambda draft, _, edit: move(draft, edit.key, DOWN),
    IN: lambda draft, _, edit: move(draft, edit.key, IN),
    OUT: lambda draft, _, edit: move(draft, edit.key, OUT),
    "before": lambda draft, _, edit: move_to(draft, edit.key, edit.value, is_after=False),
    "after": lambda draft, _, edit: move_to(draft, edit.key, edit.value, is_after=True),
    "action_add": lambda draft, language, _: add_action(draft, language),
    "action": lambda draft, language, edit: set_action(draft, edit.key, edit.value, language),
    "action_remove": lambda draft, _, edit: remove_action(draft, edit.key),
    "action_up": lambda draft, _, edit: move_action(draft, edit.key, UP),
    "action_down": lambda draft, _, edit: move_action(draft, edit.key, DOWN),
    "name": lambda draft, _, edit: Edited(replace(draft, name=edit.value[:LONGEST])),
    "last": lambda draft, _, edit: Edited(replace(draft, is_last=edit.value == "yes")),
}

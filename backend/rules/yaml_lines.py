"""A YAML document as plain values, with the line of each: pure.

Only what JSON knows is read: no tags, no anchors, no keys twice. Source of the syntax:
https://yaml.org/spec/1.2.2/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 40
MAX_NODES = 100_000
PLAIN = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool", "null", "float", "map", "seq")
)


class Unreadable(Exception):
    """What is no document of ours; says in which line."""

    def __init__(self, line: int, message: str, fix: str) -> None:
        """Keep the three."""
        super().__init__(message)
        self.line, self.message, self.fix = line, message, fix


@dataclass(slots=True)
class Document:
    """The values, and the line of each by its place (`rules.0.name`)."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict[str, int])

    def line_of(self, place: str) -> int:
        """Return the line of a value, or of what it would stand in."""
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        return self.lines.get(place, 1)


class _Loader(yaml.SafeLoader):
    """Refuses aliases, which let a small file stand for an endless one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.nodes = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            message = "an alias repeats another part of the file"
            raise Unreadable(self._line(), message, "write the part out")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = f"the file has more than {MAX_NODES:,} values"
            raise Unreadable(self._line(), message, "fewer rules in one file")
        return super().compose_node(parent, index)

    def _line(self) -> int:
        event = cast("Any", self.peek_event())  # pyright: ignore[reportUnknownMemberType]
        return int(event.start_mark.line) + 1


def read_document(text: str) -> Document:
    """Return the values of a document; raises `Unreadable`."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            document = Document()
            document.value = _value(loader, node, "", document) if node else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(line, f"this is no YAML: {error.problem}", "valid YAML") from None
    except (yaml.YAMLError, ValueError) as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        raise Unreadable(line, "this is no YAML: a character is not allowed", "text") from None
    except RecursionError:
        raise Unreadable(1, "the file is nested too deep", f"{MAX_DEPTH} levels") from None
    return document


def _value(loader: _Loader, node: Node, place: str, document: Document) -> object:
    line = node.start_mark.line + 1
    document.lines[place] = line
    if place.count(".") > MAX_DEPTH:
        raise Unreadable(line, "this is nested too deep", f"at most {MAX_DEPTH} levels")
    if node.tag not in PLAIN:
        message = f"a value of the type {node.tag.rpartition(':')[2]} is not read"
        raise Unreadable(line, message, "a text in quotes, a number, true or false")
    match node:
        case MappingNode():
            return _mapping(loader, node, place, document)
        case SequenceNode():
            return [
                _value(loader, each, _inside(place, str(index)), document)
                for index, each in enumerate(node.value)
            ]
        case _:
            return loader.construct_object(node)  # pyright: ignore[reportUnknownMemberType]


def _mapping(
    loader: _Loader, node: MappingNode, place: str, document: Document
) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise Unreadable(line, "a name is no text", "a plain word before the colon")
        name = str(key.value)
        if name in found:
            raise Unreadable(line, f"{name!r} stands here twice", "each name once")
        found[name] = _value(loader, value, _inside(place, name), document)
        document.lines[_inside(place, name)] = line
    return found


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name

"""The language of rules as the builder draws it: what can be chosen, and what each choice asks for.

A value of an input is held as the text that stands in its control, whatever it means; `to_json`
and `to_text` turn it into what a definition holds, and back. A text that means nothing goes into
the definition as it is, so that the server says what is wrong with it, at its place.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """What an input holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    WORDS = "words"
    LINES = "lines"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Option:
    """One of several values, in words."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One value that a part of a rule asks for.

    `source` names what the workspace has to choose from (`tag`, `channel`, `user`, ...); without
    one `options` are all there is. What is said `is_aside` comes last in a sentence, in brackets;
    `saying` has the words around a value.
    """

    name: str
    label: str
    kind: Kind
    options: tuple[Option, ...] = ()
    source: str = ""
    default: str = ""
    hint: str = ""
    is_optional: bool = False
    is_number: bool = False
    is_aside: bool = False
    saying: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How a field is compared, and with what."""

    name: str
    label: str
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a condition looks at."""

    name: str
    label: str
    operators: tuple[Operator, ...]
    inputs: tuple[Input, ...] = ()

    def operator(self, name: str) -> Operator:
        """Return the operator of this name, or the first."""
        return next((one for one in self.operators if one.name == name), self.operators[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A trigger or an action: a name, and what it asks for."""

    name: str
    label: str
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All that a rule may say."""

    triggers: tuple[Act, ...]
    fields: tuple[Field, ...]
    actions: tuple[Act, ...]
    sources: Mapping[str, tuple[Option, ...]] = field(default_factory=dict[str, tuple[Option, ...]])

    def field_named(self, name: str) -> Field | None:
        """Find a field."""
        return next((one for one in self.fields if one.name == name), None)

    def trigger(self, name: str) -> Act | None:
        """Find a trigger."""
        return next((one for one in self.triggers if one.name == name), None)

    def action(self, name: str) -> Act | None:
        """Find an action."""
        return next((one for one in self.actions if one.name == name), None)

    def options(self, asked: Input) -> tuple[Option, ...]:
        """Return what can be chosen for an input here."""
        return asked.options or self.sources.get(asked.source, ())


def inputs_of(found: Field, operator: str) -> tuple[Input, ...]:
    """Return what a field asks for when it is compared so."""
    return (*found.inputs, *found.operator(operator).inputs)


def defaults(inputs: Iterable[Input], kept: Mapping[str, str]) -> dict[str, str]:
    """Return the first values of inputs, keeping those that were given under the same name."""
    return {one.name: kept.get(one.name, one.default) for one in inputs}


def listed(text: str) -> list[str]:
    """Read values that commas part; quotes hold one together that has a comma."""
    lines = list(csv.reader(io.StringIO(text.replace("\n", ",")), skipinitialspace=True))
    return [word.strip() for line in lines for word in line if word.strip()]


def joined(values: Sequence[object]) -> str:
    """Write values with commas between them, so that `listed` reads them back."""
    return ", ".join(_quoted(str(value)) for value in values)


def toggled(text: str, value: str) -> str:
    """Add a value to a list, or take it out."""
    values = listed(text)
    without = [one for one in values if one != value]
    return joined(without if len(without) < len(values) else [*values, value])


def to_json(asked: Input, text: str) -> Any:  # noqa: ANN401  whatever a definition may hold
    """Return what stands in a control as a definition holds it."""
    match asked.kind:
        case Kind.WORDS:
            return listed(text)
        case Kind.LINES:
            return _lines(text)
        case Kind.CHOICES:
            return [_number(one) if asked.is_number else one for one in listed(text)]
        case Kind.NUMBER:
            return _number(text)
        case Kind.FLAG:
            return text == "yes"
        case Kind.TEXT | Kind.LONG_TEXT | Kind.TIME | Kind.CHOICE:
            return text.strip() if asked.kind is not Kind.LONG_TEXT else text


def to_text(asked: Input, value: Any) -> str:  # noqa: ANN401  whatever a definition may hold
    """Return a value of a definition as it stands in a control."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(map(str, value)) if asked.kind is Kind.LINES else joined(value)
    if isinstance(value, dict):
        return json.dumps(value)
    return joined([value]) if asked.kind in {Kind.WORDS, Kind.CHOICES} else str(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _quoted(value: str) -> str:
    if not any(mark in value for mark in ',"\n'):
        return value
    return '"' + value.replace('"', '""') + '"'


def _number(text: str) -> int | str:
    written = text.strip().replace("\N{MINUS SIGN}", "-")
    try:
        return int(written)
    except ValueError:
        return written


BLANK: Final = Option("", "Choose\N{HORIZONTAL ELLIPSIS}")

"""Patterns that people write: whether they can be used, and whether they are at risk. Pure.

Ours works in linear time whatever the pattern. What repeats a repetition is refused all the same:
it never means more than the inner one alone, and rules are exported to where the engine is another.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
REPEAT = re.compile(r"(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?")
OPENING = re.compile(r"\?(?:P?<\w+>|[a-zA-Z-]*:)")
MANY = 32
# Instructions, and bytes for the states that are made while a text is read.
MAX_PROGRAM = 2_000
MAX_MEMORY = 1 << 20
_REMEMBERED = 1_024


class Compiled(Protocol):
    """A pattern of RE2, which reads every text in linear time."""

    programsize: int

    def search(self, text: str) -> object | None:
        """Return where the pattern is first in the text."""
        ...

    def findall(self, text: str) -> list[str]:
        """Return everything in the text that the pattern matches."""
        ...


@lru_cache(maxsize=_REMEMBERED)
def compiled(pattern: str) -> Compiled:
    """Return a pattern that can be used; raises `ValueError`."""
    engine = cast("Any", re2)
    options = engine.Options()
    options.case_sensitive, options.log_errors, options.never_capture = False, False, True
    options.max_mem = MAX_MEMORY
    try:
        return cast("Compiled", engine.compile(pattern, options))
    except engine.error as error:
        said = error.args[0] if error.args else b""
        message = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise ValueError(message) from error


WORD: Final = compiled(r"[\pL\pM\pN_]+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in any script: letters with their marks, digits, the low line."""
    return WORD.findall(text)


def fault(pattern: str) -> str | None:
    """Return why a pattern cannot be used, in words, or `None`."""
    try:
        size = compiled(pattern).programsize
    except ValueError as error:
        return str(error)
    return None if size <= MAX_PROGRAM else f"it takes {size:,} steps, over {MAX_PROGRAM:,}"


@dataclass(slots=True)
class _Branch:
    """What was read of one alternative: whether something in it has to be there just once."""

    first: str = ""
    is_repeated: bool = False
    is_held: bool = False


@dataclass(slots=True)
class _Open:
    branches: list[_Branch] = field(default_factory=lambda: [_Branch()])

    @property
    def is_loose(self) -> bool:
        """Whether some alternative is nothing but repetitions."""
        return any(each.is_repeated and not each.is_held for each in self.branches)

    @property
    def is_ambiguous(self) -> bool:
        """Whether two alternatives begin alike."""
        firsts = [each.first for each in self.branches]
        return len(set(firsts)) < len(firsts) or (len(firsts) > 1 and "." in firsts)


def risk(pattern: str) -> str | None:
    """Return what makes a pattern catastrophic, in words, or `None`."""
    stack, position = [_Open()], 0
    while position < len(pattern):
        found = ATOM.match(pattern, position)
        part = found.group() if found else pattern[position]
        position += len(part)
        if part == "(":
            opening = OPENING.match(pattern, position)
            position = opening.end() if opening else position
            stack.append(_Open())
            continue
        if part == "|":
            stack[-1].branches.append(_Branch())
            continue
        closed = stack.pop() if part == ")" and len(stack) > 1 else None
        repeat = REPEAT.match(pattern, position)
        position = repeat.end() if repeat else position
        if closed and repeat and _is_many(repeat) and (closed.is_loose or closed.is_ambiguous):
            return "a repetition is repeated" if closed.is_loose else "alternatives begin alike"
        _note(stack[-1].branches[-1], part, repeat, closed)
    return None


def _note(branch: _Branch, part: str, repeat: re.Match[str] | None, closed: _Open | None) -> None:
    branch.first = branch.first or (closed.branches[0].first if closed else part)
    is_loose = closed is not None and closed.is_loose
    if (repeat and _is_many(repeat)) or (is_loose and not repeat):
        branch.is_repeated = True
    elif not repeat or repeat.group().startswith("{"):
        branch.is_held = branch.is_held or part not in {"^", "$"}


def _is_many(repeat: re.Match[str]) -> bool:
    if repeat.group()[0] in "*+":
        return True
    if repeat.group()[0] == "?":
        return False
    _, comma, most = repeat.groups()
    return bool(comma) and (not most or int(most) > MANY)

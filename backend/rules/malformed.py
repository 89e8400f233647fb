"""What is wrong with the form of a definition, every fault at its place: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backend.kit.text import clean
from backend.rules.asking_schemas import LintCode, LintFinding, LintLevel
from backend.rules.definition import Definition

WHOLE = "an object with `if` (a condition), `then` (a list of actions) and `stop`"
MAX_FAULTS = 50
# By pydantic's type of error: what would be right.
FIXES = {
    "missing": "say it",
    "limit": "no limit, or points once a day or every time",
    "pattern": "a shorter or simpler pattern in the syntax of RE2: no look-around, no references",
    "extra_forbidden": "leave it out",
    "union_tag_invalid": "one of {expected_tags}",
    "union_tag_not_found": "say which, as {discriminator}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}
UNKNOWN = frozenset({"extra_forbidden", "union_tag_invalid", "union_tag_not_found"})
TAGGED = frozenset({"union_tag_invalid", "union_tag_not_found"})
PATTERN = "matches"


def read(given: Mapping[str, Any]) -> tuple[Definition | None, tuple[LintFinding, ...]]:
    """Return a definition, or everything that is wrong with its form."""
    cleaned = clean(dict(given))
    try:
        return Definition.model_validate(cleaned), ()
    except ValidationError as error:
        found = [_finding(each, cleaned) for each in error.errors(include_url=False)]
        once = {(each.place, each.message): each for each in found}
        return None, tuple(once.values())[:MAX_FAULTS]
    except RecursionError:
        message = "groups are nested too deep"
        return None, (_error(LintCode.IMPOSSIBLE_VALUE, "definition", message, WHOLE),)


def place_of(location: Sequence[str | int], given: object, *, is_missing: bool) -> str:
    """Return where a fault stands in what was given, without pydantic's names of alternatives."""
    place, here = ["definition"], given
    for part in location:
        if isinstance(here, Mapping) and part in here:
            here = cast("Mapping[str, object]", here)[str(part)]
        elif isinstance(here, list) and isinstance(part, int):
            here = cast("list[object]", here)[part]
        else:
            continue
        place.append(str(part))
    if is_missing and location:
        place.append(str(location[-1]))
    return ".".join(place)


def _finding(fault: ErrorDetails, given: object) -> LintFinding:
    kind, context = fault["type"], fault.get("ctx", {})
    place = place_of(fault["loc"], given, is_missing=kind == "missing")
    if kind in TAGGED:
        name = str(context.get("discriminator", "")).strip("'")
        place = f"{place}.{name}" if name.isidentifier() else place
    code = LintCode.UNKNOWN_FIELD if kind in UNKNOWN else LintCode.IMPOSSIBLE_VALUE
    if _is_about_a_pattern(place, given):
        code = LintCode.REGEX_AT_RISK
    return _error(code, place, fault["msg"], _fix(kind, context))


def _fix(kind: str, context: Mapping[str, Any]) -> str:
    try:
        return FIXES.get(kind, WHOLE).format(**context)
    except (KeyError, IndexError):
        return WHOLE


def _is_about_a_pattern(place: str, given: object) -> bool:
    """Whether a fault stands in the value of a condition that matches a pattern."""
    here = given
    is_pattern = False
    for part in place.split(".")[1:]:
        if isinstance(here, Mapping):
            node = cast("Mapping[str, object]", here)
            is_pattern = node.get("operator") == PATTERN and part == "value"
            here = node.get(part)
        elif isinstance(here, list) and part.isdecimal():
            items = cast("list[object]", here)
            here = items[int(part)] if int(part) < len(items) else None
    return is_pattern


def _error(code: LintCode, place: str, message: str, fix: str) -> LintFinding:
    return LintFinding(level=LintLevel.ERROR, code=code, place=place, message=message, fix=fix)

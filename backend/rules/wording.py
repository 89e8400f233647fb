"""Conditions, actions and values in words, for differences and traces: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

MAX_WORDS = 300
GROUPS = {"all": "all of", "any": "any of", "not": "not"}


def said(value: object) -> str:
    """Return a value of a definition in words, at most three hundred characters of them."""
    words = _said(value)
    return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return _mapping(cast("Mapping[str, Any]", value))
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(_said(each) for each in cast("Sequence[object]", value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def _mapping(value: Mapping[str, Any]) -> str:
    for name, words in GROUPS.items():
        if name in value:
            return _group(words, value[name])
    if "field" in value:
        rest = {key: kept for key, kept in value.items() if key not in {"field", "operator"}}
        operator = str(value.get("operator", "")).replace("_", " ")
        return " ".join(filter(None, (str(value["field"]), operator, _rest(rest))))
    if "action" in value:
        rest = {key: kept for key, kept in value.items() if key != "action"}
        return f"{str(value['action']).replace('_', ' ')} {_rest(rest)}".strip()
    if "on" in value:
        rest = {key: kept for key, kept in value.items() if key != "on"}
        return f"on {str(value['on']).replace('_', ' ')} {_rest(rest)}".strip()
    return _rest(value) or "nothing"


def _group(words: str, inner: object) -> str:
    if isinstance(inner, Mapping):
        return f"{words} ({_said(cast('object', inner))})"
    parts = "; ".join(_said(each) for each in cast("Sequence[object]", inner))
    return f"{words} ({parts})" if parts else "always"


def _rest(rest: Mapping[str, Any]) -> str:
    told = {key: kept for key, kept in rest.items() if kept not in (None, "")}
    if set(told) <= {"value"}:
        return _said(told["value"]) if told else ""
    return ", ".join(
        _said(kept) if key == "value" else f"{key.replace('_', ' ')} {_said(kept)}"
        for key, kept in told.items()
    )

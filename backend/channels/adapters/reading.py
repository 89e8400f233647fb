"""Reading what others wrote: a JSON body, then its fields, whatever they hold.

A reader raises `Unreadable` inside an item; `read_each` turns it into a `RejectedItem` at its
position, so that one bad item never spoils its neighbours.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeGuard, cast

import orjson

from backend.channels.errors import MalformedDelivery
from backend.channels.events import InboundEvent, RejectedItem
from backend.kit.text import MAX_DEPTH, clean

Object = dict[str, object]

MAX_ID_LENGTH = 512
_MAX_WHOLE_DIGITS = 300
_YEAR_2100 = 4_102_444_800
_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNUSUAL_NUMBER = re.compile(rb"[:,\[]\s*-?[0-9](?:[0-9]{16}|[0-9.]*[eE])")
_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")
_JSON_NAMES: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "a list"),
    (str, "text"),
    (bool, "a boolean"),
    (type(None), "null"),
)


class Unreadable(Exception):
    """An item makes no sense; the message is one sentence for the operator."""


def read_body(body: bytes) -> Object:
    """Decode a JSON object into storable values; raises `MalformedDelivery`."""
    try:
        decoded = orjson.loads(body) if _is_plain(body) else _read_slowly(body)
    except orjson.JSONDecodeError:
        decoded = _read_slowly(body)
    if not isinstance(decoded, dict):
        message = f"the body is {json_name(decoded)}, not an object"
        raise MalformedDelivery(message, expected="a JSON object")
    return cast("Object", decoded)


def _read_slowly(body: bytes) -> object:
    """Decode what others write as JSON, whether or not it is, and make it storable."""
    try:
        decoded = json.loads(
            body.decode("utf-8-sig", "replace"),
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_number,
        )
    except RecursionError:
        message = "the body is nested too deeply to be read"
        raise MalformedDelivery(message, expected="a JSON object") from None
    except json.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg} at character {error.pos}"
        raise MalformedDelivery(message, expected="a JSON object") from None
    return clean(decoded)


def _is_plain(body: bytes) -> bool:
    """Whether a body can be read by the shortest way, and nothing in it can need `clean`.

    JSON writes NUL and surrogates as escapes; what has few brackets is not nested deeply; a
    whole number of 16 digits or less fits everywhere.
    """
    is_shallow = body.count(b"{") + body.count(b"[") <= MAX_DEPTH
    return is_shallow and not (
        b"\0" in body
        or (b"\\u" in body and _UNSTORABLE.search(body))
        or _UNUSUAL_NUMBER.search(body)
    )


def read_each(
    parent: Object,
    key: str,
    prefix: str,
    read: Callable[[object, str], Iterable[InboundEvent]],
) -> Iterator[InboundEvent]:
    """Read the items under `key`, of which a lone one may stand without its list."""
    held = parent.get(key)
    items = cast("list[object]", held) if isinstance(held, list) else [held]
    for index, item in enumerate(items if held is not None else ()):
        position = f"{prefix}{key}[{index}]"
        try:
            yield from read(item, position)
        except Unreadable as fault:
            yield RejectedItem(position=position, reason=str(fault))


def one(read: Callable[[object], InboundEvent]) -> Callable[[object, str], Iterable[InboundEvent]]:
    """Fit a reader of one event for `read_each`."""
    return lambda item, _position: (read(item),)


def required_object(value: object, name: str) -> Object:
    """Return an object; raises `Unreadable` for anything else."""
    if isinstance(value, dict):
        return cast("Object", value)
    message = f"{name} is {json_name(value)}; an object was expected."
    raise Unreadable(message)


def required_id(item: Object, key: str) -> str:
    """Return an identifier; raises `Unreadable` when it is missing or unusable."""
    found = identifier(item.get(key))
    if found is None:
        message = f"`{key}` is missing or unusable; a text of 1 to {MAX_ID_LENGTH} was expected."
        raise Unreadable(message)
    return found


def required_moment(item: Object, key: str) -> datetime:
    """Return a moment written in unix seconds, as a number or as text; raises `Unreadable`."""
    value = item.get(key)
    if isinstance(value, str) and _SECONDS.fullmatch(value.strip()):
        value = float(value)
    if _is_number(value) and 0 <= value < _YEAR_2100:
        return datetime.fromtimestamp(value, UTC)
    message = f"`{key}` is missing or no moment; unix seconds such as 1697043223 were expected."
    raise Unreadable(message)


def optional_object(value: object) -> Object:
    """Return an object, or an empty one in place of anything else."""
    return cast("Object", value) if isinstance(value, dict) else {}


def objects(value: object) -> list[Object]:
    """Return the objects of a list that hold anything; a lone object is a list of one."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    return [cast("Object", item) for item in items if isinstance(item, dict) and item]


def words(value: object) -> str | None:
    """Return text as it was written; a number becomes text, anything blank `None`."""
    if _is_number(value):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def identifier(value: object) -> str | None:
    """Return a trimmed identifier, or `None` when it is blank or too long to be looked up."""
    text = (words(value) or "").strip()
    return text if 0 < len(text) <= MAX_ID_LENGTH else None


def json_name(value: object) -> str:
    """Say what a JSON value is."""
    return next((name for type_, name in _JSON_NAMES if isinstance(value, type_)), "a number")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(digits: str) -> int | str:
    """Keep a number too long for Python to convert, which also no column could hold, as text."""
    return int(digits) if len(digits) <= _MAX_WHOLE_DIGITS else digits


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _no_number(_name: str) -> None:
    """Drop `NaN` and `Infinity`, which Python reads although they are not JSON."""

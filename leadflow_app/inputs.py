"""Reading what a browser sends: anything may come, and only what makes sense is let through."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from backend.kit.errors import Invalid, NotFound

Option = TypeVar("Option", bound=StrEnum)


def uuid_or_none(text: object) -> UUID | None:
    """Read an id; anything else is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def the_id(text: object) -> UUID:
    """Read an id; raises `NotFound`, because what is no id names nothing."""
    found = uuid_or_none(text)
    if found is None:
        message = "There is nothing at this address"
        raise NotFound(message)
    return found


def chosen_from(options: type[Option], text: str) -> Option:
    """Read one of several options; raises `Invalid`."""
    try:
        return options(text)
    except ValueError as error:
        message = "That choice does not exist"
        raise Invalid(message, expected=", ".join(options)) from error

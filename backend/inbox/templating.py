"""Filling the variables of a template. Pure.

Components have the shape of Meta's template components: a header, a body, a footer, buttons;
variables are written `{{1}}` or `{{name}}` (WhatsApp Business Platform, "template components").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.channels import ButtonKind, ButtonValue, MessageKind

VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MAX_VALUE_LENGTH: Final = 1024
# Formats of a header that is a file; Twilio says only that there is one.
FILES: Final[Mapping[str, frozenset[MessageKind]]] = {
    "image": frozenset({MessageKind.IMAGE}),
    "video": frozenset({MessageKind.VIDEO}),
    "document": frozenset({MessageKind.DOCUMENT}),
    "media": frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT}),
}
NOTHING: Final[Mapping[str, Any]] = {}
Components = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateNeeds:
    """Which values a template takes, by their names as they stand in it.

    `buttons` are places and captions of buttons whose address ends in a value; `file` is the
    format of a header that is a file.
    """

    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[tuple[int, str], ...] = ()
    file: str = ""

    @property
    def count(self) -> int:
        """How many values there are in all."""
        return len(self.header) + len(self.body) + len(self.buttons)

    @property
    def can_be_given(self) -> bool:
        """Whether its header, if it is no text, is a file; places are not sent from here."""
        return not self.file or self.file in FILES


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateValues:
    """Values in the order of the variables; `buttons` one for each button that takes one."""

    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


def needs_of(components: Components) -> TemplateNeeds:
    """Find out which values a template takes."""
    header, body = _part(components, "HEADER"), _part(components, "BODY")
    header_format = str(header.get("format", "TEXT")).upper()
    return TemplateNeeds(
        header=_variables(str(header.get("text", ""))),
        body=_variables(str(body.get("text", ""))),
        buttons=tuple(
            (index, str(button.get("text", "")))
            for index, button in enumerate(_buttons(components))
            if VARIABLE.search(str(button.get("url", "")))
        ),
        file="" if header_format == "TEXT" else header_format.lower(),
    )


def what_is_wrong(needs: TemplateNeeds, values: TemplateValues) -> tuple[str, str] | None:
    """Return the field and what would be right, or `None` when the values fit the template."""
    for field in ("header", "body", "buttons"):
        wanted, given = getattr(needs, field), getattr(values, field)
        if len(wanted) != len(given):
            return field, f"{len(wanted)} values, not {len(given)}"
        for number, value in enumerate(given, start=1):
            if not 0 < len(value.strip()) <= MAX_VALUE_LENGTH:
                return f"{field}.{number}", f"1 to {MAX_VALUE_LENGTH} characters"
            if re.search(r"[\n\r\t]| {5}", value):
                return f"{field}.{number}", "one line, without tabs or more than 4 spaces in a row"
    return None


def what_is_wrong_with_file(needs: TemplateNeeds, kind: MessageKind | None) -> str | None:
    """Return which file would be right in the header, or `None` when this one, or none, is."""
    if not needs.file:
        return None if kind is None else "none, because the template has no file above it"
    if kind in FILES.get(needs.file, ()):
        return None
    return f"the {needs.file} above the template, handed in before"


def rendered(components: Components, values: TemplateValues) -> str:
    """Write what the customer will read: header, body and footer below each other."""
    given = {"HEADER": values.header, "BODY": values.body}
    parts = [
        _filled(str(_part(components, kind).get("text", "")), given.get(kind, ()))
        for kind in ("HEADER", "BODY", "FOOTER")
    ]
    return "\n\n".join(part for part in parts if part)


def button_values(needs: TemplateNeeds, values: TemplateValues) -> tuple[ButtonValue, ...]:
    """Say which button ends in which value."""
    return tuple(
        ButtonValue(index=index, kind=ButtonKind.URL, value=value)
        for (index, _), value in zip(needs.buttons, values.buttons, strict=True)
    )


def _part(components: Components, kind: str) -> Mapping[str, Any]:
    for one in components:
        if str(one.get("type", "")).upper() == kind:
            return one
    return NOTHING


def _buttons(components: Components) -> Sequence[Mapping[str, Any]]:
    return _part(components, "BUTTONS").get("buttons") or ()


def _variables(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(VARIABLE.findall(text)))
    return tuple(sorted(names, key=int)) if all(name.isdecimal() for name in names) else names


def _filled(text: str, values: Sequence[str]) -> str:
    named = dict(zip(_variables(text), values, strict=False))
    return VARIABLE.sub(lambda found: named.get(found[1], found[0]), text)

"""Phone numbers in E.164: `+`, the country's calling code, the number; nothing else."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

# What people put between digits. Letters are no part of it: they would make an extension, a
# vanity number or a user id pass for a phone number.
_WRITTEN = re.compile(r"[+\uff0b]?[\d\s()\[\]./~\u2010-\u2015\u2212\uff0d-]*\d[\s)\]]*")
_E164_LENGTHS = range(6, 16)


def to_e164(raw: str, region: str | None = None) -> str | None:
    """Read a number as people write it; `None` when no such number can exist.

    With a region (`"DE"`) a number without `+` is a national one; without a region its digits
    begin with the calling code.
    """
    written = _written(raw)
    if written is None:
        return None
    if region is None:
        written = f"+{_digits(written)}"
    number = _parsed(written, region)
    if number is None or _length_of(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def trusted_e164(raw: str) -> str | None:
    """Read a number that a provider vouches for: any 6 to 15 digits, known to a plan or not."""
    written = _written(raw)
    if written is None:
        return None
    digits = _digits(written)
    return to_e164(raw) or (f"+{digits}" if len(digits) in _E164_LENGTHS else None)


def display(e164: str) -> str:
    """Write a number for reading: `+12065550123` becomes `+1 206-555-0123`."""
    number = _parsed(e164, None)
    if number is None:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _written(raw: str) -> str | None:
    """Drop invisible direction marks, which come along when a number is copied from a phone."""
    visible = "".join(sign for sign in raw if unicodedata.category(sign) != "Cf").strip()
    return visible if _WRITTEN.fullmatch(visible) else None


def _digits(written: str) -> str:
    digits = phonenumbers.normalize_digits_only(written)
    return digits if written[0] in "+\uff0b" else digits.removeprefix("00")


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None


def _length_of(number: PhoneNumber) -> int:
    return phonenumbers.is_possible_number_with_reason(number)

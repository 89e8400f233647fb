"""Phone numbers in E.164: `+`, the country's calling code, the number; nothing else."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from backend.kit.text import containing

# What people put between digits. Letters are no part of it: they would make an extension, a
# vanity number or a user id pass for a phone number.
_WRITTEN = re.compile(r"[+\uff0b]?[\d\s()\[\]./~\u2010-\u2015\u2212\uff0d-]*\d[\s)\]]*")
# Reading a number costs 60 µs, and the same people write again and again.
_REMEMBERED = 20_000
_E164_LENGTHS = range(6, 16)
# Fewer digits are in nearly every number.
_LEAST_DIGITS = 3

# Two forms in which networks and providers write one and the same subscriber: what stands before
# the digit that only the long form has, that digit, and what follows. A number matches one at most.
# Brazil: every mobile number got a 9 in front of its eight digits, which begin with 6 to 9; a
# landline begins with 2 to 5 and has none. Source: Anatel, resolution 553/2010, and the national
# plan ITU-T E.164 of Brazil; WhatsApp still writes the eight digits for older accounts.
# Mexico: until August 2019 mobile numbers were dialled with a 1 between the country and the ten
# digits, which belong to one subscriber either way. Source: IFT, Plan Tecnico Fundamental de
# Numeracion 2019; WhatsApp still writes the 1.
# Argentina: a mobile number is dialled with a 9 from abroad, and its ten digits belong to no
# landline at the same time. Source: ENACOM, Plan Fundamental Nacional de Numeracion.
_FORMS = (
    (r"(\+55[1-9][1-9])", "9", r"([6-9]\d{7})"),
    (r"(\+52)", "1", r"([2-9]\d{9})"),
    (r"(\+54)", "9", r"([1-8]\d{9})"),
)


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
    found = _possible(written, region)
    # Of a national number that begins with several trunk zeros, each reading drops one.
    while found and (again := _possible(found, None)) and again != found:
        found = again
    return found


@lru_cache(maxsize=_REMEMBERED)
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


@lru_cache(maxsize=_REMEMBERED)
def subscriber(e164: str) -> str:
    """Return the one form that stands for all forms in which this subscriber is written.

    Two numbers belong to the same subscriber exactly when these are equal. It is for comparing
    only: messages go to the form that the provider uses. Brazil's form has the ninth digit,
    Mexico's has no 1, Argentina's has the 9.
    """
    return _longer(e164) if e164.startswith(("+55", "+54")) else _shorter(e164)


@lru_cache(maxsize=_REMEMBERED)
def forms(e164: str) -> tuple[str, ...]:
    """Return every form in which this subscriber is written, sorted; mostly the number alone."""
    return tuple(sorted({e164, _shorter(e164), _longer(e164)}))


def containing_number(search: str) -> list[str]:
    """Return the patterns of LIKE for texts that hold `search`, or its number in another form.

    Part of a number is found however it is written: with spaces, hyphens, brackets, a leading zero.
    """
    number = trusted_e164(search)
    texts = (search, *(forms(number) if number else ()), *_part_of_number(search))
    return [containing(text) for text in dict.fromkeys(texts)]


def _part_of_number(search: str) -> tuple[str, ...]:
    """Return the digits of what may be part of a number, as they stand in E.164."""
    written = _written(search)
    if written is None:
        return ()
    digits = _digits(written)
    # A plus says that the number begins there. Within a country it is dialled with a zero in front,
    # which E.164 has not.
    part = f"+{digits}" if written[0] in "+\uff0b" else digits.lstrip("0")
    return (part,) if len(part.lstrip("+")) >= _LEAST_DIGITS else ()


def _shorter(e164: str) -> str:
    for before, digit, after in _FORMS:
        if found := re.fullmatch(before + digit + after, e164):
            return found[1] + found[2]
    return e164


def _longer(e164: str) -> str:
    for before, digit, after in _FORMS:
        if found := re.fullmatch(before + after, e164):
            return found[1] + digit + found[2]
    return e164


def _written(raw: str) -> str | None:
    """Drop invisible direction marks, which come along when a number is copied from a phone."""
    visible = "".join(sign for sign in raw if unicodedata.category(sign) != "Cf").strip()
    return visible if _WRITTEN.fullmatch(visible) else None


def _digits(written: str) -> str:
    digits = phonenumbers.normalize_digits_only(written)
    return digits if written[0] in "+\uff0b" else digits.removeprefix("00")


def _possible(written: str, region: str | None) -> str | None:
    number = _parsed(written, region)
    if number is None or _length_of(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None


def _length_of(number: PhoneNumber) -> int:
    return phonenumbers.is_possible_number_with_reason(number)

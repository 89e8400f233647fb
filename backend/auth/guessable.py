"""Passwords that are tried first: common ones, patterns, and one's own name.

Long lists of leaked passwords are mostly the same few words with figures around them. So the
figures are taken off before a password is compared, and patterns are recognised as such.
"""

from itertools import pairwise
from typing import Final

SHORTEST_NAME: Final = 3
DISTINCT_CHARACTERS: Final = 5
SHORTEST_UNIT: Final = 10
ROWS: Final = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LEET: Final = str.maketrans("013457@$!", "oieastasi")

# The words behind the most common leaked passwords of ten characters and more, and our own.
COMMON_WORDS: Final = """
    access admin adminadmin administrator alexander asdfghjkl babygirl baseball basketball batman
    butterfly changeme charlie chocolate christmas computer correcthorse default defaultpassword
    dragon elizabeth facebook football forever friends fuckyou google guest hello helloworld
    iloveyou iloveyouforever iloveyousomuch internet jennifer jordan justin leadflow letmein
    letmeinnow liverpool liverpoolfc lovely loveyou manchester master michael michelle microsoft
    minecraft monkey motdepasse mustang mypassword nicholas ninja office passpass passphrase
    passwd password passwordpassword pokemon princess qazwsx qazwsxedc qazxswedc qwer qwert qwerty
    qwertyu qwertyuiop qwertz rockyou root samsung secret secretpassword security shadow skywalker
    spiderman spring starwars strawberry summer sunshine superman supersecret superuser temporary
    test testtest tester thomas tinkerbell trustno trustnoone unknown user username victoria
    welcome whatever whatsapp whatsappbusiness william winter zaqwsx zxcvbnm
"""
COMMON: Final = frozenset(COMMON_WORDS.split())


def is_guessable(password: str, *, email: str = "") -> bool:
    """Whether somebody who guesses would come by this password soon."""
    plain = "".join(password.casefold().split())
    return (
        len(set(plain)) < DISTINCT_CHARACTERS
        or _holds_name(plain, email)
        or _is_common(plain)
        or _is_repeated(plain)
        or _is_row(plain)
    )


def _holds_name(plain: str, email: str) -> bool:
    name = email.partition("@")[0].strip().casefold()
    return len(name) >= SHORTEST_NAME and name in plain


def _is_common(plain: str) -> bool:
    """Whether nothing but a common word is left without figures and signs, or reading them."""
    letters = "".join(filter(str.isalpha, plain))
    return letters in COMMON or _core(plain).translate(LEET) in COMMON


def _core(plain: str) -> str:
    letters = [index for index, character in enumerate(plain) if character.isalpha()]
    return plain[letters[0] : letters[-1] + 1] if letters else ""


def _is_repeated(plain: str) -> bool:
    """Whether a password is a shorter one, written again and again."""
    unit = (plain + plain).find(plain, 1)
    return unit < len(plain) and unit < SHORTEST_UNIT


def _is_row(plain: str) -> bool:
    """Whether most of a password runs along the keyboard, the alphabet or the figures."""
    neighbours = sum(_are_neighbours(one, other) for one, other in pairwise(plain))
    return neighbours * 4 >= (len(plain) - 1) * 3


def _are_neighbours(one: str, other: str) -> bool:
    return any(pair in row for row in ROWS for pair in (one + other, other + one))

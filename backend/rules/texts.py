"""How a customer's text is compared with what a rule says: pure.

Texts are compared `normalised`. A phrase that is found in a text brings every one of its tokens
with it, as whole tokens: that is what rules are sorted by before any of them is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import assert_never

from backend.rules.definition import TextOperator
from backend.rules.patterns import compiled, words_in

# People write the same short texts again and again.
_REMEMBERED = 4_096
_TOKEN = re.compile(r"\w+|[^\w\s]")

Says = Callable[[str], bool]


@lru_cache(maxsize=_REMEMBERED)
def normalised(text: str) -> str:
    """Return a text for comparison: compatibility forms joined, case folded, spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def contains(text: str, phrase: str) -> bool:
    """Whether a normalised text holds the phrase as whole words."""
    return _whole_words([phrase]).search(text) is not None


def tokens(text: str) -> frozenset[str]:
    """Return the words of a normalised text, and every mark that is part of none."""
    return frozenset(_TOKEN.findall(text))


def says(operator: TextOperator, phrases: Sequence[str]) -> Says:
    """Return whether a normalised text compares so with these phrases, as a function of it."""
    match operator:
        case TextOperator.CONTAINS_ANY:
            search = _whole_words(phrases).search
            return lambda text: search(text) is not None
        case TextOperator.CONTAINS_ALL:
            searches = [_whole_words([phrase]).search for phrase in phrases]
            return lambda text: all(search(text) is not None for search in searches)
        case TextOperator.PHRASE:
            return _has_phrase(phrases)
        case TextOperator.STARTS_WITH:
            begins = _whole_words(phrases).match
            return lambda text: begins(text) is not None
        case TextOperator.EQUALS:
            wanted = frozenset(normalised(phrase) for phrase in phrases)
            return lambda text: text in wanted
        case _:
            assert_never(operator)


def matching(patterns: Sequence[str]) -> Says:
    """Return whether one of these patterns is somewhere in a normalised text."""
    searches = [compiled(pattern).search for pattern in patterns]
    return lambda text: any(search(text) is not None for search in searches)


def needed(operator: TextOperator, phrases: Sequence[str]) -> frozenset[str] | None:
    """Return tokens of which every text has one that compares so, or `None` when nothing is sure.

    Of each phrase the longest token is taken: it is the rarest as a rule.
    """
    texts = [normalised(each) for each in phrases]
    if operator is TextOperator.PHRASE:  # the marks in it are not looked for
        texts = [_spoken(text) or text for text in texts]
    rarest = [max(sorted(tokens(text)), key=len, default="") for text in texts]
    match operator:
        case TextOperator.CONTAINS_ALL:
            best = max(rarest, key=len)
            return frozenset({best}) if best else None
        case (
            TextOperator.CONTAINS_ANY
            | TextOperator.PHRASE
            | TextOperator.STARTS_WITH
            | TextOperator.EQUALS
        ):
            return frozenset(rarest) if all(rarest) else None
        case _:
            assert_never(operator)


def _whole_words(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of any of these phrases, between characters that are no word's."""
    wanted = "|".join(re.escape(normalised(phrase)) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{wanted})(?!\w)")


def _has_phrase(phrases: Sequence[str]) -> Says:
    """Return whether a text has the words of a phrase; one without any is taken as it stands."""
    spoken = [_spoken(normalised(phrase)) for phrase in phrases]
    wanted = [each for each in spoken if each]
    marks = [normalised(phrase) for phrase, each in zip(phrases, spoken, strict=True) if not each]

    def is_said(text: str) -> bool:
        said = _spoken(text)
        return any(each in said for each in wanted) or any(each and each in text for each in marks)

    return is_said


def _spoken(text: str) -> str:
    """Return the words of a normalised text with a space around each, without marks between."""
    words = words_in(text)
    return f" {' '.join(words)} " if words else ""

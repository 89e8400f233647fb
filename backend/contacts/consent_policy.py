"""What a person agreed to: which words say so, and how what they said is folded. Pure.

What holds now is decided by what was said last; of two things said at one moment the opt-out
wins. Neither depends on the order in which they came to us.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

MOST_WORDS: Final = 100
WORD_LENGTH: Final = 40
TEXT_LENGTH: Final = 1024
SAID_LENGTH: Final = 500
# What carriers ask for in English, and what people write in other languages.
STOP_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPT OUT"),
    "fr": ("ARRET", "ARRÊT", "ANNULER", "DÉSABONNER"),
    "es": ("BAJA", "ALTO", "CANCELAR"),
    "pt": ("PARAR", "SAIR", "DESCADASTRAR"),
    "de": ("STOPP", "ABMELDEN", "ABBESTELLEN"),
    "it": ("FERMA", "ANNULLA", "CANCELLAMI"),
    "nl": ("AFMELDEN",),
    "tr": ("DUR", "İPTAL", "IPTAL"),
    "id": ("BERHENTI",),
    "ru": ("СТОП", "ОТПИСАТЬСЯ"),
    "ar": ("توقف", "إلغاء"),
    "hi": ("रोकें",),
    "zh": ("退订", "停止"),
    "ja": ("停止", "配信停止"),
}
START_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("START", "UNSTOP", "SUBSCRIBE", "OPT IN"),
    "fr": ("REPRENDRE", "ABONNER"),
    "es": ("ALTA", "INICIAR"),
    "pt": ("INICIAR", "VOLTAR"),
    "de": ("ANMELDEN",),
    "it": ("RIPRENDI",),
    "nl": ("AANMELDEN",),
    "tr": ("BAŞLAT",),
    "id": ("MULAI",),
    "ru": ("СТАРТ", "ПОДПИСАТЬСЯ"),  # noqa: RUF001  Russian
    "ar": ("ابدأ",),
    "hi": ("शुरू",),
    "zh": ("订阅", "开始"),
    "ja": ("再開", "配信再開"),
}
STOPPED: Final = "You will get no more offers from us. Write START to get them again."
STARTED: Final = "You will get offers from us again. Write STOP to end that at any time."


class Purpose(StrEnum):
    """What somebody agrees to."""

    MARKETING = "marketing"


class ConsentChange(StrEnum):
    """What somebody said."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"


class ConsentState(StrEnum):
    """What holds now; `unknown` when nobody ever said anything."""

    UNKNOWN = "unknown"
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


class How(StrEnum):
    """By which way it came to us: a word of the customer's, a form, the API, a person, a provider.

    `keyword` is written down by LeadFlow alone.
    """

    KEYWORD = "keyword"
    FORM = "form"
    REST = "rest"
    PERSON = "person"
    PROVIDER = "provider"


Said = tuple[datetime, ConsentChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWords:
    """Which whole messages are an opt-out or an opt-in, and what is answered to them."""

    stop_words: tuple[str, ...] = field(default_factory=lambda: _all_of(STOP_WORDS))
    start_words: tuple[str, ...] = field(default_factory=lambda: _all_of(START_WORDS))
    confirms: bool = True
    stopped_text: str = STOPPED
    started_text: str = STARTED

    def text_for(self, change: ConsentChange) -> str | None:
        """Return what is answered to a change, or `None` when nothing is."""
        if not self.confirms:
            return None
        return self.stopped_text if change is ConsentChange.OPT_OUT else self.started_text


@dataclass(frozen=True, slots=True)
class WordFault:
    """A setting that cannot be: what is wrong, where, and what would be right."""

    message: str
    field: str
    expected: str


def current(said: Iterable[Said]) -> Said | None:
    """Return what holds of all that was said, in whatever order it came."""
    return max(said, key=_rank, default=None)


def outdoes(new: Said, known: Said | None) -> bool:
    """Whether something that was said changes what holds."""
    return known is None or (_rank(new) > _rank(known) and new[1] is not known[1])


def state_after(change: ConsentChange | None) -> ConsentState:
    """Return the state that a change leads to."""
    match change:
        case None:
            return ConsentState.UNKNOWN
        case ConsentChange.OPT_IN:
            return ConsentState.OPTED_IN
        case ConsentChange.OPT_OUT:
            return ConsentState.OPTED_OUT


def folded(text: str) -> str:
    """Return a word as it is compared: one case, one form, no marks or spaces at its ends."""
    once = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(one for one in unicodedata.normalize("NFKC", once) if not _is_hidden(one))
    first, last = 0, len(visible)
    while first < last and _is_edge(visible[first]):
        first += 1
    while last > first and _is_edge(visible[last - 1]):
        last -= 1
    return " ".join(visible[first:last].split())


def meaning_of(text: str | None, words: ConsentWords) -> ConsentChange | None:
    """Return what a whole message says about consent, or `None`: a sentence never does."""
    if not text or len(text) > 2 * WORD_LENGTH:
        return None
    said = folded(text)
    if not said:
        return None
    if said in _all_folded(words.stop_words):
        return ConsentChange.OPT_OUT
    return ConsentChange.OPT_IN if said in _all_folded(words.start_words) else None


def faults(words: ConsentWords) -> tuple[WordFault, ...]:
    """Return what is wrong with settings, the first place first."""
    found = [
        *_of_words("stop_words", words.stop_words),
        *_of_words("start_words", words.start_words),
    ]
    if not words.stop_words:
        expected = "at least one word, so that customers can always opt out"
        found.append(WordFault("no word is an opt-out", "stop_words", expected))
    stops = _all_folded(words.stop_words)
    found += [
        WordFault(f"{word!r} is an opt-out, too", "start_words", "a word with one meaning")
        for word in words.start_words
        if folded(word) in stops
    ]
    for name in ("stopped_text", "started_text"):
        if not 0 < len(getattr(words, name).strip()) <= TEXT_LENGTH:
            expected = f"1 to {TEXT_LENGTH} characters"
            found.append(WordFault("the confirmation is empty or too long", name, expected))
    return tuple(found)


@lru_cache(maxsize=256)
def _all_folded(words: tuple[str, ...]) -> frozenset[str]:
    """Return words as they are compared; every batch of messages asks for the same ones."""
    return frozenset(map(folded, words))


def _rank(said: Said) -> tuple[datetime, bool]:
    return said[0], said[1] is ConsentChange.OPT_OUT


def _all_of(words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for group in words.values() for word in group))


def _is_hidden(character: str) -> bool:
    """Whether nobody sees it: joiners, marks of direction, selectors of a picture's look."""
    is_selector = "\ufe00" <= character <= "\ufe0f"
    return is_selector or unicodedata.category(character) == "Cf"


def _is_edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PZC"


def _of_words(name: str, words: tuple[str, ...]) -> list[WordFault]:
    found: list[WordFault] = []
    if len(words) > MOST_WORDS:
        expected = f"at most {MOST_WORDS} words"
        found.append(WordFault(f"{len(words)} words are too many", name, expected))
    expected = f"1 to {WORD_LENGTH} characters, letters or digits among them"
    found += [
        WordFault(f"{word[:WORD_LENGTH]!r} cannot be a word", name, expected)
        for word in words
        if not folded(word) or len(word) > WORD_LENGTH
    ]
    return found

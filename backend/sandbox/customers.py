"""Customers who write by themselves, for load and rehearsals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.channels import Identity, InboundMessage, MessageKind
from backend.kit.errors import Invalid
from backend.sandbox.dice import Dice

TEXTS: Final = ("What does it cost?", "Can I book a demo?", "Is it in stock?", "Please call me")
# 555-0100 to 555-0199 of every area code are kept for fiction.
AREAS: Final = (206, 212, 213, 305, 312, 404, 415, 503, 512, 602, 617, 702, 713, 720, 786, 808)
NUMBERS_OF_AN_AREA: Final = 100
MOST_PEOPLE: Final = len(AREAS) * NUMBERS_OF_AN_AREA


class ScriptInvalid(Invalid):
    """Customers cannot be played as described."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """So many people write so many messages within `seconds`; the seed decides who and what.

    `hidden_number_share` of the people have a user id and no phone number.
    """

    people: int
    messages: int
    seconds: float = 0.0
    seed: int = 0
    hidden_number_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be played; raises `ScriptInvalid`."""
        if not 1 <= self.people <= MOST_PEOPLE:
            message = f"there are no {self.people} made-up people"
            raise ScriptInvalid(message, field="people", expected=f"1 to {MOST_PEOPLE}")
        if self.messages < 0 or self.seconds < 0:
            message = "messages and seconds are not negative"
            raise ScriptInvalid(message, field="messages", expected="0 or more")


def write_messages(script: Script, address: str, now: datetime) -> Sequence[InboundMessage]:
    """Write what the customers say, in order; the same script says the same."""
    dice = Dice(f"{script.seed}:customers")
    hidden = [dice.share() < script.hidden_number_share for _ in range(script.people)]
    return [
        InboundMessage(
            provider_message_id=f"sandbox.{script.seed}.{number}",
            address=address,
            identity=_person(person := dice.below(script.people), is_hidden=hidden[person]),
            sent_at=now,
            kind=MessageKind.TEXT,
            text=dice.one_of(TEXTS),
        )
        for number in range(script.messages)
    ]


def _person(number: int, *, is_hidden: bool) -> Identity:
    area, line = AREAS[number // NUMBERS_OF_AN_AREA], 100 + number % NUMBERS_OF_AN_AREA
    name = f"Customer {number + 1}"
    if is_hidden:
        return Identity(bsuid=f"US.1349{area}5550{line}", display_name=name)
    return Identity(phone=f"+1{area}5550{line}", display_name=name)

"""Chance that repeats: the same name throws the same, on every machine and version."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

One = TypeVar("One")
BYTES: Final = 8
SIDES: Final = 2 ** (8 * BYTES)


class Dice:
    """Throws that follow from a name alone."""

    def __init__(self, name: str) -> None:
        """Start at the first throw of this name."""
        self._name = name
        self._throws = 0

    def share(self) -> float:
        """Return a number from 0 up to, and not including, 1."""
        said = f"{self._name}:{self._throws}".encode()
        self._throws += 1
        # 53 bits are what a float holds, so that it never rounds up to 1.
        return (int.from_bytes(blake2b(said, digest_size=BYTES).digest()) >> 11) / (SIDES >> 11)

    def between(self, least: float, most: float) -> float:
        """Return a number of this range."""
        return least + (most - least) * self.share()

    def below(self, end: int) -> int:
        """Return a whole number from 0 to below `end`."""
        return int(self.share() * end)

    def one_of(self, choices: Sequence[One]) -> One:
        """Return one of these."""
        return choices[self.below(len(choices))]

"""What was done to the rows about a person, table by table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """One table's line of a receipt.

    `blanked` rows keep their place and lose what they said; `kept` ones never said anything about
    the person, and `note` tells why they stay.
    """

    table: str
    deleted: int = 0
    blanked: int = 0
    kept: int = 0
    note: str = ""

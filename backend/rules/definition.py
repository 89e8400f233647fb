"""What a rule says: conditions over a message and its lead, and actions on the lead.

    {"if": {"all": [{"field": "text", "operator": "contains_any", "value": ["price", "cost"]}]},
     "then": [{"action": "add_tag", "tag": "pricing"},
              {"action": "add_points", "points": 20, "cadence": "once"},
              {"action": "set_stage", "stage": "qualified"}],
     "stop": false}

Unknown names, impossible values and empty groups are refused with their place.
"""

from enum import StrEnum
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from backend.leads import Stage

MAX_DEPTH = 5
MAX_POINTS = 1000
Word = Annotated[str, Field(min_length=1, max_length=200)]


class TextOperator(StrEnum):
    """How a text is compared; case and spacing do not matter, words match as a whole."""

    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    EQUALS = "equals"


class ChoiceOperator(StrEnum):
    """How one of a few values is compared."""

    IS = "is"
    IS_NOT = "is_not"


class Cadence(StrEnum):
    """How often the same action of the same rule earns points for one lead."""

    ONCE = "once"
    DAILY = "daily"
    EVERY = "every"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextCondition(_Strict):
    """What the customer wrote, or the payload of the button they tapped."""

    field: Literal["text", "choice"]
    operator: TextOperator
    value: Annotated[list[Word], Field(min_length=1, max_length=100)]


class KindCondition(_Strict):
    """What sort of message it is."""

    field: Literal["kind", "channel_id"]
    operator: ChoiceOperator
    value: Annotated[list[Word], Field(min_length=1, max_length=50)]


class StageCondition(_Strict):
    """Where the lead stands when the rule is reached."""

    field: Literal["stage"]
    operator: ChoiceOperator
    value: Annotated[list[Stage], Field(min_length=1)]


class TagCondition(_Strict):
    """Which tags the lead carries when the rule is reached."""

    field: Literal["tags"]
    operator: Literal["has", "lacks"]
    value: Word


class ScoreCondition(_Strict):
    """The lead's score when the rule is reached."""

    field: Literal["score"]
    operator: Literal["at_least", "below"]
    value: Annotated[int, Field(ge=-100_000, le=100_000)]


class ReferralCondition(_Strict):
    """Whether the message came from an ad or a post."""

    field: Literal["referral"]
    operator: Literal["exists", "missing"]


Test = Annotated[
    TextCondition
    | KindCondition
    | StageCondition
    | TagCondition
    | ScoreCondition
    | ReferralCondition,
    Field(discriminator="field"),
]


class AllOf(_Strict):
    """Every condition holds; with none, always."""

    all: list["Condition"]


class AnyOf(_Strict):
    """At least one condition holds."""

    any: Annotated[list["Condition"], Field(min_length=1)]


class NotOf(_Strict):
    """The condition does not hold."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    not_: "Condition" = Field(alias="not")


def _shape(value: object) -> str:
    """Tell a group from a test by the key it has."""
    if isinstance(value, AllOf | AnyOf | NotOf):
        return {AllOf: "all", AnyOf: "any", NotOf: "not"}[type(value)]
    keys = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    return next((name for name in ("all", "any", "not") if name in keys), "test")


Condition = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotOf, Tag("not")]
    | Annotated[Test, Tag("test")],
    Discriminator(_shape),
]


class AddTag(_Strict):
    """Tag the lead."""

    action: Literal["add_tag"]
    tag: Annotated[str, Field(min_length=1, max_length=60)]


class RemoveTag(_Strict):
    """Take a tag off the lead."""

    action: Literal["remove_tag"]
    tag: Annotated[str, Field(min_length=1, max_length=60)]


class SetStage(_Strict):
    """Move the lead forward; one that is further on or has ended stays."""

    action: Literal["set_stage"]
    stage: Stage


class AddPoints(_Strict):
    """Add to the score, as often as the cadence says."""

    action: Literal["add_points"]
    points: Annotated[int, Field(ge=-MAX_POINTS, le=MAX_POINTS)]
    cadence: Cadence = Cadence.ONCE
    reason: Annotated[str, Field(max_length=200)] = ""


Action = Annotated[AddTag | RemoveTag | SetStage | AddPoints, Field(discriminator="action")]


class Definition(_Strict):
    """One version of a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    if_: Condition = Field(alias="if")
    then: Annotated[list[Action], Field(min_length=1, max_length=20)]
    stop: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> "Definition":
        if depth(self.if_) > MAX_DEPTH:
            message = f"groups are nested more than {MAX_DEPTH} deep"
            raise ValueError(message)
        return self


def depth(condition: object) -> int:
    """Return how deep groups are nested in a condition."""
    match condition:
        case AllOf(all=inner) | AnyOf(any=inner):
            return 1 + max(map(depth, inner), default=0)
        case NotOf(not_=inner):
            return 1 + depth(inner)
        case _:
            return 0

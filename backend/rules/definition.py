"""What a rule says: conditions over a message and its lead, and actions on the lead.

    {"if": {"all": [{"field": "text", "operator": "contains_any", "value": ["price", "cost"]}]},
     "then": [{"action": "add_tag", "tag": "pricing"},
              {"action": "add_points", "points": 20, "cadence": "once"},
              {"action": "set_stage", "stage": "qualified"}],
     "stop": false}

Unknown names, impossible values and empty groups are refused with their place.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from backend.leads import Stage
from backend.rules.patterns import fault

MAX_DEPTH = 5
MAX_POINTS = 1000
MAX_CAP = 100_000
MAX_COOLDOWN_HOURS = 8_760
MATCHES = "matches"
Word = Annotated[str, Field(min_length=1, max_length=200)]


def _readable(pattern: str) -> str:
    reason = fault(pattern)
    if reason:
        kind, message = "pattern", "the pattern cannot be used: {reason}"
        raise PydanticCustomError(kind, message, {"reason": reason})
    return pattern


Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable)]


class TextOperator(StrEnum):
    """How a text is compared; case and spacing do not matter, words match as a whole.

    A phrase is words that follow one another, whatever marks stand between and around them.
    """

    CONTAINS_ANY = "contains_any"
    CONTAINS_ALL = "contains_all"
    PHRASE = "phrase"
    STARTS_WITH = "starts_with"
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


class PatternCondition(_Strict):
    """What the customer wrote or tapped, held against patterns in the syntax of RE2.

    They see the text in lower case with single spaces, and match anywhere in it.
    """

    field: Literal["text", "choice"]
    operator: Literal["matches"]
    value: Annotated[list[Pattern], Field(min_length=1, max_length=20)]


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
    """Tell groups and patterns from other tests by what they have."""
    if isinstance(value, BaseModel):
        return SHAPES.get(type(value), "test")
    keys = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    is_pattern = keys.get("operator") == MATCHES and keys.get("field") in {"text", "choice"}
    plain = MATCHES if is_pattern else "test"
    return next((name for name in ("all", "any", "not") if name in keys), plain)


SHAPES: dict[type[BaseModel], str] = {
    AllOf: "all",
    AnyOf: "any",
    NotOf: "not",
    PatternCondition: MATCHES,
}


Condition = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotOf, Tag("not")]
    | Annotated[PatternCondition, Tag("matches")]
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
    """Add to the score, as often as the cadence says.

    `cap` limits what this action gives one lead in all; within `cooldown_hours` of points that it
    gave there are no others. Points that are given once have neither.
    """

    action: Literal["add_points"]
    points: Annotated[int, Field(ge=-MAX_POINTS, le=MAX_POINTS)]
    cadence: Cadence = Cadence.ONCE
    cap: Annotated[int, Field(ge=1, le=MAX_CAP)] | None = None
    cooldown_hours: Annotated[int, Field(ge=1, le=MAX_COOLDOWN_HOURS)] | None = None
    reason: Annotated[str, Field(max_length=200)] = ""

    @field_validator("cap", "cooldown_hours")
    @classmethod
    def _limits_what_comes_again(cls, value: int | None, given: ValidationInfo) -> int | None:
        if value is not None and given.data.get("cadence") is Cadence.ONCE:
            kind, message = "limit", "points that are given once need no limit"
            raise PydanticCustomError(kind, message)
        return value


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

    def stored(self) -> dict[str, Any]:
        """Return the definition in the form in which it is kept."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def depth(condition: object) -> int:
    """Return how deep groups are nested in a condition."""
    match condition:
        case AllOf(all=inner) | AnyOf(any=inner):
            return 1 + max(map(depth, inner), default=0)
        case NotOf(not_=inner):
            return 1 + depth(inner)
        case _:
            return 0

"""What a rule may say, in the words of the builder, with what this workspace has to choose from."""

from collections.abc import Mapping
from typing import Final

from backend import channels
from backend.auth import Actor, Permission
from backend.channels import MessageKind
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import display
from leadflow_app.rule_language import Act, Field, Input, Kind, Language, Operator, Option

STAGES: Final = tuple(Option(name, display.stage(name)) for name in display.STAGES)
KINDS: Final = tuple(Option(str(one), display.sentence(str(one))) for one in MessageKind)
CADENCES: Final = (
    Option("once", "once per lead"),
    Option("daily", "once a day"),
    Option("every", "every time"),
)
WORDS: Final = Input(name="value", label="Words", kind=Kind.WORDS, hint="price, cost, how much")
PHRASES: Final = Input(
    name="value", label="Phrases", kind=Kind.WORDS, hint="how much is it, call me back"
)
PATTERNS: Final = Input(
    name="value",
    label="Patterns, one a line, in lower case",
    kind=Kind.LINES,
    hint=r"order #?\d{4,8}",
)
TAG: Final = Input(name="tag", label="Tag", kind=Kind.TEXT, source="tag")
TAG_VALUE: Final = Input(name="value", label="Tag", kind=Kind.TEXT, source="tag")
POINTS: Final = Input(name="value", label="Points", kind=Kind.NUMBER)
SAID: Final = (
    Operator(name="contains_any", label="contains any of", inputs=(WORDS,)),
    Operator(name="contains_all", label="contains all of", inputs=(WORDS,)),
    Operator(name="phrase", label="says in this order", inputs=(PHRASES,)),
    Operator(name="starts_with", label="begins with", inputs=(WORDS,)),
    Operator(name="equals", label="is exactly one of", inputs=(WORDS,)),
    Operator(name="matches", label="matches the pattern", inputs=(PATTERNS,)),
)
TAGGED: Final = (
    Operator(name="has", label="have", inputs=(TAG_VALUE,)),
    Operator(name="lacks", label="lack", inputs=(TAG_VALUE,)),
)
SCORED: Final = (
    Operator(name="at_least", label="is at least", inputs=(POINTS,)),
    Operator(name="below", label="is below", inputs=(POINTS,)),
)
REFERRED: Final = (
    Operator(name="exists", label="led to the message"),
    Operator(name="missing", label="did not lead to it"),
)
MOVE: Final = Input(
    name="stage", label="Stage", kind=Kind.CHOICE, options=STAGES, default="qualified"
)
GIVEN: Final = (
    Input(name="points", label="Points", kind=Kind.NUMBER, default="10"),
    Input(
        name="cadence",
        label="How often",
        kind=Kind.CHOICE,
        options=CADENCES,
        default="once",
        is_aside=True,
    ),
    Input(
        name="cap",
        label="At most, in all",
        kind=Kind.NUMBER,
        is_optional=True,
        is_aside=True,
        saying="at most {} in all",
    ),
    Input(
        name="cooldown_hours",
        label="Hours between",
        kind=Kind.NUMBER,
        is_optional=True,
        is_aside=True,
        saying="{} hours apart",
    ),
    Input(name="reason", label="Reason", kind=Kind.TEXT, is_optional=True),
)
TRIGGERS: Final = (Act(name="message", label="A customer writes"),)
ACTIONS: Final = (
    Act(name="add_tag", label="Add a tag", inputs=(TAG,)),
    Act(name="remove_tag", label="Remove a tag", inputs=(TAG,)),
    Act(name="set_stage", label="Move to a stage", inputs=(MOVE,)),
    Act(name="add_points", label="Add points", inputs=GIVEN),
)


def some_of(
    label: str, *, options: tuple[Option, ...] = (), source: str = ""
) -> tuple[Operator, ...]:
    """Compare with some of a few values."""
    value = Input(name="value", label=label, kind=Kind.CHOICES, options=options, source=source)
    return (
        Operator(name="is", label="is", inputs=(value,)),
        Operator(name="is_not", label="is not", inputs=(value,)),
    )


FIELDS: Final = (
    Field(name="text", label="Text", operators=SAID),
    Field(name="choice", label="Button tapped", operators=SAID),
    Field(name="kind", label="Kind of message", operators=some_of("Kinds", options=KINDS)),
    Field(name="channel_id", label="Channel", operators=some_of("Channels", source="channel")),
    Field(name="referral", label="Ad or post", operators=REFERRED),
    Field(name="stage", label="Stage", operators=some_of("Stages", options=STAGES)),
    Field(name="tags", label="Tags", operators=TAGGED),
    Field(name="score", label="Score", operators=SCORED),
)


def language(sources: Mapping[str, tuple[Option, ...]] | None = None) -> Language:
    """Return all that a rule may say; `sources` are what the workspace has to choose from."""
    return Language(triggers=TRIGGERS, fields=FIELDS, actions=ACTIONS, sources=sources or {})


def sources_of(uow: UnitOfWork, actor: Actor) -> dict[str, tuple[Option, ...]]:
    """Read what the workspace has to choose from, as far as the actor may know it."""
    if not actor.may(Permission.CHANNELS_READ):
        return {}
    found = channels.list_channels(uow, actor, PageRequest(limit=MAX_LIMIT)).items
    return {"channel": tuple(Option(str(one.id), one.name) for one in found)}

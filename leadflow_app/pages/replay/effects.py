"""What a dry replay found, in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from backend.intake import EffectDiff, Example, ReplayView, Whereabouts
from leadflow_app import display, routes
from leadflow_app.display import Clock

HIDDEN: Final = "\N{HORIZONTAL ELLIPSIS}"
ID_LENGTH: Final = 36
ID_ENDS: Final = 8
NAMED: Final = 5
# What people call the rows of each table.
NOUNS: Final = {
    "channel": "channel",
    "channel_health": "health report of a channel",
    "contact": "contact",
    "contact_arrival": "arrival of a contact",
    "contact_identifier": "number or name of a contact",
    "contact_merge": "merge of contacts",
    "conversation": "conversation",
    "lead": "lead",
    "lead_event": "step in a lead's history",
    "media": "file",
    "message": "message",
    "message_annotation": "reaction, edit or removal",
    "message_status": "delivery status",
    "rule_run": "run of a rule",
    "score_entry": "score",
    "template": "template",
    "touch": "touchpoint",
}
SEVERAL: Final = {
    "channel_health": "health reports of channels",
    "contact_arrival": "arrivals of contacts",
    "contact_identifier": "numbers or names of contacts",
    "contact_merge": "merges of contacts",
    "lead_event": "steps in leads' histories",
    "message_annotation": "reactions, edits or removals",
    "message_status": "delivery statuses",
    "rule_run": "runs of rules",
}
CHANGES: Final = {"created": "be added", "changed": "change", "removed": "go"}
WOKEN: Final = {
    "inbox.send": "reply would be sent",
    "media.fetch": "file would be fetched",
    "media.remove": "file would be removed",
}
OTHER_WORK: Final = "piece of work in the background would begin"
NEW_ROWS: Final = "What does not exist yet cannot be opened; it can once the replay is committed."


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row that would change, and where the person it is about is found."""

    key: str
    title: str
    lead: str
    conversation: str
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What would happen to the rows of one table."""

    key: str
    text: str
    examples: list[ExampleRow] = field(default_factory=list)
    rest: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLink:
    """A delivery that failed, and where to look at it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Diff:
    """All that a dry replay found."""

    is_there: bool = False
    is_empty: bool = False
    effects: list[EffectRow] = field(default_factory=list)
    work: list[str] = field(default_factory=list)
    failed: list[DeliveryLink] = field(default_factory=list)
    more_failed: str = ""


NO_DIFF: Final = Diff()


def diff_of(view: ReplayView, about: Mapping[str, Whereabouts], clock: Clock) -> Diff:
    """Put a replay's diff into words; `about` says whom its rows are about, by the row's id."""
    found = view.diff or EffectDiff()
    hidden = max(view.failed - NAMED, 0)
    return Diff(
        is_there=view.diff is not None,
        is_empty=found.is_empty,
        effects=list(_effects(found, about, clock)),
        work=[work(name, count) for name, count in found.woken.items()],
        failed=[
            DeliveryLink(f"Delivery {number}", routes.quarantined(event_id))
            for number, event_id in enumerate(found.failed_ids[:NAMED], 1)
        ],
        more_failed=f"and {display.count(hidden)} more" if hidden else "",
    )


def _effects(
    found: EffectDiff, about: Mapping[str, Whereabouts], clock: Clock
) -> Iterator[EffectRow]:
    counts = {"created": found.created, "changed": found.changed, "removed": found.removed}
    for change, tables in counts.items():
        for table, count in tables.items():
            shown = [
                example_row(one, about.get(one.id, Whereabouts()), clock)
                for one in found.examples
                if (one.change, one.table) == (change, table) and change != "created"
            ]
            hidden = count - len(shown)
            more = f"and {display.count(hidden)} more" if hidden else ""
            yield EffectRow(
                key=f"{change} {table}",
                text=f"{counted(table, count)} would {CHANGES[change]}",
                examples=shown,
                rest=more if shown else "",
            )


def counted(table: str, count: int) -> str:
    """Write a number of rows as people call them."""
    noun = NOUNS.get(table, display.sentence(table).lower())
    several = SEVERAL.get(table, display.plural_of(noun))
    return f"{display.count(count)} {noun if count == 1 else several}"


def work(name: str, count: int) -> str:
    """Say which work would begin."""
    noun, _, verb = WOKEN.get(name, OTHER_WORK).partition(" would ")
    head, _, tail = noun.partition(" ")
    words = display.plural(count, head)
    return " ".join(filter(None, (words, tail, "would", verb)))


def example_row(example: Example, about: Whereabouts, clock: Clock) -> ExampleRow:
    """Put one row into words."""
    noun = NOUNS.get(example.table, example.table)
    return ExampleRow(
        key=example.id,
        title=f"{noun[:1].upper()}{noun[1:]}",
        lead=routes.lead(about.lead_id) if about.lead_id else "",
        conversation=routes.conversation(about.conversation_id) if about.conversation_id else "",
        changes=[
            Change(_label(name), _value(before, clock), _value(after, clock))
            for name, (before, after) in example.columns.items()
        ],
    )


def _label(column: str) -> str:
    return display.sentence(column.removesuffix("_id").removesuffix("_at"))


def _value(value: object, clock: Clock) -> str:
    """Write a value; a text that a person wrote is none of a report's, and comes hidden."""
    if value is None:
        return display.NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value)
    if value == HIDDEN:
        return "not shown"
    return _text(value, clock)


def _text(value: str, clock: Clock) -> str:
    if len(value) == ID_LENGTH and value.count("-") == 4:  # noqa: PLR2004  the shape of a UUID
        return f"{HIDDEN}{value[-ID_ENDS:]}"
    try:
        local = datetime.fromisoformat(value).astimezone(clock.zone)
    except ValueError:
        return display.sentence(value)
    return f"{display.short_day(local.date())} {local.year}, {local:%H:%M:%S}"

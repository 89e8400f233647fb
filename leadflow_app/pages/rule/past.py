"""What a rule said before and what it did, ready to draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from backend.rules import DiffLine, RuleVersionView, RunView
from leadflow_app import display, routes
from leadflow_app.dialogs import Asked
from leadflow_app.display import Clock, Moment

PLACES: Final = {"when": "When", "if": "If", "then": "Then", "stop": "Stop here"}
NOTHING_NEW: Final = "Nothing changed, because it had been done before"
PARTS: Final = {"value": "value", "operator": "comparison", "points": "points"}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a rule."""

    key: str
    number: str
    title: str
    by: str
    at: Moment
    comment: str
    href: str
    is_current: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One difference between two versions."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One time that the rule acted."""

    key: str
    who: str
    href: str
    at: Moment
    why: str
    version: str
    undone: str
    is_undone: bool
    effects: list[str] = field(default_factory=list)
    lasting: str = ""


def version_rows(
    versions: Sequence[RuleVersionView], rule_id: object, current: int, shown: int, clock: Clock
) -> list[VersionRow]:
    """Put the versions into words, newest first."""
    return [
        VersionRow(
            key=str(one.id),
            number=str(one.number),
            title=f"Version {one.number}",
            by=one.author_name,
            at=clock.moment(one.created_at),
            comment=one.comment,
            href=routes.rule(rule_id, "versions", version=one.number),
            is_current=one.number == current,
            is_shown=one.number == shown,
        )
        for one in versions
    ]


def diff_rows(lines: Sequence[DiffLine]) -> list[DiffRow]:
    """Put the differences of two versions into words."""
    return [
        DiffRow(
            where=_where(one.place),
            before=one.before or display.NOTHING,
            after=one.after or display.NOTHING,
        )
        for one in lines
    ]


def run_rows(runs: Sequence[RunView], clock: Clock) -> list[RunRow]:
    """Put the runs of a rule into words, newest first."""
    return [run_row(one, clock) for one in runs]


def run_row(run: RunView, clock: Clock) -> RunRow:
    """Put one run into words."""
    undone = clock.moment(run.undone_at).text
    return RunRow(
        key=str(run.id),
        who=display.person(run.contact_name, run.contact_phone),
        href=routes.lead(run.lead_id),
        at=clock.moment(run.occurred_at),
        why=run.message_text or display.sentence(run.trigger),
        version=f"Version {run.version}",
        undone=f"Undone by {run.undone_by}, {undone}" if run.undone_at else "",
        is_undone=run.undone_at is not None,
        effects=[effect_words(one) for one in run.effects] or [NOTHING_NEW],
        lasting=", ".join(display.sentence(one).lower() for one in run.lasting),
    )


def effect_words(effect: Mapping[str, Any]) -> str:
    """Say what changed, from the words of the timeline."""
    kind = str(effect.get("kind", ""))
    match kind:
        case "score.changed":
            reason = str(effect.get("reason") or "")
            points = f"{display.points(int(effect.get('points', 0)))} points"
            return f"{points}: {reason}" if reason else points
        case "tag.added":
            return f"Tag {effect.get('tag')}"
        case "tag.removed":
            return f"Tag {effect.get('tag')} taken off"
        case "stage.changed":
            return f"Stage {_stage(effect, 'from')} to {_stage(effect, 'to')}"
        case _:
            return display.sentence(kind)


def roll_back_question(number: int) -> Asked:
    """Ask before a rule says again what it said before."""
    return Asked(
        title=f"Roll back to version {number}?",
        text="A new version with the same words comes on top, so nothing is lost and this can "
        "itself be rolled back. What the rule did stays; it can be undone under Runs.",
        answer="Roll back",
        is_loss=False,
    )


def undo_version_question(number: str) -> Asked:
    """Ask before all that a version did is taken back."""
    return Asked(
        title=f"Undo all that version {number} did?",
        text="Points, tags and stages are put back by entries that compensate; nothing is deleted.",
        losses=["What somebody changed since stays as it is.", "Messages that were sent are sent."],
        answer="Undo",
    )


def _stage(effect: Mapping[str, Any], side: str) -> str:
    return display.stage(str(effect.get(side, "")))


def _where(place: str) -> str:
    """Say where a difference stands: `definition.if.all.1.value` is `If, condition 2, value`."""
    return ", ".join(_place_words(place.split(".")[1:])) or "The rule"


def _place_words(parts: Sequence[str]) -> Iterator[str]:
    section = parts[0] if parts else ""
    if section in PLACES:
        yield PLACES[section]
    noun = "action" if section == "then" else "condition"
    for part in parts[1:]:
        if part.isdecimal():
            yield f"{noun} {int(part) + 1}"
            noun = "condition"
        elif part in {"all", "any", "not"}:
            continue
        else:
            yield PARTS.get(part, display.sentence(part).lower())

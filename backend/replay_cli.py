"""`leadflow replay`: stored deliveries act once more, here and now, beside whatever runs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import signature
from typing import Annotated, Any
from uuid import UUID

import typer

from backend import intake, wiring
from backend.auth import Actor
from backend.command_line import WorkspaceChoice, enter, held_database
from backend.intake import EffectDiff, ReplayMode, ReplayQuery, ReplayState, ReplayView
from backend.kit.errors import Invalid
from backend.platform.unit_of_work import SYSTEM, unit_of_work

REGISTERED = (wiring,)
PAUSE = 1.0
ENDED = frozenset({ReplayState.FINISHED, ReplayState.STOPPED, ReplayState.FAILED})
SHOWN_EXAMPLES = 20

Commit = Annotated[
    bool, typer.Option("--commit/--dry-run", help="Do it, instead of showing what it would do.")
]
Channel = Annotated[str | None, typer.Option(help="Only deliveries to the channel of this id.")]
Since = Annotated[
    str | None, typer.Option("--from", help="From this ISO 8601 moment on; UTC without an offset.")
]
Before = Annotated[str | None, typer.Option("--to", help="Up to, and without, this moment.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="The id of a delivery; may be repeated.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the command."""

    is_meant: Commit = False
    channel: Channel = None
    since: Since = None
    before: Before = None
    event: Events = None
    workspace: WorkspaceChoice = None


def replay(**options: Any) -> None:  # noqa: ANN401  those of `Asked`
    """Let stored deliveries act again: dry unless told otherwise.

    Exit code 0 when all is well, 1 when the replay failed, was stopped, or deliveries failed.
    """
    given = Asked(**options)
    query = ReplayQuery(
        channel_id=_id(given.channel, "channel"),
        since=_moment(given.since, "from"),
        before=_moment(given.before, "to"),
        event_ids=tuple(filter(None, (_id(each, "event") for each in given.event or ()))),
    )
    mode = ReplayMode.COMMIT if given.is_meant else ReplayMode.DRY
    with held_database():
        with unit_of_work(SYSTEM) as uow:
            actor = enter(uow, given.workspace)
            asked = intake.start_replay(uow, actor, query, mode=mode)
        typer.echo(f"{mode.value} replay of {asked.total:,} deliveries")
        ended = _followed(actor, asked)
    _tell(ended)
    if ended.state is not ReplayState.FINISHED or ended.failed:
        raise typer.Exit(1)


# Typer reads its options off the signature.
replay.__signature__ = signature(Asked)  # pyright: ignore[reportFunctionMemberAccess]


def _followed(actor: Actor, asked: ReplayView) -> ReplayView:
    """Do the replay, or watch the worker that took it first; returns it as it ended."""
    done = -1
    while True:
        intake.work_off(actor.workspace_id, asked.id)
        with unit_of_work(actor) as uow:
            now = intake.get_replay(uow, actor, asked.id)
        if now.state in ENDED:
            return now
        if now.done != done:
            done = now.done
            typer.echo(f"{now.done + now.gone:,} of {now.total:,}")
        time.sleep(PAUSE)


def _tell(ended: ReplayView) -> None:
    typer.echo(f"{ended.state.value}: {ended.done:,} read, {ended.failed:,} failed")
    if ended.gone or ended.redacted:
        typer.echo(f"{ended.gone:,} without a body, {ended.redacted:,} with a part of it")
    if ended.error:
        typer.echo(ended.error)
    if ended.diff is not None:
        _tell_diff(ended.diff)


def _tell_diff(diff: EffectDiff) -> None:
    if diff.is_empty:
        typer.echo("Nothing would change.")
    _tell_counts("created", diff.created)
    _tell_counts("changed", diff.changed)
    _tell_counts("removed", diff.removed)
    _tell_counts("woken", diff.woken)
    for example in diff.examples[:SHOWN_EXAMPLES]:
        columns = ", ".join(f"{name} {a} -> {b}" for name, (a, b) in example.columns.items())
        typer.echo(f"  {example.change:8} {example.table} {example.id} {columns}".rstrip())
    for word, ids in (("failed", diff.failed_ids), ("gone", diff.gone_ids)):
        for event_id in ids:
            typer.echo(f"  {word:8} webhook_event {event_id}")


def _tell_counts(word: str, counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        typer.echo(f"{word:8} {count:>8,} {name}")


def _id(given: str | None, option: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError as error:
        message = f"--{option} {given} is no id"
        raise Invalid(message, field=option, expected="a UUID, as the lists show it") from error


def _moment(given: str | None, option: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given) if given else None
    except ValueError as error:
        message = f"--{option} {given} is no moment"
        raise Invalid(message, field=option, expected="such as 2026-01-31T12:00Z") from error
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment

"""`leadflow sandbox`: a made-up provider that misbehaves, and rehearsals against it."""

import asyncio
import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import signature
from typing import Annotated, Any, Final

import typer

from backend import rehearsal, wiring
from backend.auth import Actor
from backend.channels import Provider, fake_for
from backend.command_line import WorkspaceChoice, enter, held_database, local_door
from backend.kit.errors import Conflict
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rehearsal import Line, Outcome, Rehearsal
from backend.sandbox import FaultPlan, Sandbox, plan_of, serving

REGISTERED = (wiring,)
PORT: Final = 8090
NAME: Final = "Sandbox"
WIDTH: Final = 14
# A bad day: everything that providers do at times, and an outage of three seconds.
BAD_DAY: Final = FaultPlan(
    latency_ms=(5, 120),
    throttled_share=0.1,
    error_share=0.05,
    duplicate_share=0.3,
    duplicate_times=2,
    reorder_seconds=2,
    late_status_seconds=1,
    early_status_share=0.2,
    stranger_share=0.1,
    hidden_number_share=0.1,
    outage_after_seconds=1,
    outage_seconds=3,
)

Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="NAME=VALUE",
        help="A fault, such as duplicate_share=0.3 or outage_seconds=60; may be repeated.",
    ),
]
PlayedProvider = Annotated[Provider, typer.Option(help="Whose API and signatures are played.")]
Seed = Annotated[int, typer.Option(help="Decides what goes wrong; the same decides the same.")]

sandbox_app = typer.Typer(invoke_without_command=True)


class RealCustomers(Conflict):
    """Made-up customers would stand among real ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `leadflow sandbox rehearse`."""

    conversations: Annotated[int, typer.Option(help="How many people write.")] = 50
    messages: Annotated[int, typer.Option(help="How often each of them does.")] = 3
    replies: Annotated[int, typer.Option(help="How many of them are answered.")] = 10
    seconds: Annotated[float, typer.Option(help="When to give up.")] = 120.0
    fault: Faults = None
    is_calm: Annotated[bool, typer.Option("--calm", help="Let nothing go wrong.")] = False
    provider: PlayedProvider = Provider.WHATSAPP_CLOUD
    seed: Seed = 1
    workspace: WorkspaceChoice = None
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The options of `leadflow sandbox` itself."""

    fault: Faults = None
    provider: PlayedProvider = Provider.WHATSAPP_CLOUD
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where it listens.")] = PORT
    seed: Seed = 1
    workspace: WorkspaceChoice = None


def serve(context: typer.Context, **options: Any) -> None:  # noqa: ANN401  those of `Served`
    """Play a provider on this machine for a channel of a workspace, until Ctrl-C."""
    if context.invoked_subcommand is None:
        given = Served(**options)
        plan = plan_of(given.fault or ())
        with held_database():
            asyncio.run(_served(_actor(given.workspace), given, plan))


def rehearse(**options: Any) -> None:  # noqa: ANN401  those of `Asked`
    """Pour made-up conversations into the running LeadFlow, and compare both books.

    Without --fault it plays a bad day. Exit code 1 when the provider's ledger and the database
    disagree.
    """
    given = Asked(**options)
    door = local_door()
    asked = Rehearsal(
        conversations=given.conversations,
        messages_each=given.messages,
        replies=min(given.replies, given.conversations),
        seconds=given.seconds,
        provider=given.provider,
        plan=_plan(given),
        seed=given.seed,
    )
    with held_database():
        actor = _actor(given.workspace)
        outcome = asyncio.run(rehearsal.rehearse(actor, asked, door=door, clock=_now))
    typer.echo(_as_json(outcome) if given.as_json else _as_table(outcome))
    if not outcome.agrees:
        raise typer.Exit(1)


def _with_context(options: type) -> Any:  # noqa: ANN401  a signature, for typer
    """Put the context that typer hands over before the options."""
    given = signature(serve).parameters["context"]
    rest = signature(options)
    return rest.replace(parameters=[given, *rest.parameters.values()])


# Typer reads its options off the signature.
serve.__signature__ = _with_context(Served)  # pyright: ignore[reportFunctionMemberAccess]
rehearse.__signature__ = signature(Asked)  # pyright: ignore[reportFunctionMemberAccess]
sandbox_app.callback()(serve)
sandbox_app.command("rehearse")(rehearse)


def _actor(workspace: str | None) -> Actor:
    """Go to the workspace; one with real customers has to be named."""
    with unit_of_work(SYSTEM) as uow:
        actor = enter(uow, workspace)
        if workspace is None and rehearsal.has_customers(uow, actor):
            message = "real customers write to this workspace, and made-up ones would join them"
            expected = "--workspace with its name, or with one of its own for rehearsals"
            raise RealCustomers(message, expected=expected)
    return actor


def _plan(given: Asked) -> FaultPlan:
    if given.fault:
        return plan_of(given.fault)
    return FaultPlan() if given.is_calm else BAD_DAY


async def _served(actor: Actor, given: Served, plan: FaultPlan) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    door = local_door()
    sandbox = Sandbox(fake_for(given.provider), plan, seed=given.seed, clock=_now)
    async with serving(sandbox, given.port) as address:
        line = await asyncio.to_thread(
            rehearsal.connect, actor, given.provider, address, name=NAME, is_new=False
        )
        try:
            sandbox.connect(line.number, line.channel.webhook_url, f"{door}{line.webhook_path}")
            typer.echo(_announced(address, line))
            await ended.wait()
        finally:
            await asyncio.to_thread(rehearsal.disconnect, actor, line.channel.id)
    typer.echo(f"The sandbox is over; {line.channel.name} is out of use.")


def _announced(address: str, line: Line) -> str:
    customers = '{"people": 5, "messages": 20, "seconds": 10}'
    return "\n".join(
        (
            f"The sandbox listens on {address} for the channel {line.channel.name}.",
            "Let customers write:",
            f"  curl -d '{customers}' {address}/sandbox/{line.number}/customers",
            f"What it took and told: {address}/ledger",
            "Press Ctrl-C to stop.",
        )
    )


def _as_table(outcome: Outcome) -> str:
    lines = [
        f"{row.name:{WIDTH}}{row.count:>8,}{'' if row.is_good else '  <- should not be so'}"
        for row in outcome.rows
    ]
    verdict = "Both books agree." if outcome.agrees else "The books disagree."
    return "\n".join((*lines, *filter(None, (outcome.note,)), verdict))


def _as_json(outcome: Outcome) -> str:
    counts = {row.name.replace(" ", "_"): row.count for row in outcome.rows}
    wrong = [row.name.replace(" ", "_") for row in outcome.rows if not row.is_good]
    said = {"agrees": outcome.agrees, **counts, "wrong": wrong, "note": outcome.note}
    return json.dumps(said)


def _now() -> datetime:
    return datetime.now(UTC)

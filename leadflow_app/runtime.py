"""Run use cases off the event loop, and turn refusals into words."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

import reflex as rx
from reflex.event import EventSpec

from backend.auth import Actor
from backend.kit.errors import ErrorKind, LeadFlowError
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

THREADS: Final = 8
LONGEST_TEXT: Final = 4096
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="screen")

NEXT_STEPS: Final = {
    ErrorKind.NOT_FOUND: "It may have been removed. Go back to the list and open it again.",
    ErrorKind.FORBIDDEN: "Ask an admin of this workspace.",
    ErrorKind.UNAUTHENTICATED: "Sign in again.",
    ErrorKind.CONFLICT: "Reload the page to see the latest state.",
    ErrorKind.UNAVAILABLE: "Try again in a moment.",
}


async def run(
    actor: Actor,
    use_case: Callable[Concatenate[UnitOfWork, Actor, Arguments], Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Answer:
    """Run one use case in its own transaction on a thread; raises `LeadFlowError`."""

    def transact() -> Answer:
        with unit_of_work(actor) as uow:
            return use_case(uow, actor, *args, **kwargs)

    return await _on_thread(transact)


async def call(
    actor: Actor,
    use_case: Callable[Concatenate[Actor, Arguments], Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Answer:
    """Run a use case that calls others and opens its own transactions; raises `LeadFlowError`."""
    return await _on_thread(lambda: use_case(actor, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer]):
    """What became of a use case: its answer, or the toast that says why there is none."""

    answer: Answer | None = None
    refusal: EventSpec | None = None
    error: LeadFlowError | None = None


async def attempt(
    actor: Actor,
    use_case: Callable[Concatenate[UnitOfWork, Actor, Arguments], Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Outcome[Answer]:
    """Run one use case where a refusal has to be followed by something else."""
    try:
        return Outcome(answer=await run(actor, use_case, *args, **kwargs))
    except LeadFlowError as error:
        return Outcome(refusal=refusal(error), error=error)


async def run_as_system(
    use_case: Callable[Concatenate[UnitOfWork, Arguments], Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Answer:
    """Run what has to work before anybody is known: looking up a session."""

    def transact() -> Answer:
        with unit_of_work(SYSTEM) as uow:
            return use_case(uow, *args, **kwargs)

    return await _on_thread(transact)


async def _on_thread(work: Callable[[], Answer]) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def words(error: LeadFlowError) -> str:
    """Say what was refused and what to do about it."""
    if error.expected and error.kind is not ErrorKind.FORBIDDEN:
        return words_at_field(error)
    step = NEXT_STEPS.get(error.kind)
    return f"{_sentence(error)} {step}" if step else _sentence(error)


def words_at_field(error: LeadFlowError) -> str:
    """Say what was refused beside its field, where everybody sees what to do about it."""
    expected = f" Expected {error.expected}." if error.expected else ""
    return f"{_sentence(error)}{expected}"


def _sentence(error: LeadFlowError) -> str:
    said = error.message.rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def refusal(error: LeadFlowError) -> EventSpec:
    """Show a refusal as a toast."""
    return rx.toast.error(words(error))

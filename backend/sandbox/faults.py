"""Which faults a sandbox makes, decided by a seed: the same plan and seed decide the same.

Every decision is drawn from the seed and the number of the call or webhook it is about, so that
neither time nor the order in which connections are served has a say.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass as checked_dataclass

from backend.kit.errors import Invalid
from backend.sandbox.dice import Dice

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class PlanInvalid(Invalid):
    """A fault plan cannot be read."""


class CallFault(StrEnum):
    """What becomes of a call that asks for a change."""

    NONE = "none"
    THROTTLED = "throttled"
    ERROR = "error"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    RESET = "reset"
    SLOW = "slow"
    BROKEN = "broken"
    OUTAGE = "outage"


@checked_dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class FaultPlan:
    """The faults of a provider; shares are of 1, and nothing goes wrong unless it is said.

    The `*_share` of calls exclude each other. `throttled` (429), `error` (503) and `refused` (the
    next of `refusal_codes`) come before acceptance; `unanswered` (silence), `reset`, `slow` (byte
    by byte) and `broken` (200 with half a JSON) after it. `early_status_share` of sends have
    their first status told before the answer; `stranger_share` one of a message nobody sent.
    """

    latency_ms: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] = (0, 0)
    throttled_share: Share = 0
    error_share: Share = 0
    refused_share: Share = 0
    refusal_codes: tuple[str, ...] = ()
    unanswered_share: Share = 0
    reset_share: Share = 0
    slow_share: Share = 0
    broken_share: Share = 0
    unanswered_seconds: Seconds = 30
    duplicate_share: Share = 0
    duplicate_times: Annotated[int, Field(ge=1, le=100)] = 1
    reorder_seconds: Seconds = 0
    late_status_seconds: Seconds = 0
    early_status_share: Share = 0
    stranger_share: Share = 0
    hidden_number_share: Share = 0
    has_paused_templates: bool = False
    outage_after_seconds: Seconds = 0
    outage_seconds: Seconds = 0

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if sum(share for _, share in self.call_shares()) > 1:
            message = "the shares of faulty calls add up to more than 1"
            raise ValueError(message)
        if self.refused_share and not self.refusal_codes:
            message = "refused_share needs refusal_codes, such as 131056"
            raise ValueError(message)
        if self.latency_ms[0] > self.latency_ms[1]:
            message = "latency_ms is from the shortest to the longest"
            raise ValueError(message)
        return self

    def call_shares(self) -> tuple[tuple[CallFault, float], ...]:
        """Return how many calls of 1 have each fault."""
        return (
            (CallFault.THROTTLED, self.throttled_share),
            (CallFault.ERROR, self.error_share),
            (CallFault.REFUSED, self.refused_share),
            (CallFault.UNANSWERED, self.unanswered_share),
            (CallFault.RESET, self.reset_share),
            (CallFault.SLOW, self.slow_share),
            (CallFault.BROKEN, self.broken_share),
        )

    def is_out_at(self, seconds: float) -> bool:
        """Whether the provider is down so many seconds after it began."""
        begins = self.outage_after_seconds
        return begins <= seconds < begins + self.outage_seconds


@dataclass(frozen=True, slots=True)
class CallFate:
    """What was decided of one call."""

    fault: CallFault
    latency_seconds: float
    refusal_code: str
    is_status_early: bool
    has_stranger: bool


@dataclass(frozen=True, slots=True)
class WebhookFate:
    """What was decided of one webhook: how long it is held back, how often it is told again."""

    delay_seconds: float
    repeats: int


def call_fate(plan: FaultPlan, seed: int, number: int) -> CallFate:
    """Decide about the call of this number."""
    dice = Dice(f"{seed}:call:{number}")
    latency = dice.between(*plan.latency_ms) / 1_000
    rolled, fault = dice.share(), CallFault.NONE
    for candidate, share in plan.call_shares():
        if rolled < share:
            fault = candidate
            break
        rolled -= share
    code = dice.one_of(plan.refusal_codes) if plan.refusal_codes else ""
    is_early = dice.share() < plan.early_status_share
    return CallFate(fault, latency, code, is_early, dice.share() < plan.stranger_share)


def webhook_fate(plan: FaultPlan, seed: int, number: int) -> WebhookFate:
    """Decide about the webhook of this number."""
    dice = Dice(f"{seed}:webhook:{number}")
    delay = dice.between(0, plan.reorder_seconds)
    return WebhookFate(delay, plan.duplicate_times if dice.share() < plan.duplicate_share else 0)


def read_plan(text: str) -> FaultPlan:
    """Read a plan from JSON; raises `PlanInvalid` that names the first field that is wrong."""
    try:
        return TypeAdapter(FaultPlan).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the plan"
        message = f"the fault plan cannot be read: {where}: {first['msg']}"
        raise PlanInvalid(message, field=where) from None


def plan_of(words: Sequence[str]) -> FaultPlan:
    """Read a plan from words such as `duplicate_share=0.3`; a name alone stands for yes.

    Raises `PlanInvalid`.
    """
    given = dict(_field(word) for word in words)
    return read_plan(json.dumps(given))


def _field(word: str) -> tuple[str, object]:
    name, has_value, text = word.partition("=")
    known = [field.name for field in fields(FaultPlan)]
    if name not in known:
        message = f"there is no fault {name}"
        raise PlanInvalid(message, field="fault", expected=", ".join(known))
    if not has_value:
        return name, True
    if "," in text or name == "refusal_codes":
        parts = [part.strip() for part in text.split(",")]
        return name, parts if name == "refusal_codes" else [_number(part) for part in parts]
    return name, _number(text)


def _number(text: str) -> object:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text

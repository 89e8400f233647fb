"""B11: 200 rules over 1,000 messages in memory, and a backtest of them over stored history."""

import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from backend import rules
from backend.kit.ids import LeadId, new_id
from backend.leads import LeadState, Stage
from backend.platform.unit_of_work import unit_of_work
from backend.rules import BacktestInput, BacktestState, BacktestView, RuleDraft
from backend.rules.facts import facts_of_row
from backend.rules.preparing import RuleSet, live_rule
from backend.rules.rehearsing import Rehearsed, go_on
from benchmarks.b05_processing import OPEN
from benchmarks.figures import OURS, Figures
from benchmarks.load import RULES, TEXTS
from benchmarks.place import Place, place, running
from benchmarks.posting import post
from benchmarks.pump import Plan

RULE_COUNT = 200
MESSAGES = 1_000
PER_PERSON = 10
KIB = 1024
NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
POLL_SECONDS = 0.2


def measure(figures: Figures, *, count: int, seed: int) -> None:
    """Measure deciding alone, then a backtest of 180 drafts beside the 20 rules in force."""
    figures.note("B11 200 rules over 1,000 messages, seconds", OURS, _decided(seed))
    with place() as ours:
        with ours.web() as web, ours.worker():
            people = count // PER_PERSON
            post(Plan(port=web.port, path=ours.path, count=count, people=people, seed=seed))
            ours.wait_until(OPEN, 0)
        took, memory = _backtested(ours)
        figures.note(f"B11 backtest of {count:,} messages, seconds", OURS, took)
        figures.note(f"B11 backtest of {count:,} messages, peak MiB of the worker", OURS, memory)


def definitions(count: int, *, seed: int) -> list[dict[str, object]]:
    """Return rules as people write them: some of the words of the load, and many others."""
    chosen = random.Random(seed)
    made = [_definition(rule["phrases"], rule["points"]) for rule in RULES[:count]]
    for number in range(count - len(made)):
        words = [f"{chosen.choice('bcdfglmnprst')}{chosen.randrange(10_000)}" for _ in range(3)]
        made.append(_definition([*words, f"{words[0]} please"], number % 20))
    return made


def _definition(phrases: list[str], points: int) -> dict[str, object]:
    said = {"field": "text", "operator": "contains_any", "value": phrases}
    is_open = {"field": "stage", "operator": "is_not", "value": ["lost"]}
    given = {"action": "add_points", "points": points, "cadence": "daily"}
    return {"if": {"all": [said, is_open]}, "then": [given]}


def _decided(seed: int) -> float:
    chosen = random.Random(seed)
    live = RuleSet(
        live_rule({"id": UUID(int=at), "version_id": UUID(int=at), "name": "", "definition": each})
        for at, each in enumerate(definitions(RULE_COUNT, seed=seed))
    )
    started = time.perf_counter()
    rehearsed = Rehearsed(LeadState(lead_id=LeadId(new_id()), stage=Stage.NEW, tags=set(), score=0))
    facts = [
        facts_of_row(
            {
                "message_id": new_id(),
                "sent_at": NOON,
                "channel_id": "",
                "kind": "text",
                "text": f"{chosen.choice(TEXTS)} {number}",
                "choice": None,
                "has_referral": False,
            }
        )
        for number in range(MESSAGES)
    ]
    go_on(rehearsed, live, facts, ZoneInfo("UTC"))
    return time.perf_counter() - started


def _backtested(ours: Place) -> tuple[float, float]:
    """Let a fresh worker do it; return its seconds, and the most memory that the worker had."""
    extra = definitions(RULE_COUNT, seed=1)[len(RULES) :]
    drafts = tuple(RuleDraft(definition=each, priority=100) for each in extra)
    with unit_of_work(ours.actor) as uow:
        asked = BacktestInput(days=3_650, drafts=drafts)
        started = rules.start_backtest(uow, ours.actor, asked)
    with running([sys.executable, "-m", "backend.cli", "worker"], {}) as worker:
        done = _ended(ours, started.id)
        peak = _peak(worker.id)
    if done.state is not BacktestState.DONE or not done.started_at or not done.finished_at:
        message = f"the backtest is {done.state}: {done.error}"
        raise RuntimeError(message)
    return (done.finished_at - done.started_at).total_seconds(), peak


def _ended(ours: Place, backtest_id: UUID) -> BacktestView:
    while True:
        with unit_of_work(ours.actor) as uow:
            found = rules.get_backtest(uow, ours.actor, backtest_id)
        if found.finished_at:
            return found
        time.sleep(POLL_SECONDS)


def _peak(process_id: int) -> float:
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / KIB

"""B13: the inbox over 1,000,000 messages and the leads of 100,000 people: lists, filters, searches.

Each use case is called as an operator of the workspace, 40 times; the 95th percentile counts.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

from backend import inbox, leads
from backend.auth import Actor
from backend.inbox import ConversationQuery, ConversationState
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery, LeadSort, Stage
from backend.platform.unit_of_work import unit_of_work
from benchmarks import crowd
from benchmarks.figures import OURS, Figures
from benchmarks.place import Place, place

TIMES: Final = 40
MILLI: Final = 1_000
CONVERSATIONS: Final = {
    "all": ConversationQuery(),
    "open, unread": ConversationQuery(state=ConversationState.OPEN, unread_only=True),
    "waiting": ConversationQuery(waiting_only=True),
    "search: a name": ConversationQuery(search="Person 77777"),
    "search: part of many names": ConversationQuery(search="Person 7"),
    "search: part of a number": ConversationQuery(search="206 007 7777"),
    "search: a rare word": ConversationQuery(search="word7777"),
    "search: a common word": ConversationQuery(search="price"),
    "search: two words": ConversationQuery(search="delivery word77"),
    "search: nothing": ConversationQuery(search="zebra"),
}
LEADS: Final = {
    "by activity": LeadQuery(),
    "by score": LeadQuery(sort=LeadSort.SCORE),
    "newest": LeadQuery(sort=LeadSort.OPENED),
    "a stage": LeadQuery(stages=(Stage.QUALIFIED,)),
    "a stage by score": LeadQuery(stages=(Stage.CONVERTED,), sort=LeadSort.SCORE),
    "a common tag": LeadQuery(tags_all=("pricing",)),
    "a rare tag": LeadQuery(tags_all=("rare",)),
    "search: a name": LeadQuery(search="Person 77777"),
    "search: part of many names": LeadQuery(search="Person 7"),
    "search: nothing": LeadQuery(search="zebra"),
}


def measure(figures: Figures, *, people: int, messages: int) -> None:
    """Fill a workspace and read its lists."""
    with place() as ours:
        crowd.fill(ours, leads=people, messages=messages)
        _note(figures, ours, "B13 inbox", CONVERSATIONS, inbox.list_conversations)
        _note(figures, ours, "B13 leads", LEADS, leads.list_leads)


def _note(
    figures: Figures,
    ours: Place,
    scenario: str,
    queries: dict[str, Any],
    use_case: Callable[..., Any],
) -> None:
    for name, query in queries.items():
        took = _p95(lambda query=query: _call(ours.actor, use_case, query))
        figures.note(f"{scenario}, {name}: p95, ms", OURS, took * MILLI)


def _call(actor: Actor, use_case: Callable[..., Any], query: object) -> None:
    with unit_of_work(actor) as uow:
        use_case(uow, actor, query, PageRequest())


def _p95(call: Callable[[], None]) -> float:
    call()
    times: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20)[-1]

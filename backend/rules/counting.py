"""What a backtest counts, lead by lead, and the report that becomes of it: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from backend.kit.ids import LeadId
from backend.leads import LeadState
from backend.rules.asking_schemas import Accuracy, BacktestReport, EffectCount, Mover
from backend.rules.evaluating import Decision
from backend.rules.rehearsing import Rehearsed
from backend.rules.runs import LASTING

SHOWN = 200
BAND = 10
LOWEST, HIGHEST = -100, 500
Counted = dict[str, Any]


def nothing() -> Counted:
    """Return what is counted before the first lead."""
    sums = ("leads", "messages", "touched", "mover_count", "difference_count", "converted")
    both = ("histogram", "rules", "sends")
    return {
        **dict.fromkeys(sums, 0),
        **{f"{name}_{side}": {} for name in both for side in ("before", "after")},
        **{f"{name}_{side}": 0 for name in ("predicted", "hits") for side in ("before", "after")},
        "movers": [],
        "differences": [],
    }


def count(counted: Counted, stored: Mapping[str, Any], before: Rehearsed, after: Rehearsed) -> None:
    """Add one lead: as it is stored, as the rules in force make it, and as the drafts would."""
    counted["leads"] += 1
    counted["converted"] += stored["is_converted"]
    for side, rehearsed in (("before", before), ("after", after)):
        _add(counted[f"histogram_{side}"], str(band(rehearsed.lead.score)))
        is_predicted = rehearsed.lead.qualified_at is not None
        counted[f"predicted_{side}"] += is_predicted
        counted[f"hits_{side}"] += is_predicted and stored["is_converted"]
        _add_decisions(counted, side, rehearsed.decisions)
    if _glance(before) != _glance(after):
        counted["mover_count"] += 1
        _show(counted["movers"], stored, _glance(before), _glance(after))
    kept = stored["stage"], tuple(sorted(stored["tags"])), stored["score"]
    if stored["is_touched"]:
        counted["touched"] += 1
    elif kept != _glance(before):
        counted["difference_count"] += 1
        _show(counted["differences"], stored, kept, _glance(before))


def shown_leads(counted: Counted) -> set[UUID]:
    """Return the leads that the report names."""
    return {UUID(each["lead_id"]) for each in (*counted["movers"], *counted["differences"])}


def report(
    counted: Counted, names: Mapping[str, str], people: Mapping[UUID, str | None]
) -> BacktestReport:
    """Return what was counted in the form in which it is shown.

    `names` are those of the rules, `people` those of the leads: a report keeps no name of anybody.
    """
    ran = {*counted["rules_before"], *counted["rules_after"]}
    shown = ("leads", "messages", "mover_count", "difference_count", "touched")
    return BacktestReport(
        **{name: counted[name] for name in shown},
        movers=_movers(counted["movers"], people),
        differences=_movers(counted["differences"], people),
        histogram_before=_histogram(counted["histogram_before"]),
        histogram_after=_histogram(counted["histogram_after"]),
        effects=tuple(_effects(counted, rule, names[rule]) for rule in names if rule in ran),
        sends_before=counted["sends_before"],
        sends_after=counted["sends_after"],
        accuracy_before=_accuracy(counted, "before"),
        accuracy_after=_accuracy(counted, "after"),
    )


def band(score: int) -> int:
    """Return the lower bound of the range that a score falls into."""
    return min(max(score // BAND * BAND, LOWEST), HIGHEST)


def _glance(rehearsed: Rehearsed) -> tuple[str, tuple[str, ...], int]:
    lead: LeadState = rehearsed.lead
    return lead.stage.value, rehearsed.tags, lead.score


def _show(
    shown: list[dict[str, Any]],
    stored: Mapping[str, Any],
    before: tuple[str, tuple[str, ...], int],
    after: tuple[str, tuple[str, ...], int],
) -> None:
    if len(shown) >= SHOWN:
        return
    names = ("stage", "tags", "score")
    shown.append(
        {
            "lead_id": str(stored["lead_id"]),
            **{f"{name}_before": value for name, value in zip(names, before, strict=True)},
            **{f"{name}_after": value for name, value in zip(names, after, strict=True)},
        }
    )


def _movers(
    written: Iterable[Mapping[str, Any]], people: Mapping[UUID, str | None]
) -> tuple[Mover, ...]:
    return tuple(_mover(each, people) for each in written)


def _mover(written: Mapping[str, Any], people: Mapping[UUID, str | None]) -> Mover:
    lead_id = UUID(written["lead_id"])
    known: dict[str, Any] = dict(written)
    known |= {name: tuple(written[name]) for name in ("tags_before", "tags_after")}
    known |= {"lead_id": LeadId(lead_id), "name": people.get(lead_id)}
    return Mover(**known)


def _add_decisions(counted: Counted, side: str, decisions: Iterable[Decision]) -> None:
    rules, sends = counted[f"rules_{side}"], counted[f"sends_{side}"]
    for decision in decisions:
        mine = rules.setdefault(str(decision.rule.id), {"runs": 0, "effects": {}})
        mine["runs"] += 1
        for effect in decision.effects:
            _add(mine["effects"], effect.kind.value)
            if effect.kind.value in LASTING:
                _add(sends, effect.kind.value)


def _add(sums: dict[str, int], name: str) -> None:
    sums[name] = sums.get(name, 0) + 1


def _histogram(written: Mapping[str, int]) -> Mapping[int, int]:
    return dict(sorted((int(bound), leads) for bound, leads in written.items()))


def _effects(counted: Counted, rule: str, name: str) -> EffectCount:
    none: Counted = {"runs": 0, "effects": {}}
    before = counted["rules_before"].get(rule, none)
    after = counted["rules_after"].get(rule, none)
    return EffectCount(
        rule=name,
        runs_before=before["runs"],
        runs_after=after["runs"],
        before=Counter(before["effects"]),
        after=Counter(after["effects"]),
    )


def _accuracy(counted: Counted, side: str) -> Accuracy:
    predicted, hits = counted[f"predicted_{side}"], counted[f"hits_{side}"]
    return Accuracy(
        predicted=predicted,
        converted=counted["converted"],
        hits=hits,
        precision=hits / predicted if predicted else None,
        recall=hits / counted["converted"] if counted["converted"] else None,
    )

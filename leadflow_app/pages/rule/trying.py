"""A draft asked about one message: what each condition made of it, and what would follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import reflex as rx

from backend import leads, rules
from backend.auth import Actor
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import LeadGlance, RuleInvalid, Trace, TracedNode, TracedRule, TraceInput
from leadflow_app import display, runtime
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.rule.past import effect_words
from leadflow_app.rule_drafts import Draft, placed, places
from leadflow_app.rule_language import Language, Option
from leadflow_app.rule_words import node_words
from leadflow_app.session import signed_in

LONGEST: Final = 4_000
LEADS: Final = 20
NOBODY: Final = "new"
NOT_TESTED: Final = "Not tested: the rule has errors. They stand where they are."
HELD: Final = {True: "held", False: "failed", None: "skipped"}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One condition of a test: what it says, how it did, and what it saw."""

    words: str
    held: str
    saw: str


@dataclass(frozen=True, slots=True)
class OtherRow:
    """What another rule would do with the same message."""

    name: str
    outcome: str
    effects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What a test found."""

    is_there: bool = False
    is_match: bool = False
    verdict: str = ""
    steps: list[StepRow] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    before: str = ""
    after: str = ""
    others: list[OtherRow] = field(default_factory=list)


class Trials(rx.State, mixin=True):
    """A page on which a draft is tested."""

    tested: TrialRow = TrialRow()
    people: list[Option] = []
    subject: str = NOBODY

    _rule_of: str = ""

    def _forget_test(self) -> None:
        self.tested, self.subject = TrialRow(), NOBODY

    @rx.event
    @signed_in
    async def offer_people(self, actor: Actor) -> None:
        """Offer the leads who wrote last, to be tested on."""
        self.people = await runtime.run(actor, _people)

    @rx.event
    @signed_in
    async def choose_subject(self, _actor: Actor, subject: str) -> None:
        """Test on a lead, or on somebody who never wrote."""
        self.subject = str(subject)

    @rx.event
    @signed_in
    async def test(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Ask the draft, among the other rules, about one message; nothing is stored."""
        asked = TraceInput(
            text=str(form.get("text", ""))[:LONGEST],
            choice=str(form.get("choice", ""))[:LONGEST] or None,
            has_referral=bool(form.get("has_referral")),
            lead_id=uuid_or_none(self.subject),
            definition=self._definition(self._draft),
            rule_id=uuid_or_none(self._rule_of),
        )
        try:
            trace = await runtime.run(actor, rules.trace, asked)
        except RuleInvalid:
            self._is_tried, self.tested = True, TrialRow()
            await self._look(actor)
            return rx.toast.error(NOT_TESTED)
        self.tested = trial_row(trace, self._draft, self._language)
        self._mark_held(held_marks(trace, places(self._draft)))
        return None


def trial_row(trace: Trace, written: Draft, language: Language) -> TrialRow:
    """Put a trace into words, those of the builder where it knows the condition."""
    draft = next((one for one in trace.rules if one.is_draft), None)
    matched = draft is not None and draft.matched
    return TrialRow(
        is_there=True,
        is_match=matched,
        verdict=_verdict(draft),
        steps=_steps(draft.nodes if draft else (), written, language),
        effects=[effect_words(one) for one in (draft.effects if draft else ())],
        before=glance(trace.before),
        after=glance(trace.after),
        others=[_other(one) for one in trace.rules if not one.is_draft and one.effects],
    )


def _steps(nodes: Sequence[TracedNode], written: Draft, language: Language) -> list[StepRow]:
    """Put each condition of a trace into words; groups are seen in the builder."""
    known = places(written)
    said = {node.key: node for node in written.nodes}
    rows: list[StepRow] = []
    for one in nodes:
        node = said.get(placed(one.place, known)[0])
        if node is None or not node.is_group:
            words = node_words(node, language) if node else one.words
            rows.append(StepRow(words, HELD[one.held], one.saw or ""))
    return rows


def held_marks(trace: Trace, known: Mapping[str, str]) -> dict[str, str]:
    """Return how each part of the draft did, by its key."""
    draft = next((one for one in trace.rules if one.is_draft), None)
    marks: dict[str, str] = {}
    for node in draft.nodes if draft else ():
        key, _ = placed(node.place, known)
        if key:
            marks.setdefault(key, HELD[node.held])
    return marks


def glance(lead: LeadGlance) -> str:
    """Say how a lead stands."""
    tags = ", ".join(lead.tags) or "no tags"
    points = display.plural(lead.score, "point")
    return f"{display.stage(lead.stage)}, {points}, {tags}"


def _verdict(draft: TracedRule | None) -> str:
    if draft is None or not draft.is_reached:
        return "A rule above stops, so this one is not asked"
    if not draft.is_asked:
        return "This rule is not asked when a customer writes"
    return "This rule matches" if draft.matched else "This rule does not match"


def _other(rule: TracedRule) -> OtherRow:
    effects = [effect_words(one) for one in rule.effects]
    return OtherRow(rule.name, "Matches, and stops" if rule.stops else "Matches", effects)


def _people(uow: UnitOfWork, actor: Actor) -> list[Option]:
    found: Sequence[leads.LeadView] = leads.list_leads(
        uow, actor, LeadQuery(), PageRequest(limit=LEADS)
    ).items
    return [
        Option(
            str(one.id),
            f"{display.person(one.contact_name, one.contact_phone, one.contact_username)}, "
            f"{display.stage(one.stage)}, {display.plural(one.score, 'point')}",
        )
        for one in found
    ]

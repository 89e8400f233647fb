"""The draft of a rule in the page's state: edited, and told what is wrong with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import reflex as rx

from backend import rules
from backend.auth import Actor
from leadflow_app import runtime
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.rule.board import Board, board_of, first_control
from leadflow_app.pages.rule.marks import FindingRow, Marks, finding_rows, marks_of
from leadflow_app.rule_drafts import Draft, to_definition
from leadflow_app.rule_edits import Edit, Edited, apply
from leadflow_app.rule_language import Language
from leadflow_app.session import signed_in

LONGEST_TEXT = 4_000


class Drafts(rx.State, mixin=True):
    """A page with a draft; only what is drawn of it goes to the browser."""

    board: Board = Board()
    findings: list[FindingRow] = []
    focus: str = ""

    _draft: Draft = Draft()
    _saved: Draft = Draft()
    _marks: Marks = Marks()
    _language: Language = Language(triggers=(), fields=(), actions=())
    _seen: frozenset[str] = frozenset()
    _is_tried: bool = False
    _revision: int = 0
    _turn: int = 0
    _rule_of: str = ""

    def _begin(self, draft: Draft, language: Language, *, is_new: bool) -> None:
        """Start from a stored rule, or from a blank one, which nobody blames yet."""
        self._draft, self._saved, self._language = draft, draft, language
        self._marks, self.findings = Marks(), []
        parts = () if is_new else (*draft.nodes, *draft.actions, draft.trigger)
        self._seen, self._is_tried = frozenset(part.key for part in parts), False
        self._revision += 1
        self._draw()

    def _draw(self) -> None:
        """Show the draft as it is."""
        self.board = board_of(
            self._draft,
            self._language,
            self._marks,
            revision=self._revision,
            is_changed=self._is_changed,
        )

    @property
    def _is_changed(self) -> bool:
        return self._meaning(self._draft) != self._meaning(self._saved)

    def _meaning(self, draft: Draft) -> tuple[str, Mapping[str, Any]]:
        return draft.name, self._definition(draft)

    def _definition(self, draft: Draft) -> dict[str, Any]:
        return to_definition(draft, self._language)

    def _attend(self, control: str) -> None:
        """Give the focus to a control; the turn tells one time from the next."""
        self._turn += 1
        self.focus = f"{self._turn} {control}"

    async def _look(self, actor: Actor) -> None:
        """Learn what is wrong with the draft as it is now."""
        definition, rule_id = self._definition(self._draft), uuid_or_none(self._rule_of)
        found = await runtime.run(actor, rules.lint, definition, rule_id=rule_id)
        seen = None if self._is_tried else self._seen
        self._marks = marks_of(found, self._draft, self._language, seen=seen)
        self.findings = finding_rows(found, self._draft, self._language)
        self._draw()

    async def _take(self, actor: Actor, edited: Edited, touched: str) -> None:
        """Keep what an edit made of the draft."""
        if edited.draft == self._draft:
            self._draw()
            return
        self._draft = edited.draft
        self._seen |= {touched}
        await self._look(actor)

    @rx.event
    @signed_in
    async def edit(self, actor: Actor, verb: str, key: str, name: str, value: Any) -> None:  # noqa: ANN401
        """Change the draft."""
        text = ("yes" if value else "") if isinstance(value, bool) else str(value)[:LONGEST_TEXT]
        edit = Edit(str(verb), str(key), str(name), text)
        edited = apply(self._draft, self._language, edit)
        await self._take(actor, edited, edit.key if edit.name else "")
        if edited.key:
            self._attend(first_control(edited.draft, edited.key))

    @rx.event
    @signed_in
    async def tell(self, actor: Actor, text: str) -> None:
        """Do what the keys and the pointer of the builder ask: `verb key other`."""
        verb, key, other = [*str(text).split(), "", "", ""][:3]
        edited = apply(self._draft, self._language, Edit(verb, key, "", other))
        await self._take(actor, edited, "")
        self._attend(first_control(edited.draft, key))

    @rx.event
    @signed_in
    async def go_to(self, _actor: Actor, key: str) -> None:
        """Give the focus to the part that a finding is about."""
        self._attend(first_control(self._draft, key))

    def _mark_held(self, held: Mapping[str, str]) -> None:
        """Show how each condition did on what was tested, until the draft changes."""
        self._marks = replace(self._marks, held=held)
        self._draw()

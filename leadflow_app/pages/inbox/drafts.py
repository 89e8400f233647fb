"""Writing a reply: the draft is kept in the database, and what is sent is sent once.

A draft has a key, the same in every tab of a person. The reply that is sent under it is that
message, however often and from wherever it is sent.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

import reflex as rx

from backend import inbox
from backend.auth import Actor
from backend.inbox import ColleagueReplied, KeyReused, SendOnce
from leadflow_app import runtime
from leadflow_app.dialogs import Asked
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.inbox.files import FileRow
from leadflow_app.pages.inbox.rows import OpenConversation, written_reply
from leadflow_app.pages.inbox.team_rows import QuickRow, Second, picked
from leadflow_app.session import signed_in


class Drafts(rx.State, mixin=True):
    """The part of the inbox that knows what is being written."""

    draft: str = ""
    draft_key: str = ""
    nonce: str = ""
    picks: list[QuickRow] = []

    _spent: str = ""
    _count: int = 0

    def _follow_draft(self, view: OpenConversation, *, is_another: bool) -> None:
        """Show the draft of a conversation; one that another tab sent leaves the box."""
        is_sent_elsewhere = self.nonce not in {view.send_key, self._spent}
        if is_another or is_sent_elsewhere:
            self._offer(view.key, view.draft)
        self.nonce = view.send_key

    def _offer(self, conversation: str, draft: str) -> None:
        """Put a draft into the reply box; a new key makes the browser draw the box anew."""
        self._count += 1
        self.draft, self.draft_key = draft, f"{conversation}:{self._count}"
        self.picks = []

    @rx.event
    @signed_in
    async def keep_draft(self, actor: Actor, text: str, nonce: str) -> None:
        """Remember what was typed; what comes after it was sent is not kept."""
        self.picks = picked(self.screen.team.quick_replies, text)
        key = uuid_or_none(nonce)
        if key is None or nonce != self.nonce:
            return
        # A box that is drawn anew, after a reload, begins with this.
        self.draft = said = text[: runtime.LONGEST_TEXT]
        await runtime.run(actor, inbox.keep_draft, self._here(), text=said, send_key=key)

    @rx.event
    @signed_in
    async def typing(self, actor: Actor, text: str) -> None:
        """Let colleagues see that somebody writes, or has stopped."""
        if actor.user_id is not None:
            await runtime.run(actor, inbox.be_present, self._here(), is_writing=bool(text.strip()))

    @rx.event
    @signed_in
    async def reply(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Send the reply once; what could not be sent goes back into the box."""
        text, key = str(form.get("text", "")).strip(), uuid_or_none(form.get("nonce"))
        if not (text or self.attached.key) or key is None:
            return None
        content = written_reply(text, form, self.attached.key)
        given = Second(UUID(str(self._here())), text, content, key, is_wanted=False)
        return await self._send(actor, given)

    async def _send(self, actor: Actor, given: Second) -> Any:  # noqa: ANN401
        """Send, or ask first when a colleague replied meanwhile."""
        had_draft, self._spent = bool(self.draft), self.nonce
        outcome = await self._attempt(actor, given, given.send_key)
        is_next = isinstance(outcome.error, KeyReused) and str(given.send_key) != self.nonce
        if is_next and (key := uuid_or_none(self.nonce)):
            # Two were typed faster than the browser heard of the new key.
            outcome = await self._attempt(actor, given, key)
        if outcome.refusal is None:
            self._carry(FileRow())
        if outcome.refusal or had_draft:
            self._offer(str(given.here), given.text if outcome.refusal else "")
        await self._reload(actor)
        if isinstance(outcome.error, ColleagueReplied):
            self._ask(_second(outcome.error), replace(given, is_wanted=True))
            return None
        return [outcome.refusal or rx.set_focus("reply")]

    async def _attempt(
        self, actor: Actor, given: Second, key: UUID
    ) -> runtime.Outcome[inbox.MessageView]:
        once = SendOnce(send_key=key, despite_colleagues=given.is_wanted)
        return await runtime.attempt(
            actor, inbox.reply, given.here, content=given.content, once=once
        )


def _second(error: ColleagueReplied) -> Asked:
    return Asked(
        title=error.message,
        text="Your reply has not been sent. Read what was said first; it stays in the box.",
        answer="Send anyway",
        is_loss=False,
    )

"""What can be sent beside text: templates, and replies that are sent again."""

from typing import Any

import reflex as rx

from backend import inbox
from backend.auth import Actor
from backend.inbox import SendOnce
from leadflow_app import runtime
from leadflow_app.dialogs import Asked
from leadflow_app.inputs import the_id, uuid_or_none
from leadflow_app.pages.inbox.attaching import Attaches
from leadflow_app.pages.inbox.files import FileRow
from leadflow_app.pages.inbox.team_rows import Second
from leadflow_app.pages.inbox.templates import TemplateRow, template_reply
from leadflow_app.session import signed_in

TWICE = Asked(
    title="Send this reply again?",
    text=(
        "Nobody knows whether the first one arrived: the provider never answered. "
        "The customer may read it twice."
    ),
    answer="Send again",
    is_loss=False,
)


class Answers(Attaches, mixin=True):
    """The part of the inbox that sends templates, and replies anew."""

    template: TemplateRow = TemplateRow()

    @rx.event
    @signed_in
    async def choose_template(self, _actor: Actor, key: str) -> None:
        """Show the form of a template; without one, the list again."""
        found = (row for row in self.screen.open.templates if row.key == key)
        self.template = next(found, TemplateRow())
        self._carry(FileRow())

    @rx.event
    @signed_in
    async def send_template(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Send the chosen template once; what is refused stays to be mended."""
        if not self.template.key or form.get("nonce") != self.nonce:
            return None
        content = template_reply(self.template, form, self.attached.key)
        once = SendOnce(send_key=uuid_or_none(self.nonce))
        outcome = await runtime.attempt(
            actor, inbox.reply, self._here(), content=content, once=once
        )
        if outcome.refusal is None:
            self.template = TemplateRow()
            self._carry(FileRow())
        await self._reload(actor)
        return outcome.refusal

    @rx.event
    @signed_in
    async def send_again(self, actor: Actor, key: str) -> None:
        """Send a reply again that failed; ask first when it may have arrived."""
        row = next((row for row in self.screen.open.messages if row.key == key), None)
        if row is None or not row.can_resend:
            return
        if row.is_unknown:
            self._ask(TWICE, key)
            return
        await runtime.run(actor, inbox.resend, self._here(), message_id=the_id(key))
        await self._reload(actor)

    @rx.event
    @signed_in
    async def send_twice(self, actor: Actor) -> None:
        """Send what was asked about, now that somebody said yes."""
        key = self._take_deed()
        if isinstance(key, Second):
            await self._send(actor, key)
        elif key:
            await runtime.run(
                actor,
                inbox.resend,
                self._here(),
                message_id=the_id(key),
                may_arrive_twice=True,
            )
            await self._reload(actor)

"""What the set-up of a channel reads, and its steps; the address says how far one is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from backend import auth, channels, inbox
from backend.auth import Actor, Permission
from backend.channels import ChannelInvalid, Provider, TemplateContent, TextContent
from backend.kit.errors import ErrorKind, LeadFlowError
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import routes, runtime
from leadflow_app.dialogs import Fault, Fills
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id, uuid_or_none
from leadflow_app.live import LivePage
from leadflow_app.pages.channel_setup import rows
from leadflow_app.pages.channel_setup.rows import Known, SetupScreen
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    """The step that the address names."""

    provider: str = ""
    channel: str = ""

    def __call__(self, uow: UnitOfWork, actor: Actor) -> SetupScreen:
        """Read it."""
        actor.require(Permission.CHANNELS_WRITE)
        if channel_id := uuid_or_none(self.channel):
            return _checking(uow, actor, channel_id)
        if self.provider in set(Provider):
            return rows.entering(channels.credential_fields(Provider(self.provider)))
        return rows.choosing()


class ChannelSetupState(LivePage, Fills, rx.State):
    """Connecting a channel, and proving that it works."""

    screen: SetupScreen = SetupScreen()
    refusal: str = ""
    verify_token: str = ""
    outcome: str = ""
    is_outcome_bad: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"channels", "inbox"})

    def _question(self) -> SetupQuestion:
        query = self.router.url.query_parameters
        return SetupQuestion(query.get("provider", ""), query.get("channel", ""))

    @contextmanager
    def _in_form(self) -> Iterator[None]:
        """Say what was refused at its field, or above the form."""
        self._clear()
        self.refusal = ""
        try:
            yield
        except LeadFlowError as error:
            if error.kind is ErrorKind.FORBIDDEN:
                raise
            self._refuse(error)

    def _refuse(self, error: LeadFlowError) -> None:
        shown = {"name", "address", "public_url", "base_url"}
        names = shown | {field.name for field in self.screen.fields}
        name = (error.field or "").removeprefix("settings.")
        said = runtime.words_at_field(error)
        if name in names:
            self.fault = Fault(name, said)
        else:
            self.refusal = said

    @rx.event
    @signed_in
    async def connect(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Try the credentials, and connect the channel when they are good."""
        with self._in_form():
            provider = Provider(self._question().provider)
            takes_token = channels.takes_verify_token(provider)
            token = channels.new_verify_token() if takes_token else ""
            wanted = rows.wanted(provider, form, token)
            made = await runtime.call(actor, channels.connect_channel, wanted)
            self.verify_token = token
            return rx.redirect(routes.channel_setup(made.id))
        return None

    @rx.event
    @signed_in
    async def replace_credentials(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Try other credentials, and put them in force when they are good."""
        with self._in_form():
            given, keeps = rows.entered(form), form.get("keeps_old") in (True, "on")
            if not given:
                message = "nothing was entered"
                raise ChannelInvalid(message, expected="a new value for at least one field")
            await runtime.call(
                actor, channels.exchange_credentials, self._id(), given, keeps_old=keeps
            )
            await self._reload(actor)
            return rx.toast.success("The new credentials are in force")
        return None

    @rx.event
    @signed_in
    async def retire(self, actor: Actor) -> None:
        """Let only the present secret count."""
        await runtime.run(actor, channels.retire_secret, self._id())
        await self._reload(actor)

    @rx.event
    @signed_in
    async def check(self, actor: Actor) -> None:
        """Ask the provider again."""
        await runtime.run(actor, _require_write)
        await runtime.call(actor, _check, self._id())
        await self._reload(actor)

    @rx.event
    @signed_in
    async def probe(self, actor: Actor) -> Any:  # noqa: ANN401
        """Post a signed delivery to our own webhook."""
        wrong = await runtime.call(actor, channels.probe_webhook, self._id())
        await self._reload(actor)
        good = rx.toast.success("The URL reached LeadFlow, and the signature was right")
        return rx.toast.error(wrong) if wrong else good

    @rx.event
    @signed_in
    async def sync(self, actor: Actor) -> Any:  # noqa: ANN401
        """Have the templates read."""
        await runtime.run(actor, channels.sync_templates, self._id())
        return rx.toast.success("The templates are being read")

    @rx.event
    @signed_in
    async def show_token(self, actor: Actor) -> None:
        """Make a new verify token and show it."""
        self.verify_token = await runtime.run(actor, channels.renew_verify_token, self._id())

    @rx.event
    @signed_in
    async def send_test(self, actor: Actor, form: dict[str, Any]) -> None:
        """Send a message to a number, and say what the provider answered."""
        self.outcome = ""
        self._clear()
        template = str(form.get("template", "")).strip()
        text = str(form.get("text", "")).strip() or "A test of LeadFlow"
        language = str(form.get("language", "")).strip()
        content = TemplateContent(name=template, language=language) if template else None
        with self._at_fields("recipient"):
            outcome = await runtime.call(
                actor,
                channels.send_test,
                self._id(),
                recipient=str(form.get("recipient", "")),
                content=content or TextContent(text),
            )
            self.outcome = rows.outcome_words(outcome)
            self.is_outcome_bad = not outcome.provider_message_id
        await self._reload(actor)

    @rx.event
    @signed_in
    async def forget(self, _actor: Actor) -> None:
        """Keep nothing that was shown once."""
        self.verify_token = self.outcome = self.refusal = ""
        self._clear()

    def _id(self) -> UUID:
        return the_id(self._question().channel)


def _checking(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> SetupScreen:
    channel = channels.get_channel(uow, actor, channel_id)
    clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
    figures = inbox.channel_figures(uow, actor, [channel_id])
    known = Known(
        channel=channel,
        health=channels.get_health(uow, actor, channel_id),
        templates=channels.list_templates(uow, actor, channel_id).items,
        written_first=figures[channel_id].written_first,
        has_old_secret=channels.has_old_secret(uow, actor, channel_id),
    )
    return rows.checking(known, clock)


def _require_write(_uow: UnitOfWork, actor: Actor) -> None:
    actor.require(Permission.CHANNELS_WRITE)


def _check(actor: Actor, channel_id: UUID) -> str:
    return channels.check_channel(actor.workspace_id, channel_id)

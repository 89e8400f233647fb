"""What the account page reads, and how an account is secured.

What somebody types into a form is read from the event and kept nowhere. What is shown once, the
app's secret and the recovery codes, leaves the state with its dialog and with the page.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import reflex as rx

from backend import auth
from backend.auth import Actor
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import runtime
from leadflow_app.dialogs import Asks, Fault, Fills
from leadflow_app.display import Clock
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.account import rows
from leadflow_app.pages.account.rows import AccountScreen, Codes, Offer, Step
from leadflow_app.session import signed_in

OTHERS: Final = "others"
MISSING: Final = "Type your present password and the new one."


@dataclass(frozen=True, slots=True)
class AccountQuestion:
    """Who the person is, how the account is secured, and where it is signed in."""

    def __call__(self, uow: UnitOfWork, actor: Actor) -> AccountScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        security, sessions = auth.security_of(uow, actor), auth.list_sessions(uow, actor)
        return rows.account_screen(actor, security, sessions, clock)


class AccountState(LivePage, Asks, Fills, rx.State):
    """One's own account."""

    screen: AccountScreen = AccountScreen()
    step: str = Step.NONE
    offer: Offer = Offer()
    codes: Codes = Codes()
    drawn: int = 0

    _topics: ClassVar[frozenset[str]] = frozenset({"sign_in"})

    def _question(self) -> AccountQuestion:
        return AccountQuestion()

    def _go(self, step: Step, *, offer: Offer | None = None, codes: Codes | None = None) -> None:
        """Open a dialog, with what it shows and nothing that another one showed."""
        self._clear()
        self.step = step.value
        self.offer, self.codes = offer or Offer(), codes or Codes()

    @rx.event
    @signed_in
    async def leave(self, _actor: Actor) -> None:
        """Close every dialog and keep nothing of it."""
        self._go(Step.NONE)
        self._take_deed()

    @rx.event
    @signed_in
    async def change_password(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Set a new password; what is wrong stands at its field."""
        self._clear()
        current, new = str(form.get("current", "")), str(form.get("new", ""))
        try:
            await runtime.run(actor, auth.change_password, current=current, new=new)
        except auth.WrongPassword as error:
            self.fault = Fault("current", runtime.words(error))
            return None
        except auth.WeakPassword as error:
            self.fault = Fault("new", runtime.words(error))
            return None
        self.drawn += 1
        await self._reload(actor)
        return rx.toast.success("Password changed. Your other browsers are signed out.")

    @rx.event
    @signed_in
    async def set_up(self, actor: Actor) -> None:
        """Make a secret for an app and show it."""
        offer = await runtime.run(actor, auth.begin_second_factor)
        self._go(Step.SET_UP, offer=rows.offer_row(offer))

    @rx.event
    @signed_in
    async def prove(self, actor: Actor, form: dict[str, Any]) -> None:
        """Put the app in force with a code of it, and show the recovery codes."""
        with self._at_fields("code"):
            code = str(form.get("code", ""))
            codes = await runtime.run(actor, auth.confirm_second_factor, code)
            self._go(Step.CODES, codes=rows.codes_row(codes, self.screen.email))
        await self._reload(actor)

    @rx.event
    @signed_in
    async def ask_code(self, _actor: Actor, step: str) -> None:
        """Ask for what renewing the codes or removing the second factor needs."""
        wanted = chosen_from(Step, step)
        if wanted in {Step.RENEW, Step.REMOVE}:
            self._go(wanted)

    @rx.event
    @signed_in
    async def renew(self, actor: Actor, form: dict[str, Any]) -> None:
        """Make new recovery codes in the place of the old ones, and show them."""
        with self._at_fields("code"):
            code = str(form.get("code", ""))
            codes = await runtime.run(actor, auth.renew_recovery_codes, code=code)
            self._go(Step.CODES, codes=rows.codes_row(codes, self.screen.email))
        await self._reload(actor)

    @rx.event
    @signed_in
    async def remove(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Ask for the password only from now on."""
        password, code = str(form.get("password", "")), str(form.get("code", ""))
        with self._at_fields("password", "code"):
            await runtime.run(actor, auth.remove_second_factor, password=password, code=code)
            self._go(Step.NONE)
            await self._reload(actor)
            return rx.toast.success("Second factor removed")
        return None

    @rx.event
    @signed_in
    async def ask_end(self, _actor: Actor, key: str) -> None:
        """Ask before one browser is signed out."""
        row = next((one for one in self.screen.sessions if one.key == key), None)
        if row is not None:
            self._ask(rows.asked_about_session(row), row.key)

    @rx.event
    @signed_in
    async def ask_end_others(self, _actor: Actor) -> None:
        """Ask before every other browser is signed out."""
        self._ask(rows.asked_about_others(self.screen.sessions), OTHERS)

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> None:
        """Sign out what was asked about."""
        deed = self._take_deed()
        if deed == OTHERS:
            await runtime.run(actor, auth.revoke_other_sessions)
        elif deed is not None:
            await runtime.run(actor, auth.revoke_session, the_id(deed))
        await self._reload(actor)

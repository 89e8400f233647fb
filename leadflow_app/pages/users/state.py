"""What the page of people reads, and what can be done with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import auth
from backend.auth import Actor, InvitationView, MemberQuery, MemberState, Role
from backend.kit.ids import UserId
from backend.kit.paging import Page
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.dialogs import Asked, Asks, Fills, Reveals, Secret
from leadflow_app.display import Clock
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.users import rows
from leadflow_app.pages.users.rows import Deed, Onlooker, UserFilters, UsersScreen
from leadflow_app.session import signed_in

LONGEST: Final = 200
ASKING: Final = frozenset({Deed.DISABLE, Deed.REMOVE, Deed.OWN, Deed.WITHDRAW})
DEEDS: Final[Mapping[Deed, Callable[[UnitOfWork, Actor, UUID], object]]] = {
    Deed.DISABLE: auth.disable_user,
    Deed.ENABLE: auth.enable_user,
    Deed.REMOVE: auth.remove_user,
    Deed.OWN: auth.transfer_ownership,
    Deed.WITHDRAW: auth.withdraw_invitation,
}


@dataclass(frozen=True, slots=True)
class UsersQuestion:
    """The first so many people, or invitations, that the filters leave."""

    filters: UserFilters
    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> UsersScreen:
        """Read them."""
        onlooker, clock = _onlooker(uow, actor), _clock(uow, actor)
        screen = rows.users_screen(self.filters, onlooker)
        if screen.is_of_invitations:
            given, has_more = self._invitations(uow, actor)
            shown = [rows.invitation_row(one, onlooker, clock) for one in given]
            return replace(screen, invitations=shown, has_more=has_more)
        state = MemberState(self.filters.state) if self.filters.state else None
        query = MemberQuery(search=self.filters.q or None, state=state)
        page = paging.take(partial(auth.list_members, uow, actor, query), self.wanted)
        return replace(
            screen,
            people=[rows.person_row(member, onlooker, clock) for member in page.items],
            is_alone=self.filters == UserFilters() and len(page.items) == 1,
            has_more=self._has_more(page),
        )

    def _invitations(self, uow: UnitOfWork, actor: Actor) -> tuple[list[InvitationView], bool]:
        page = paging.take(partial(auth.list_invitations, uow, actor), self.wanted)
        term = self.filters.q.lower()
        return [one for one in page.items if term in one.email.lower()], self._has_more(page)

    def _has_more(self, page: Page[Any]) -> bool:
        return page.next_cursor is not None and self.wanted < paging.MOST


class UsersState(LivePage, Asks, Reveals, Fills, rx.State):
    """The people of the workspace."""

    screen: UsersScreen = UsersScreen()
    term: str = ""
    is_inviting: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"users"})
    _asked_for: UserFilters | None = None
    _wanted: int = paging.PAGE

    def _question(self) -> UsersQuestion:
        filters = UserFilters.read(self.router.url.query_parameters)
        if filters != self._asked_for:
            self._asked_for, self._wanted = filters, paging.PAGE
        return UsersQuestion(filters, self._wanted)

    def _show(self, screen: UsersScreen) -> None:
        super()._show(screen)
        self.term = screen.term

    @rx.event
    @signed_in
    async def search(self, _actor: Actor, term: str) -> Any:  # noqa: ANN401
        """Look for a name or an address; the address of the page keeps it."""
        self.term = str(term)[:LONGEST]
        filters = UserFilters.read(self.router.url.query_parameters)
        return rx.redirect(replace(filters, q=self.term).href, replace=True)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next page of the list below this one."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def choose_role(self, actor: Actor, key: str, role: str) -> None:
        """Change what somebody is; what takes rights away is asked first."""
        user_id, wanted = the_id(key), chosen_from(Role, role)
        asked = await runtime.run(actor, _about_role, user_id, wanted)
        if asked is not None:
            self._ask(asked, (wanted, user_id))
            return
        await runtime.run(actor, auth.change_role, user_id, wanted)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def act(self, actor: Actor, key: str, deed: str) -> None:
        """Do something with somebody or with an invitation; a loss is asked first."""
        subject, wanted = the_id(key), chosen_from(Deed, deed)
        if wanted in ASKING:
            name = await runtime.run(actor, _name, wanted, subject)
            self._ask(rows.asked_about(wanted, name), (wanted, subject))
        elif wanted in MAKING:
            self.secret = await runtime.run(actor, MAKING[wanted], subject, self._origin())
        else:
            await runtime.run(actor, DEEDS[wanted], subject)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> None:
        """Do what was asked about."""
        wanted, subject = self._take_deed() or (None, None)
        if isinstance(wanted, Role):
            await runtime.run(actor, auth.change_role, subject, wanted)
        elif wanted is not None:
            await runtime.run(actor, DEEDS[wanted], subject)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_inviting(self, _actor: Actor, is_open: bool) -> None:
        """Open or close the form that invites."""
        self._clear()
        self.is_inviting = is_open

    @rx.event
    @signed_in
    async def invite(self, actor: Actor, form: dict[str, Any]) -> None:
        """Invite an address and show the link."""
        email, role = str(form.get("email", "")), chosen_from(Role, str(form.get("role", "")))
        with self._at_fields("email"):
            self.secret = await runtime.run(actor, _invited, email, role, self._origin())
            self.is_inviting = False
        await self._reload(actor)

    def _origin(self) -> str:
        return str(self.router.url.origin)


def _clock(uow: UnitOfWork, actor: Actor) -> Clock:
    return Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)


def _onlooker(uow: UnitOfWork, actor: Actor) -> Onlooker:
    is_owner = actor.user_id is not None and auth.get_member(uow, actor, actor.user_id).is_owner
    return Onlooker(actor, is_owner)


def _about_role(uow: UnitOfWork, actor: Actor, user_id: UUID, role: Role) -> Asked | None:
    return rows.asked_about_role(auth.get_member(uow, actor, user_id), role, actor)


def _name(uow: UnitOfWork, actor: Actor, deed: Deed, subject: UUID) -> str:
    if deed is Deed.WITHDRAW:
        return _invitation(uow, actor, subject).email
    return rows.called(auth.get_member(uow, actor, subject))


def _invitation(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> InvitationView:
    """Find an invitation, also one that has expired; raises `NoInvitation`."""
    given = paging.take(partial(auth.list_invitations, uow, actor), paging.MOST)
    for one in given.items:
        if one.id == invitation_id:
            return one
    message = "no such invitation"
    raise auth.NoInvitation(message)


def _invited(uow: UnitOfWork, actor: Actor, email: str, role: Role, origin: str) -> Secret:
    made = auth.invite(uow, actor, email=email, role=role)
    return rows.invitation_link(made, origin, _clock(uow, actor))


def _renewed(uow: UnitOfWork, actor: Actor, invitation_id: UUID, origin: str) -> Secret:
    given = _invitation(uow, actor, invitation_id)
    return _invited(uow, actor, given.email, given.role, origin)


def _reset(uow: UnitOfWork, actor: Actor, user_id: UUID, origin: str) -> Secret:
    member = auth.get_member(uow, actor, user_id)
    token = auth.create_password_reset(uow, actor, UserId(user_id))
    return rows.reset_link(rows.called(member), auth.reset_path(token), origin)


MAKING: Final[Mapping[Deed, Callable[[UnitOfWork, Actor, UUID, str], Secret]]] = {
    Deed.RENEW: _renewed,
    Deed.RESET: _reset,
}

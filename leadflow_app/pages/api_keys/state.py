"""What the page of API keys reads, and what can be done with them."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from backend import auth
from backend.auth import Actor, ApiKeyView, Permission
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.dialogs import Asked, Asks, Fills, Reveals, Secret
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.api_keys import rows
from leadflow_app.pages.api_keys.rows import AreaRow, KeysScreen
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class KeysQuestion:
    """The first so many keys."""

    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> KeysScreen:
        """Read the keys."""
        clock = _clock(uow, actor)
        page = paging.take(partial(auth.list_api_keys, uow, actor), self.wanted)
        return KeysScreen(
            is_first_run=not page.items,
            rows=[rows.key_row(key, actor, clock) for key in page.items],
            can_create=actor.may(Permission.KEYS_WRITE),
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )


class ApiKeysState(LivePage, Asks, Reveals, Fills, rx.State):
    """The API keys."""

    screen: KeysScreen = KeysScreen()
    is_creating: bool = False
    preset: str = "none"
    areas: list[AreaRow] = []
    renewing: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset({"api_keys"})
    _wanted: int = paging.PAGE
    _renewed: str = ""

    def _question(self) -> KeysQuestion:
        return KeysQuestion(self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next page of the list below this one."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_creating(self, actor: Actor, is_open: bool) -> None:
        """Open or close the form of a new key."""
        self._clear()
        self.is_creating = is_open
        self._tick(actor, "none")

    @rx.event
    @signed_in
    async def tick(self, actor: Actor, preset: str) -> None:
        """Tick the boxes of the grid as a preset has them."""
        self._tick(actor, preset if preset in rows.PRESETS else "none")

    def _tick(self, actor: Actor, preset: str) -> None:
        self.preset, self.areas = preset, rows.areas(actor, preset)

    @rx.event
    @signed_in
    async def create(self, actor: Actor, form: dict[str, Any]) -> None:
        """Make a key and show it."""
        ticked = (str(name) for name, value in form.items() if value in (True, "on"))
        wanted = NewKey(
            name=str(form.get("name", "")),
            scopes=rows.chosen_scopes(ticked),
            lifetime=str(form.get("lifetime", "")),
        )
        with self._at_fields("name", "scopes", "expires_at"):
            self.secret = await runtime.run(actor, _made, wanted, self._origin())
            self.is_creating = False
        await self._reload(actor)

    @rx.event
    @signed_in
    async def ask_revoke(self, actor: Actor, key: str) -> None:
        """Ask before a key ends."""
        asked = await runtime.run(actor, _about_revoking, the_id(key))
        self._ask(asked, the_id(key))

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> None:
        """End the key that was asked about."""
        key_id = self._take_deed()
        if key_id is not None:
            await runtime.run(actor, auth.revoke_api_key, key_id)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def ask_renew(self, actor: Actor, key: str) -> None:
        """Ask how long the present secret of a key goes on working."""
        self.renewing = (await runtime.run(actor, _key, the_id(key))).name
        self._renewed = key

    @rx.event
    @signed_in
    async def leave_renewing(self, _actor: Actor) -> None:
        """Leave the key as it is."""
        self.renewing = self._renewed = ""

    @rx.event
    @signed_in
    async def renew(self, actor: Actor, form: dict[str, Any]) -> None:
        """Give the key a new secret and show it."""
        key, choice = self._renewed, str(form.get("grace", ""))
        self.renewing = self._renewed = ""
        self.secret = await runtime.run(actor, _rotated, the_id(key), choice, self._origin())
        await self._reload(actor)

    def _origin(self) -> str:
        return str(self.router.url.origin)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as the form describes it."""

    name: str
    scopes: frozenset[str]
    lifetime: str


def _clock(uow: UnitOfWork, actor: Actor) -> Clock:
    return Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)


def _key(uow: UnitOfWork, actor: Actor, key_id: UUID) -> ApiKeyView:
    """Find a key; raises `NoApiKey`."""
    for key in paging.take(partial(auth.list_api_keys, uow, actor), paging.MOST).items:
        if key.id == key_id:
            return key
    message = "no such API key"
    raise auth.NoApiKey(message)


def _made(uow: UnitOfWork, actor: Actor, wanted: NewKey, origin: str) -> Secret:
    lifetime = rows.lifetime(wanted.lifetime)
    expires_at = None if lifetime is None else uow.now + lifetime
    made = auth.create_api_key(
        uow, actor, name=wanted.name, scopes=wanted.scopes, expires_at=expires_at
    )
    return rows.new_key(made, wanted.scopes, actor, origin)


def _rotated(uow: UnitOfWork, actor: Actor, key_id: UUID, choice: str, origin: str) -> Secret:
    scopes = _key(uow, actor, key_id).scopes
    made = auth.rotate_api_key(uow, actor, key_id, grace=rows.grace(choice))
    return rows.new_key(made, scopes, actor, origin)


def _about_revoking(uow: UnitOfWork, actor: Actor, key_id: UUID) -> Asked:
    return rows.asked_to_revoke(_key(uow, actor, key_id), _clock(uow, actor))

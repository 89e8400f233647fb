"""Imports of leads: what the page reads, and what it lets a worker do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import auth, channels, importing
from backend.auth import Actor, Permission
from backend.importing import Choice, ImportState, ImportView, Mapped
from backend.kit.errors import NotFound
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import display, paging, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.lead_import import rows
from leadflow_app.pages.lead_import.rows import (
    DETECT,
    LEAVE_OUT,
    ImportFilters,
    ImportScreen,
)
from leadflow_app.rights import Option
from leadflow_app.session import signed_in

EARLIER: Final = 10
ROWS: Final = 50
CHOICES: Final = PageRequest(limit=MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class ImportQuestion:
    """The import that is looked at, some of its rows, and the first so many others."""

    filters: ImportFilters
    wanted: int = EARLIER
    rows_wanted: int = ROWS

    def __call__(self, uow: UnitOfWork, actor: Actor) -> ImportScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        names = _channels(uow, actor)
        shown = self.filters.shown
        view = importing.get_import(uow, actor, shown) if shown else None
        page = paging.take(partial(importing.list_imports, uow, actor), self.wanted)
        channel = str(self.filters.channel or next(iter(names), ""))
        screen = ImportScreen(
            step=rows.step_of(view, is_mapping=self.filters.is_mapping),
            channel=channel,
            channels=[Option(str(key), name) for key, name in names.items()],
            encoding=self.filters.encoding or DETECT,
            separator=self.filters.separator or DETECT,
            upload_to=self.filters.upload_to(channel),
            earlier=[rows.import_row(one, clock, names) for one in page.items if one != view],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )
        return self._with_import(uow, actor, screen, view, clock) if view else screen

    def _with_import(
        self, uow: UnitOfWork, actor: Actor, screen: ImportScreen, view: ImportView, clock: Clock
    ) -> ImportScreen:
        names = {UUID(one.value): one.label for one in screen.channels}
        good = (view.total or 0) - view.faulty
        read = partial(importing.list_rows, uow, actor, view.id, kind=self.filters.kind)
        is_read = screen.step in {"checked", "ended"}
        found = paging.take(read, self.rows_wanted) if is_read else None
        return replace(
            screen,
            shown=rows.import_row(view, clock, names),
            earlier=[row for row in screen.earlier if row.key != str(view.id)],
            columns=rows.columns(view) if screen.step == "columns" else [],
            region=view.region or "",
            map_href=ImportFilters(shown=view.id, is_mapping=True).href,
            good=display.plural(good, "row"),
            can_write=good > 0,
            faulty=display.plural(view.faulty, "row") if view.faulty else "",
            errors_href=f"/v1/leads/import/{view.id}/errors" if view.faulty else "",
            known=rows.known_people(view) if sum(view.twins.values()) else [],
            kinds=rows.kinds(self.filters, view) if is_read else [],
            rows=rows.row_rows(found.items, is_over=screen.step == "ended") if found else [],
            has_more_rows=found is not None
            and found.next_cursor is not None
            and self.rows_wanted < paging.MOST,
        )


class ImportsState(LivePage, rx.State):
    """Imports of leads."""

    screen: ImportScreen = ImportScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"imports"})
    _wanted: int = EARLIER
    _rows_wanted: int = ROWS

    def _filters(self) -> ImportFilters:
        return ImportFilters.read(self.router.url.query_parameters)

    def _question(self) -> ImportQuestion:
        return ImportQuestion(self._filters(), self._wanted, self._rows_wanted)

    def _shown_id(self) -> UUID:
        shown = self._filters().shown
        if shown is None:
            raise NotFound(NOTHING_SHOWN)
        return shown

    @rx.event
    @signed_in
    async def narrow(self, _actor: Actor, by: str, value: str) -> Any:  # noqa: ANN401
        """Choose the channel, or how the next file is read; the address keeps it."""
        if by not in {"channel", "encoding", "apart"}:
            return None
        asked = {**self.router.url.query_parameters, by: value}
        return rx.redirect(ImportFilters.read(asked).href, replace=True)

    @rx.event
    @signed_in
    async def arrived(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """Show the import whose file was just uploaded."""
        view = await runtime.run(actor, importing.get_import, the_id(key))
        return rx.redirect(ImportFilters(shown=view.id).href)

    @rx.event
    @signed_in
    async def check(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Have every row checked as its columns are named now."""
        shown = self._shown_id()
        columns = [str(form.get(row.name, LEAVE_OUT)) for row in self.screen.columns]
        mapped = Mapped(
            mapping=[None if one == LEAVE_OUT else one for one in columns],
            region=str(form.get("region", "")).strip().upper() or None,
        )
        await runtime.run(actor, importing.check_import, shown, mapped=mapped)
        await self._reload(actor)
        return rx.redirect(ImportFilters(shown=shown).href, replace=True)

    @rx.event
    @signed_in
    async def write(self, actor: Actor, form: dict[str, Any]) -> None:
        """Have the rows that are right written."""
        choice = chosen_from(Choice, str(form.get("choice", Choice.SKIP)))
        await runtime.run(actor, importing.start_writing, self._shown_id(), choice=choice)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def stop(self, actor: Actor) -> Any:  # noqa: ANN401
        """End the import after the rows under way."""
        view = await runtime.run(actor, importing.stop_import, self._shown_id())
        await self._reload(actor)
        return rx.toast.info("Stopped") if view.state is ImportState.STOPPED else None

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show older imports below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def more_rows(self, actor: Actor) -> None:
        """Show more rows of this import."""
        self._rows_wanted = min(self._rows_wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)


NOTHING_SHOWN: Final = "Choose an import first"


def _channels(uow: UnitOfWork, actor: Actor) -> Mapping[UUID, str]:
    if not actor.may(Permission.CHANNELS_READ):
        return {}
    return {one.id: one.name for one in channels.list_channels(uow, actor, CHOICES).items}

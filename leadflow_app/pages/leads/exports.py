"""The leads as a file: asked for on the page of leads, written by a worker, fetched from there."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import reflex as rx

from backend import auth, importing
from backend.auth import Actor, Permission
from backend.importing import ExportState, ExportView, FileKind
from backend.leads import LeadQuery
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import display, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import chosen_from
from leadflow_app.live import LivePage
from leadflow_app.pages.leads.rows import LeadFilters
from leadflow_app.pages.leads.state import LeadsQuestion
from leadflow_app.session import signed_in

KINDS: Final = {FileKind.CSV: "CSV", FileKind.XLSX: "Excel"}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """The export that somebody asked for last."""

    is_there: bool = False
    is_waiting: bool = False
    is_failed: bool = False
    text: str = ""
    href: str = ""


def export_row(view: ExportView, clock: Clock) -> ExportRow:
    """Put an export into words."""
    kind = KINDS[view.kind]
    match view.state:
        case ExportState.WAITING:
            text = f"The {kind} file is being written. You may close this page."
        case ExportState.READY:
            until = clock.moment(view.expires_at).text
            text = f"{display.plural(view.row_count, 'lead')} as {kind}, kept until {until}."
        case ExportState.FAILED:
            text = f"The {kind} file could not be written. {display.plain(view.error or '')}"
        case ExportState.EXPIRED:
            return ExportRow()
    return ExportRow(
        is_there=True,
        is_waiting=view.state is ExportState.WAITING,
        is_failed=view.state is ExportState.FAILED,
        text=text,
        href=f"/v1/leads/export/{view.id}/file" if view.state is ExportState.READY else "",
    )


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """The export that the reader asked for last."""

    def __call__(self, uow: UnitOfWork, actor: Actor) -> ExportRow:
        """Read it."""
        if not actor.may(Permission.CONTACTS_EXPORT):
            return ExportRow()
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        view = importing.latest_export(uow, actor)
        return export_row(view, clock) if view else ExportRow()


class LeadExportsState(LivePage, rx.State):
    """The dialog in which leads are taken along as a file."""

    screen: ExportRow = ExportRow()
    is_exporting: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"exports"})

    def _question(self) -> ExportQuestion:
        return ExportQuestion()

    @rx.event
    @signed_in
    async def set_exporting(self, actor: Actor, is_open: bool) -> None:
        """Open or close the dialog."""
        self.is_exporting = is_open
        await self._reload(actor)

    @rx.event
    @signed_in
    async def export(self, actor: Actor, form: dict[str, Any]) -> None:
        """Have the leads that the filters leave written to a file."""
        kind = chosen_from(FileKind, str(form.get("kind", FileKind.CSV)))
        filters = LeadFilters.read(self.router.url.query_parameters)
        await runtime.run(actor, _started, filters, kind)
        await self._reload(actor)


def _started(uow: UnitOfWork, actor: Actor, filters: LeadFilters, kind: FileKind) -> ExportView:
    clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
    query: LeadQuery = LeadsQuestion(filters).query(clock, actor)
    return importing.start_export(uow, actor, query, kind=kind)

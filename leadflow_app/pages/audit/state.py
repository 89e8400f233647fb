"""What the audit log page reads, how the log is verified and taken away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import reflex as rx

from backend import auth
from backend.auth import (
    Actor,
    AuditEntryView,
    MemberQuery,
    MemberState,
    MemberView,
    NoMember,
    Permission,
)
from backend.kit.csv_file import csv_text
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import routes, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import uuid_or_none
from leadflow_app.live import LivePage
from leadflow_app.pages.audit import rows
from leadflow_app.pages.audit.rows import AuditFilters, AuditScreen, Known, Verdict
from leadflow_app.session import signed_in

CHOICES: Final = PageRequest(limit=MAX_LIMIT)
FILE: Final = "audit-log.csv"
# The notice that says that it is under way gives place to the one that says that it is done.
CHECKING: Final = "checking"
WRITING: Final = "writing"


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """One page of what the filters leave."""

    filters: AuditFilters

    def __call__(self, uow: UnitOfWork, actor: Actor) -> AuditScreen:
        """Read the page, and the names of whom it tells of."""
        clock = _clock(uow, actor)
        page = auth.list_audit(uow, actor, self.filters.query(clock), self.filters.page)
        people = _people(uow, actor)
        known = people | _keys(uow, actor) | _others(uow, actor, page.items, people)
        older = replace(self.filters, before=page.next_cursor or "").href
        return replace(
            rows.audit_screen(page.items, self.filters, clock, known),
            older_href=older if page.next_cursor else "",
        )


class AuditState(LivePage, rx.State):
    """The audit log."""

    screen: AuditScreen = AuditScreen()
    verdict: Verdict = Verdict()

    _topics: ClassVar[frozenset[str]] = frozenset({"users", "api_keys", "workspace"})

    def _question(self) -> AuditQuestion:
        return AuditQuestion(self._filters())

    def _filters(self) -> AuditFilters:
        return AuditFilters.read(self.router.url.query_parameters)

    @rx.event
    @signed_in
    async def narrow(self, _actor: Actor, by: str, value: str) -> Any:  # noqa: ANN401
        """Change one filter; the address keeps it, and the newest page comes first."""
        if by not in {"who", "what", "from", "to"}:
            return None
        asked = {**self.router.url.query_parameters, by: value, "before": ""}
        return rx.redirect(AuditFilters.read(asked).href, replace=True)

    @rx.event
    @signed_in
    async def verify(self, actor: Actor) -> Any:  # noqa: ANN401
        """Check that no entry was changed, removed or slipped in."""
        self.verdict = await runtime.run(actor, _verified)
        await self._reload(actor)
        return rx.toast.success("Every entry was checked", id=CHECKING)

    @rx.event
    @signed_in
    async def export(self, actor: Actor) -> Any:  # noqa: ANN401
        """Hand over every entry that the filters leave, as a file."""
        text = await runtime.run(actor, _exported, self._filters())
        await self._reload(actor)
        return [
            rx.download(data=text.encode(), filename=FILE, mime_type="text/csv"),
            rx.toast.success("The file is written", id=WRITING),
        ]


def _clock(uow: UnitOfWork, actor: Actor) -> Clock:
    return Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)


def _people(uow: UnitOfWork, actor: Actor) -> dict[str, Known]:
    """Return whom to choose from: those who came first, when there are very many."""
    if not actor.may(Permission.USERS_READ):
        return {}
    page = auth.list_members(uow, actor, MemberQuery(), CHOICES)
    return {
        str(member.id): _known(member)
        for member in page.items
        if member.state is not MemberState.INVITED
    }


def _keys(uow: UnitOfWork, actor: Actor) -> dict[str, Known]:
    if not actor.may(Permission.KEYS_READ):
        return {}
    page = auth.list_api_keys(uow, actor, CHOICES)
    return {str(key.id): Known(f"API key {key.name}", routes.API_KEYS) for key in page.items}


def _others(
    uow: UnitOfWork,
    actor: Actor,
    entries: tuple[AuditEntryView, ...],
    people: Mapping[str, Known],
) -> dict[str, Known]:
    """Find the members that entries tell of and that are not among the choices."""
    if not actor.may(Permission.USERS_READ):
        return {}
    told = {entry.subject.removeprefix("user:") for entry in entries}
    found: dict[str, Known] = {}
    for name in told - people.keys():
        user_id = uuid_or_none(name)
        if user_id is None:
            continue
        try:
            found[name] = _known(auth.get_member(uow, actor, user_id))
        except NoMember:
            continue
    return found


def _known(member: MemberView) -> Known:
    return Known(member.name, routes.with_query(routes.USERS, q=member.email))


def _verified(uow: UnitOfWork, actor: Actor) -> Verdict:
    return rows.verdict(auth.verify_audit(uow, actor), _clock(uow, actor))


def _exported(uow: UnitOfWork, actor: Actor, filters: AuditFilters) -> str:
    entries = auth.export_audit(uow, actor, filters.query(_clock(uow, actor)))
    return csv_text(rows.COLUMNS, rows.cells(entries))

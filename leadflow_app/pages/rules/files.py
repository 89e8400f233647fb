"""Rules as a file, in the page's state: taken along, checked, and brought in."""

from dataclasses import dataclass, field
from typing import Any, Final

import reflex as rx

from backend import rules
from backend.auth import Actor
from backend.rules import ImportReport
from leadflow_app import display, runtime
from leadflow_app.session import signed_in

FILE: Final = "leadflow-rules.yaml"
LONGEST: Final = 1_000_001


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What is wrong in a file, and in which line."""

    line: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What an import would do."""

    is_there: bool = False
    is_good: bool = False
    is_empty: bool = False
    verdict: str = ""
    created: list[str] = field(default_factory=list)
    faults: list[FaultRow] = field(default_factory=list)


def report_row(report: ImportReport) -> ReportRow:
    """Put a report into words."""
    return ReportRow(
        is_there=True,
        is_good=not report.faults,
        is_empty=not report.created,
        verdict=_verdict(report),
        created=list(report.created),
        faults=[
            FaultRow(
                f"Line {one.line}", f"{display.plain(one.message)} {display.plain(one.fix)}".strip()
            )
            for one in report.faults
        ],
    )


def _verdict(report: ImportReport) -> str:
    if report.faults:
        many = display.plural(len(report.faults), "fault")
        return f"{many}. Nothing is imported until all is mended."
    same = (
        f" {display.plural(len(report.unchanged), 'rule')} stay as they are."
        if (report.unchanged)
        else ""
    )
    if not report.created:
        return f"Nothing is new.{same}"
    return f"{display.plural(len(report.created), 'rule')} would be added, paused.{same}"


class Files(rx.State, mixin=True):
    """A page whose rules can be taken along and brought in."""

    is_importing: bool = False
    report: ReportRow = ReportRow()

    _text: str = ""

    @rx.event
    @signed_in
    async def export(self, actor: Actor) -> Any:  # noqa: ANN401
        """Give the rules as a file."""
        text = await runtime.run(actor, rules.export_rules)
        return rx.download(data=text.encode(), filename=FILE, mime_type="application/yaml")

    @rx.event
    @signed_in
    async def set_importing(self, _actor: Actor, is_open: bool) -> None:
        """Open or close the form that brings rules in."""
        self.is_importing, self.report, self._text = is_open, ReportRow(), ""

    @rx.event
    @signed_in
    async def check(self, actor: Actor, form: dict[str, Any]) -> None:
        """Say what a file would do, line by line, and keep nothing of it."""
        self._text = str(form.get("text", ""))[:LONGEST]
        found = await runtime.run(actor, rules.import_rules, self._text, is_dry=True)
        self.report = report_row(found)

    @rx.event
    @signed_in
    async def bring_in(self, actor: Actor) -> Any:  # noqa: ANN401
        """Add the rules of the file that was checked, each paused."""
        found = await runtime.run(actor, rules.import_rules, self._text, is_dry=False)
        self.report = report_row(found)
        if found.faults:
            return None
        self.is_importing, self._text = False, ""
        await self._reload(actor)
        return rx.toast.success(f"{display.plural(len(found.created), 'rule')} added, paused")

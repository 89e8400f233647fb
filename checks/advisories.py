"""Whether an advisory stands against a version of `requirements.lock`; `make check` asks it.

pip-audit asks PyPI, then OSV. A mirror that knows no advisories answers "not found" for every
package, which pip-audit counts as nothing found: what it did not look up is not counted here.
When nobody can be asked, that is said aloud, and only the floors of `advisories.toml` are held;
with `LEADFLOW_AUDIT_STRICT=1` it is a failure.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
LISTED = Path(__file__).with_name("advisories.toml")
STRICT = "LEADFLOW_AUDIT_STRICT"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
SERVICES = ("pypi", "osv")
CONNECT_SECONDS = "5"
SERVICE_SECONDS = 30


@dataclass(frozen=True)
class Floor:
    """The oldest version of a package that is good enough, and why."""

    package: str
    version: str
    advisories: Sequence[str]
    about: str


@dataclass(frozen=True)
class Allowed:
    """A finding that is explained."""

    id: str
    package: str
    since: dt.date
    reason: str


@dataclass(frozen=True)
class Finding:
    """An advisory against a version that we use; `names` are all that it goes by."""

    package: str
    version: str
    names: frozenset[str]
    fixed_in: str

    def __str__(self) -> str:
        """Write one line."""
        names = ", ".join(sorted(self.names))
        return f"{self.package} {self.version}: {names}; fixed in {self.fixed_in or 'no version'}"


@dataclass(frozen=True)
class Report:
    """What a service knows: its findings, and the packages that it does not know."""

    service: str
    findings: Sequence[Finding]
    unknown: Sequence[str]


def pinned(lock: str) -> dict[str, str]:
    """Return the versions of a lock by package."""
    return {name.lower(): version for name, version in PIN.findall(lock)}


def listed(text: str) -> tuple[list[Floor], list[Allowed]]:
    """Read the floors and the explained findings; a part that is missing raises."""
    read = tomllib.loads(text)
    floors = [Floor(**entry) for entry in read.get("floor", [])]
    return floors, [Allowed(**entry) for entry in read.get("allowed", [])]


def below(pins: Mapping[str, str], floors: Iterable[Floor]) -> Iterator[str]:
    """Say which packages stand below their floor."""
    for floor in floors:
        version = pins.get(floor.package)
        if version is not None and Version(version) < Version(floor.version):
            names = ", ".join(floor.advisories) or floor.about
            yield f"{floor.package} {version} is older than {floor.version} ({names})"


def unexplained(findings: Iterable[Finding], allowed: Iterable[Allowed]) -> list[Finding]:
    """Return the findings that nobody explained."""
    explained = {(entry.package, entry.id) for entry in allowed}
    return [
        finding
        for finding in findings
        if not any((finding.package, name) in explained for name in finding.names)
    ]


def report_of(service: str, answer: str) -> Report | None:
    """Read what pip-audit wrote; `None` when the service knew no package at all."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return None
    known = [entry for entry in dependencies if "skip_reason" not in entry]
    if not known:
        return None
    findings = [
        Finding(
            package=entry["name"].lower(),
            version=entry["version"],
            names=frozenset({found["id"], *found.get("aliases", ())}),
            fixed_in=", ".join(found.get("fix_versions", ())),
        )
        for entry in known
        for found in entry["vulns"]
    ]
    unknown = [entry["name"] for entry in dependencies if "skip_reason" in entry]
    return Report(service, findings, unknown)


def ask() -> Report | None:
    """Return what the first service says that can be asked."""
    for service in SERVICES:
        report = report_of(service, _pip_audit(service))
        if report is not None:
            return report
    return None


def _pip_audit(service: str) -> str:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes"]
    options = ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    asking = ["--vulnerability-service", service, "--timeout", CONNECT_SECONDS]
    try:
        ended = subprocess.run(
            [*command, *options, *asking],
            capture_output=True,
            text=True,
            check=False,
            timeout=SERVICE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return ""
    return ended.stdout


def faults(report: Report | None, pins: Mapping[str, str], listing: str) -> list[str]:
    """Return what has to change, one line each."""
    floors, allowed = listed(listing)
    found = unexplained(report.findings, allowed) if report else []
    return [*below(pins, floors), *map(str, found)]


def silence(report: Report | None) -> str:
    """Say what nobody was asked about; nothing when everything was."""
    if report is None:
        asked = " and ".join(SERVICES)
        return f"NOT AUDITED: no advisory service answers ({asked}); only known floors are held"
    if report.unknown:
        return f"NOT AUDITED: {report.service} does not know {', '.join(report.unknown)}"
    return ""


def main() -> int:
    """Ask, say what was found and what was not asked, and return the exit code."""
    report = ask()
    found = faults(report, pinned(LOCK.read_text()), LISTED.read_text())
    for line in found:
        print(line, file=sys.stderr)
    if unasked := silence(report):
        print(unasked, file=sys.stderr)
    elif not found:
        print(f"no unexplained advisory against requirements.lock ({report.service})")
    is_strict = os.environ.get(STRICT, "") not in {"", "0"}
    return 1 if found or (unasked and is_strict) else 0


if __name__ == "__main__":
    sys.exit(main())

"""What we use has no known fault: the floors hold, and silence is not taken for good news."""

import json

import pytest

from checks import advisories
from checks.advisories import LISTED, LOCK, Allowed, Finding, Report

STARLETTE = Finding("starlette", "1.0.0", frozenset({"PYSEC-1", "CVE-1"}), "1.3.1")
ALLOWED = """
[[allowed]]
id = "CVE-1"
package = "starlette"
since = 2026-01-31
reason = "we never call it"
"""


def answered(*dependencies):
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


def known(name, *found):
    return {"name": name, "version": "1.0.0", "vulns": list(found)}


def test_the_lock_stands_on_every_floor():
    pins = advisories.pinned(LOCK.read_text())
    floors, _ = advisories.listed(LISTED.read_text())
    assert {"starlette", "python-multipart", "granian"} <= set(pins) & {f.package for f in floors}
    assert list(advisories.below(pins, floors)) == []


def test_every_floor_is_of_something_that_we_use():
    pins = advisories.pinned(LOCK.read_text())
    floors, _ = advisories.listed(LISTED.read_text())
    assert [floor.package for floor in floors if floor.package not in pins] == []


@pytest.mark.parametrize("version", ["1.3.0", "0.49.1", "1.3.1rc1"])
def test_a_version_below_its_floor_is_found(version):
    lock = f"starlette=={version} \\\n    --hash=sha256:0\n"
    found = advisories.faults(None, advisories.pinned(lock), LISTED.read_text())
    assert len(found) == 1
    assert found[0].startswith(f"starlette {version} is older than 1.3.1 (CVE-")


def test_a_package_with_extras_is_read():
    assert advisories.pinned("psycopg[binary,pool]==3.3.9 \\\n") == {"psycopg": "3.3.9"}


def test_a_finding_is_a_fault_unless_it_is_explained():
    report = Report("pypi", [STARLETTE], [])
    assert advisories.faults(report, {}, "") == ["starlette 1.0.0: CVE-1, PYSEC-1; fixed in 1.3.1"]
    assert advisories.faults(report, {}, ALLOWED) == []
    assert advisories.faults(report, {}, ALLOWED.replace("CVE-1", "CVE-2")) != []
    assert advisories.faults(report, {}, ALLOWED.replace("starlette", "granian")) != []


def test_an_explanation_needs_a_reason_and_a_date():
    for line in ("reason", "since", "id", "package"):
        text = "\n".join(part for part in ALLOWED.splitlines() if not part.startswith(line))
        with pytest.raises(TypeError):
            advisories.listed(text)
    (allowed,) = advisories.listed(ALLOWED)[1]
    assert isinstance(allowed, Allowed)


def test_what_a_service_found_is_read():
    found = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.3.1"]}
    report = advisories.report_of("pypi", answered(known("starlette", found), known("granian")))
    assert report == Report("pypi", [STARLETTE], [])
    assert advisories.silence(report) == ""


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "connection refused",
        "{}",
        answered(),
        answered({"name": "starlette", "skip_reason": "not found on PyPI"}),
    ],
)
def test_a_service_that_knows_nothing_was_not_asked(answer):
    report = advisories.report_of("pypi", answer)
    assert report is None
    assert advisories.silence(report).startswith("NOT AUDITED")


def test_what_a_service_does_not_know_is_named():
    skipped = {"name": "private", "skip_reason": "not found on PyPI"}
    report = advisories.report_of("pypi", answered(known("starlette"), skipped))
    assert advisories.silence(report) == "NOT AUDITED: pypi does not know private"

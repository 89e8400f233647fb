"""Words that we do without: rooms for anything, promises for later, tests that do not run."""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.architecture._source import (
    ROOT,
    Finding,
    Source,
    expect_none,
    our_files,
    sources,
    used_names,
)

CODE = ("backend", "leadflow_app", "tests", "benchmarks", "alembic")
WORDS = (".css", ".js", ".toml", "Makefile", ".sh")
ROOMS_FOR_ANYTHING = frozenset({"common", "helpers", "misc", "shared", "util", "utils"})
PROMISES = re.compile(r"\b(TODO|FIXME|HACK|XXX)\b|pragma: no cover|type: ignore(?!\[)")
NOT_DONE = frozenset({"NotImplemented", "NotImplementedError"})
NOT_RUN = (
    "pytest.importorskip",
    "pytest.mark.skip",
    "pytest.mark.skipif",
    "pytest.mark.xfail",
    "pytest.skip",
    "pytest.xfail",
    "unittest.skip",
)


def rooms_for_anything(path: str) -> Iterator[Finding]:
    *folders, file = path.split("/")
    for part in [*folders, file.partition(".")[0]]:
        if part.strip("_") in ROOMS_FOR_ANYTHING:
            yield Finding(path, 1, f"{part} says nothing of what is in it")


def promises(source: Source) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and PROMISES.search(token.string):
            yield Finding(source.path, token.start[0], token.string)
        if token.type == tokenize.NAME and token.string in NOT_DONE:
            yield Finding(source.path, token.start[0], f"{token.string}: not done")


def not_run(source: Source) -> Iterator[Finding]:
    for name, node in used_names(source):
        if name in NOT_RUN:
            yield source.finding(node, f"{name}: does not run")


def test_files_are_named_after_what_is_in_them():
    ours = [path for path in our_files() if path.startswith(CODE)]
    expect_none(finding for path in ours for finding in rooms_for_anything(path))


@pytest.mark.parametrize("check", [promises, not_run])
def test_everything_is_done_and_runs(check):
    expect_none(finding for source in sources(*CODE) for finding in check(source))


def test_other_files_promise_nothing_either():
    expect_none(
        Finding(path, 1, "promises something for later")
        for path in our_files()
        if path.endswith(WORDS) and PROMISES.search((ROOT / path).read_text())
    )


@pytest.mark.parametrize(
    "path", ["backend/leads/utils.py", "backend/common/money.py", "tests/_helpers.py"]
)
def test_a_room_for_anything_is_found(path):
    assert list(rooms_for_anything(path))
    assert not list(rooms_for_anything("backend/kit/phone.py"))


@pytest.mark.parametrize(
    "text",
    [
        "x = 1  # TODO later",
        "# FIXME",
        "x = 1  # pragma: no cover",
        "x = 1  # type: ignore",
        "def f():\n    raise NotImplementedError",
    ],
)
def test_a_promise_is_found(text):
    assert list(promises(Source("backend/leads/service.py", text)))
    assert not list(promises(Source("backend/leads/service.py", f"said = {text!r}")))


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n@pytest.mark.skip\ndef test_a(): ...",
        "import pytest\n@pytest.mark.xfail(reason='')\ndef test_a(): ...",
        "from pytest import mark\n@mark.skipif(True)\ndef test_a(): ...",
        "import pytest\ndef test_a():\n    pytest.skip()",
    ],
)
def test_a_test_that_does_not_run_is_found(text):
    assert list(not_run(Source("tests/leads/test_policy.py", text)))

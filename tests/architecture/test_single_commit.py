"""One use case, one transaction, one commit: and one line that says commit."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture._source import PRODUCT, Finding, Source, expect_none, sources

HOME = "backend/platform/unit_of_work.py"


def commits(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield source.finding(node, "commits")


def test_only_the_unit_of_work_commits():
    strangers = [source for source in sources(*PRODUCT) if source.path != HOME]
    expect_none(finding for source in strangers for finding in commits(source))


def test_the_unit_of_work_commits_once():
    home = next(source for source in sources("backend/platform") if source.path == HOME)
    assert len(list(commits(home))) == 1


@pytest.mark.parametrize("text", ["uow.session.commit()", "done = session.commit"])
def test_a_second_commit_is_found(text):
    assert list(commits(Source("backend/leads/service.py", text)))

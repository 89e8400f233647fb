"""What the documents say of permissions is what the code grants."""

import re

import pytest

from backend.auth.policy import GRANTS, Permission, Role
from tests.architecture._source import ROOT

ROW = re.compile(r"^\| `([a-z]+:[a-z]+)` \|(.*)\|$", re.MULTILINE)
HEAD = re.compile(r"^\| permission \|(.*)\|$", re.MULTILINE)
MARKS = {"yes": True, "": False}


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def matrix(text: str) -> dict[str, dict[str, bool]]:
    """Read which roles are marked for each permission; raises `KeyError` for an odd mark."""
    _, *roles = cells(HEAD.findall(text)[0])
    return {
        permission: {role: MARKS[mark] for role, mark in zip(roles, cells(row)[1:], strict=True)}
        for permission, row in ROW.findall(text)
    }


def granted() -> dict[str, dict[str, bool]]:
    return {
        permission.value: {role.value: permission in GRANTS[role] for role in Role}
        for permission in Permission
    }


@pytest.fixture
def text():
    return (ROOT / "docs/permissions.md").read_text(encoding="utf-8")


def test_the_documented_matrix_is_the_real_one(text):
    assert matrix(text) == granted()


def test_every_permission_is_documented_once_in_order_and_in_words(text):
    rows = ROW.findall(text)
    assert [permission for permission, _ in rows] == [item.value for item in Permission]
    assert all(len(cells(row)[0].split()) > 1 for _, row in rows)


def test_a_wrong_mark_is_found(text):
    line = next(line for line in text.splitlines() if "`audit:read`" in line)
    assert matrix(text.replace(line, line.replace("| | | |", "| yes | | |"))) != granted()
    with pytest.raises(KeyError):
        matrix(text.replace(line, line.replace("| yes |", "| maybe |")))

"""The door of a slice says everything that others may use, in order, and nothing else."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture._source import ROOT, Finding, Source, expect_none, slices


def ill_hung(source: Source) -> Iterator[Finding]:
    """Find what is wrong with the `__all__` of a package."""
    said = _said(source)
    if said is None:
        yield source.finding(source.tree, "has no __all__")
        return
    if said != sorted(said, key=_order):
        yield source.finding(source.tree, f"__all__ is not sorted: {sorted(said, key=_order)}")
    bound = set(_bound(source))
    for name in sorted(bound - set(said)):
        yield source.finding(source.tree, f"{name} is missing in __all__")
    for name in sorted(set(said) - bound):
        yield source.finding(source.tree, f"{name} in __all__ does not exist")


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return kind, name


def _said(source: Source) -> list[str] | None:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and _targets(node) == ["__all__"]:
            return list(ast.literal_eval(node.value))
    return None


def _bound(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        names: list[str] = []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names = _targets(node)
        yield from (name for name in names if not name.startswith("_"))


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("name", sorted(slices()))
def test_the_door_of_a_slice_is_complete_and_sorted(name):
    path = f"backend/{name}/__init__.py"
    expect_none(ill_hung(Source(path, (ROOT / path).read_text())))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("from .service import qualify", "has no __all__"),
        ('__all__ = ["b", "a"]\nfrom .service import a, b', "not sorted"),
        ('__all__ = ["a"]\nfrom .service import a, b', "b is missing"),
        ('__all__ = ["a", "b"]\nfrom .service import a', "b in __all__ does not exist"),
        ('__all__ = ["a"]\nfrom .service import a\ndef b(): ...', "b is missing"),
        ('__all__ = ["a"]\nfrom .service import *', "is missing"),
    ],
)
def test_an_ill_hung_door_is_found(text, complaint):
    findings = list(ill_hung(Source("backend/leads/__init__.py", text)))
    assert complaint in str(findings[0])


def test_constants_come_first_then_classes():
    text = '__all__ = ["LIMIT", "Lead", "qualify"]\nfrom .service import LIMIT, Lead, qualify'
    assert not list(ill_hung(Source("backend/leads/__init__.py", text)))

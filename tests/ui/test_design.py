"""Colours, lengths and type live in `design/`; everything else names them."""

import ast
import re
from pathlib import Path

import pytest

import leadflow_app
from leadflow_app.design import sheet, tokens

ROOT = Path(leadflow_app.__file__).parent
LITERAL = re.compile(r"\b\d+(px|rem|em)\b|#[0-9a-fA-F]{3,8}\b|\b(rgb|hsl|oklch)a?\(")
OUTSIDE = sorted(path for path in ROOT.rglob("*.py") if "design" not in path.parts)


def literals(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (match[0] for match in LITERAL.finditer(node.value))


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_value_of_the_look_stands_outside_the_design(path):
    assert list(literals(path.read_text())) == []


@pytest.mark.parametrize("value", ["12px", "#fff", "rgb(0, 0, 0)", "1.5rem"])
def test_a_value_would_be_found(value):
    assert list(literals(f"style = {{'x': {value!r}}}")) == [LITERAL.search(value)[0]]


def test_every_rule_of_the_sheet_is_kept():
    rules = sheet()
    assert {".rail", ".tiles", ".table", ".inbox", ".phone", ".sign-in"} <= set(rules)


def test_every_stage_has_a_colour():
    assert set(tokens.STAGE_COLOURS) == {"new", "qualified", "nurtured", "converted", "lost"}

"""Nothing of ours is long, wide, deep or tangled; there is no list of exceptions."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.architecture._source import ROOT, Finding, Function, Source, expect_none, sources

CODE = ("backend", "leadflow_app", "tests", "benchmarks")
PRODUCT = ("backend", "leadflow_app")
FUNCTION_LINES = 50
SCREEN_FUNCTION_LINES = 40
FILE_LINES = 400
STATE_LINES = 150
PARAMETERS = 5
NESTING = 3
COMPLEXITY = 8

Block = ast.If | ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.Try | ast.Match
Inner = Function | ast.ClassDef


def long_files(source: Source) -> Iterator[Finding]:
    lines = len(source.text.splitlines())
    if lines > FILE_LINES:
        yield source.finding(source.tree, f"file has {lines} lines, at most {FILE_LINES}")


def long_functions(source: Source) -> Iterator[Finding]:
    is_screen = source.path.startswith("leadflow_app/")
    limit = SCREEN_FUNCTION_LINES if is_screen else FUNCTION_LINES
    for node in source.functions():
        lines = _lines(node)
        if lines > limit:
            yield source.finding(node, f"{node.name} has {lines} lines, at most {limit}")


def long_states(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and _lines(node) > STATE_LINES:
            message = f"class {node.name} has {_lines(node)} lines, at most {STATE_LINES}"
            yield source.finding(node, message)


def wide_functions(source: Source) -> Iterator[Finding]:
    for node in source.functions():
        given = node.args
        named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        named = [*named, *filter(None, (given.vararg, given.kwarg))]
        count = len([one for one in named if one.arg not in {"self", "cls"}])
        if count > PARAMETERS:
            yield source.finding(
                node, f"{node.name} takes {count} parameters, at most {PARAMETERS}"
            )


def deep_functions(source: Source) -> Iterator[Finding]:
    for node in source.functions():
        depth = max(_depth(statement) for statement in node.body)
        if depth > NESTING:
            yield source.finding(node, f"{node.name} nests {depth} deep, at most {NESTING}")


def tangled_functions(*paths: str, text: str | None = None) -> list[str]:
    """Ask ruff, with every `noqa` ignored."""
    command = [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--ignore-noqa", "--no-cache"),
        *("--select", "C901", "--config", f"lint.mccabe.max-complexity={COMPLEXITY}"),
        *("--output-format", "concise", "--quiet"),
        *(paths or ("-",)),
    ]
    answer = subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    assert not answer.stderr, answer.stderr
    return [line for line in answer.stdout.splitlines() if "C901" in line]


def _lines(node: Inner) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _depth(statement: ast.AST) -> int:
    if isinstance(statement, Inner) or not isinstance(statement, Block):
        return 0
    inside = 1 + max(_depth(child) for child in _children(statement))
    return max(inside, *(_depth(following) for following in _elifs(statement)), 0)


def _children(block: ast.AST) -> Iterator[ast.AST]:
    elifs = _elifs(block)
    for child in ast.iter_child_nodes(block):
        if isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body
        elif child not in elifs:
            yield child


def _elifs(block: ast.AST) -> list[ast.AST]:
    """Return the `elif` of an `if`, which reads as a sibling although it is a child."""
    following = getattr(block, "orelse", [])
    is_elif = (
        isinstance(block, ast.If)
        and len(following) == 1
        and isinstance(following[0], ast.If)
        and following[0].col_offset == block.col_offset
    )
    return following if is_elif else []


@pytest.mark.parametrize("check", [long_files, long_functions, deep_functions])
def test_code_is_small(check):
    expect_none(finding for source in sources(*CODE) for finding in check(source))


def test_functions_take_few_parameters():
    expect_none(finding for source in sources(*PRODUCT) for finding in wide_functions(source))


def test_screens_have_small_classes():
    expect_none(finding for source in sources("leadflow_app") for finding in long_states(source))


def test_functions_are_not_tangled():
    roots = [root for root in CODE if (ROOT / root).is_dir()]
    assert not tangled_functions(*roots)


def planted(body: str, path: str = "backend/leads/service.py") -> Source:
    return Source(path, body)


def test_a_long_function_is_found():
    body = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert [str(one) for one in long_functions(planted(body))] == [
        "backend/leads/service.py:1: f has 51 lines, at most 50"
    ]
    assert not list(long_functions(planted(body.replace("    x = 1\n", "", 1))))


def test_a_function_of_a_screen_may_be_less_long():
    body = "def f():\n" + "    x = 1\n" * SCREEN_FUNCTION_LINES
    assert list(long_functions(planted(body, "leadflow_app/shell.py")))


def test_a_long_file_is_found():
    assert list(long_files(planted("x = 1\n" * (FILE_LINES + 1))))
    assert not list(long_files(planted("x = 1\n" * FILE_LINES)))


def test_a_long_state_is_found():
    assert list(long_states(planted("class Page(State):\n" + "    x: int = 1\n" * STATE_LINES)))


@pytest.mark.parametrize(
    ("signature", "is_wide"),
    [
        ("a, b, c, d, e", False),
        ("self, a, b, c, d, e", False),
        ("a, b, c, *, d, e, f", True),
        ("a, b, c, d, *e, **f", True),
    ],
)
def test_every_parameter_but_self_counts(signature, is_wide):
    assert bool(list(wide_functions(planted(f"def f({signature}): ...")))) is is_wide


DEEP = """
def f():
    with a:
        for b in c:
            if d:
                while e:
                    pass
"""
ELIFS = """
def f():
    for a in b:
        try:
            pass
        except E:
            if c:
                pass
            elif d:
                pass
            elif e:
                pass
            else:
                pass
"""


def test_deep_nesting_is_found_and_elif_is_not_deep():
    assert list(deep_functions(planted(DEEP)))
    assert not list(deep_functions(planted(ELIFS)))


def test_a_tangled_function_is_found_even_when_excused():
    branches = "".join(f"    if a == {number}:\n        return\n" for number in range(COMPLEXITY))
    assert tangled_functions(text=f"def f(a):  # noqa: C901\n{branches}")
    assert not tangled_functions(text="def f(a):\n    return a\n")

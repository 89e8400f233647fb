"""What the documents say of the code is so: folders, files, names, links and decisions exist."""

import ast
import re
from collections.abc import Iterator

import pytest

from backend.platform.settings import SETTINGS, variable_name
from tests.architecture._source import LIBRARIES, ROOT, Finding, expect_none, our_files, sources

SECTIONS = ("Context", "Decision", "Consequences", "Enforced by")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
OUR_PATH = re.compile(r"(backend|leadflow_app|alembic|tests|docs|benchmarks|\.ci)/[\w./-]*")
OUR_NAME = re.compile(r"(backend|leadflow_app)(\.\w+)+")
TREE = re.compile(r"^```text\nbackend/\n(.*?)^```", re.MULTILINE | re.DOTALL)
TREE_ENTRY = re.compile(r"^  (\w+)/", re.MULTILINE)


def documents() -> list[tuple[str, str]]:
    ours = [path for path in our_files() if path.endswith(".md")]
    return [(path, (ROOT / path).read_text()) for path in ours]


def dead_links(path: str, text: str) -> Iterator[Finding]:
    for target in LINK.findall(FENCE.sub("", text)):
        file, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        pointed = (ROOT / path).parent / file
        if not pointed.exists():
            yield Finding(path, 1, f"link to {target}: no such file")
        elif anchor and anchor not in _anchors(pointed.read_text() if file else text):
            yield Finding(path, 1, f"link to {target}: no such heading")


def _anchors(text: str) -> set[str]:
    plain = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


def absent_files(path: str, text: str) -> Iterator[Finding]:
    """Find code spans that look like a path of ours and lead nowhere."""
    for span in CODE_SPAN.findall(text):
        if OUR_PATH.fullmatch(span) and not (ROOT / span).exists():
            yield Finding(path, 1, f"names {span}, which does not exist")


def absent_names(path: str, text: str) -> Iterator[Finding]:
    """Find code spans that look like a name of ours (`backend.kit.ids.new_id`) and are none."""
    known = our_names()
    for span in CODE_SPAN.findall(text):
        if OUR_NAME.fullmatch(span) and span not in known:
            yield Finding(path, 1, f"names {span}, which does not exist")


def our_names() -> set[str]:
    """Every module of the product and what is defined or imported at its top."""
    names: set[str] = set()
    for source in sources("backend", "leadflow_app"):
        names.add(source.module)
        for node in ast.walk(source.tree):
            names |= {f"{source.module}.{name}" for name in _named(node)}
    return names


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def incomplete_decision(path: str, text: str) -> Iterator[Finding]:
    found = [heading for heading in HEADING.findall(text) if heading in SECTIONS]
    if found != list(SECTIONS):
        yield Finding(path, 1, f"has the sections {found}, not {list(SECTIONS)}")


def drawn_folders(text: str) -> list[str]:
    return [name for tree in TREE.findall(text) for name in TREE_ENTRY.findall(tree)]


def tree_differences(drawn: set[str], real: set[str]) -> list[str]:
    return [
        *(f"{name} is drawn but does not exist" for name in sorted(drawn - real)),
        *(f"{name} exists but is not drawn" for name in sorted(real - drawn)),
    ]


@pytest.mark.parametrize("check", [dead_links, absent_files, absent_names])
def test_documents_name_what_exists(check):
    expect_none(finding for path, text in documents() for finding in check(path, text))


def test_the_drawn_tree_is_the_real_one():
    drawn = drawn_folders((ROOT / "docs/architecture.md").read_text())
    real = {door.parent.name for door in (ROOT / "backend").glob("*/__init__.py")}
    assert len(drawn) == len(set(drawn))
    assert tree_differences(set(drawn), real) == []
    assert real > LIBRARIES


def test_every_decision_has_its_sections():
    decisions = [(path, text) for path, text in documents() if re.search(r"/\d{4}-", path)]
    assert decisions
    expect_none(finding for path, text in decisions for finding in incomplete_decision(path, text))


def test_decisions_are_numbered_without_a_gap_and_listed():
    paths = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [path[:4] for path in paths] == [f"{number:04}" for number in range(1, len(paths) + 1)]
    listed = LINK.findall((ROOT / "docs/decisions/README.md").read_text())
    assert [target for target in listed if target in paths] == paths


def test_the_readme_lists_every_setting():
    readme = (ROOT / "README.md").read_text()
    drawn = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE))
    real = {variable_name(cls, field) for cls in SETTINGS for field in cls.model_fields}
    assert tree_differences(drawn, real) == []


def test_the_inventory_lists_every_library_module():
    text = (ROOT / "docs/inventory.md").read_text()
    modules = {source.module for source in sources("backend/kit", "backend/platform")}
    hidden = {module for module in modules if not re.search(rf"`{re.escape(module)}[.`]", text)}
    assert hidden <= {"backend.kit", "backend.platform"}


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (dead_links, "see [there](nowhere.md)"),
        (dead_links, "see [there](#no-such-heading)"),
        (absent_files, "see `backend/nowhere.py`"),
        (absent_names, "call `backend.kit.ids.nothing`"),
        (incomplete_decision, "# A\n## Context\n## Decision\n## Consequences\n"),
        (incomplete_decision, "## Decision\n## Context\n## Consequences\n## Enforced by\n"),
    ],
)
def test_a_false_word_is_found(check, text):
    assert list(check("docs/page.md", text))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (dead_links, "# Some heading\n[a](#some-heading) [b](../pyproject.toml)"),
        (absent_files, "see `backend/kit/ids.py` and `backend/kit/`"),
        (absent_names, "call `backend.kit.ids.new_id`"),
        (incomplete_decision, "# A\n## Context\n## Decision\n## Consequences\n## Enforced by\n"),
    ],
)
def test_a_true_word_is_not(check, text):
    assert not list(check("docs/page.md", text))


def test_a_wrong_tree_is_found():
    assert drawn_folders("```text\nbackend/\n  leads/  a\n  old/  b\n```\n") == ["leads", "old"]
    assert tree_differences({"leads", "old"}, {"leads", "new"}) == [
        "old is drawn but does not exist",
        "new exists but is not drawn",
    ]

"""What the architecture tests read: our own files, parsed, and what they say of them."""

import ast
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("backend", "leadflow_app")
LIBRARIES = frozenset({"kit", "platform"})
DRIVERS = frozenset({"acceptor", "api", "tasks", "web", "webhooks"})
ADAPTERS = "adapters"
NOT_MODULES = frozenset({"__init__", "__pycache__"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Finding:
    """One line of our own that breaks a rule."""

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A Python file by its path from the root of the repository."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        is_package = self.path.endswith("/__init__.py")
        return self.module if is_package else self.module.rpartition(".")[0]

    def finding(self, node: ast.AST, message: str) -> Finding:
        return Finding(self.path, getattr(node, "lineno", 1), message)

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def sources(*roots: str) -> tuple[Source, ...]:
    """Read every Python file below the given directories of the repository."""
    paths = sorted(path for root in roots for path in (ROOT / root).rglob("*.py"))
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
    )


@cache
def our_files() -> tuple[str, ...]:
    """Name every file that is in git, or would be after `git add --all`."""
    command = ("git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z")
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return tuple(name for name in names if (ROOT / name).is_file())


@cache
def slices() -> Mapping[str, frozenset[str]]:
    """Name the slices, and behind each door the modules that are its own."""
    doors = (ROOT / "backend").glob("*/__init__.py")
    return {
        door.parent.name: frozenset(
            path.stem
            for path in door.parent.iterdir()
            if path.stem not in {"__init__", "__pycache__"}
        )
        for door in doors
        if door.parent.name not in LIBRARIES
    }


@dataclass(frozen=True)
class Import:
    """One imported thing under its full name, and the name it has here."""

    target: str
    name: str
    node: ast.AST


def imports(source: Source) -> Iterator[Import]:
    """List every import of a file, wherever in the file it stands."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield Import(alias.name, name, node)
        elif isinstance(node, ast.ImportFrom):
            base = _imported_from(source, node)
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", alias.asname or alias.name, node)


def _imported_from(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = source.package.split(".")
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *filter(None, [node.module])])


def used_names(source: Source) -> Iterator[tuple[str, ast.AST]]:
    """List what a file uses of its imports, under full names: `datetime.datetime.now`."""
    names = {
        entry.name: entry.target if isinstance(entry.node, ast.ImportFrom) else entry.name
        for entry in imports(source)
    } | {
        entry.name: entry.target
        for entry in imports(source)
        if isinstance(entry.node, ast.Import) and entry.name != entry.target.partition(".")[0]
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            root, *rest = _chain(node)
            if root in names:
                yield ".".join([names[root], *rest]), node


def _chain(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_chain(node.value), node.attr]
    return [""]


def asks(source: Source, forbidden: tuple[str, ...]) -> Iterator[Finding]:
    """Find every use of something forbidden, under whatever name it was imported."""
    reached = {(entry.target, entry.node) for entry in imports(source)} | set(used_names(source))
    for target, node in reached:
        if is_below(target, forbidden):
            yield source.finding(node, f"asks for {target}")


def is_below(name: str, roots: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the roots or inside one of them."""
    return any(f"{name}.".startswith(f"{root}.") for root in roots)


def is_driver(module: str) -> bool:
    """Whether a module of a slice meets the world; a slice with many says of what: `keys_api`."""
    return module.rpartition("_")[2] in DRIVERS


def inside_slices() -> list[Source]:
    """Return what is in a slice, but for its drivers and adapters, which meet the world."""
    found = []
    for source in sources("backend"):
        _, name, module, *_ = [*source.module.split("."), "", ""]
        if name in slices() and module != ADAPTERS and not is_driver(module):
            found.append(source)
    return found


def expect_none(findings: Iterable[Finding]) -> None:
    """Fail with one line for each finding."""
    found = sorted({str(finding) for finding in findings})
    assert not found, "\n" + "\n".join(found)

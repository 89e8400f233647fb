"""Everything that speaks SQL and everything that an actor can ask for, found by looking."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import FunctionType, ModuleType

import backend

SQL_MODULES = frozenset({"repository", "queries", "folding"})
PLUMBING = frozenset({"kit", "platform"})


def modules_of_sql() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(backend.__path__, "backend."):
        slice_name, _, last = found.name.removeprefix("backend.").rpartition(".")
        speaks_sql = last in SQL_MODULES or last.endswith("_repository")
        if speaks_sql and slice_name not in PLUMBING:
            yield importlib.import_module(found.name)


def repository_functions() -> dict[str, tuple[type | None, FunctionType]]:
    """Return (class or None, function) of everything that speaks SQL, by its name."""
    found = {}
    for module in modules_of_sql():
        for name, thing in vars(module).items():
            is_ours = getattr(thing, "__module__", "") == module.__name__
            if name.startswith("_") or not is_ours or not takes_uow(thing):
                continue
            found |= {f"{module.__name__}.{said}": one for said, one in parts_of(name, thing)}
    return found


def takes_uow(thing: object) -> bool:
    return callable(thing) and "uow" in inspect.signature(thing).parameters


def parts_of(name: str, thing: object) -> Iterator[tuple[str, tuple[type | None, FunctionType]]]:
    if inspect.isfunction(thing):
        yield name, (None, thing)
        return
    for method, function in vars(thing).items():
        if inspect.isfunction(function) and not method.startswith("_"):
            yield f"{name}.{method}", (thing, function)


def use_cases() -> dict[str, FunctionType]:
    """Return every use case that an actor can ask for, by its name."""
    doors = [
        importlib.import_module(found.name)
        for found in pkgutil.iter_modules(backend.__path__, "backend.")
    ]
    return {
        f"{door.__name__}.{name}": getattr(door, name)
        for door in doors
        for name in getattr(door, "__all__", ())
        if is_use_case(getattr(door, name))
    }


def is_use_case(thing: object) -> bool:
    return inspect.isfunction(thing) and list(inspect.signature(thing).parameters)[:2] == [
        "uow",
        "actor",
    ]

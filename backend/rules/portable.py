"""Rules as a file that people read, keep and bring elsewhere: YAML."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import yaml

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import service
from backend.rules.asking_schemas import ImportFault, ImportReport, LintLevel
from backend.rules.errors import RuleInvalid
from backend.rules.linting import lint
from backend.rules.malformed import read
from backend.rules.repository import RuleRepository
from backend.rules.schemas import RuleInput
from backend.rules.yaml_lines import Document, Unreadable, read_document

FORMAT = 1
MAX_LENGTH = 1_000_000
MAX_RULES = 200
KEYS = ("name", "priority", "enabled", "comment", "definition")
WANTED = "`leadflow_rules: 1` and a list `rules`, as an export has them"
HEAD = "# Rules of LeadFlow. Imported rules are paused until somebody puts them in force.\n"


def export_rules(uow: UnitOfWork, actor: Actor) -> str:
    """Return every rule in use as YAML, in their order."""
    actor.require(Permission.RULES_READ)
    rules = [
        {
            "name": row["name"],
            "priority": row["priority"],
            "enabled": row["is_enabled"],
            "comment": row["comment"],
            "definition": row["definition"],
        }
        for row in RuleRepository(uow, actor.workspace_id).in_use()
    ]
    document = {"leadflow_rules": FORMAT, "rules": rules}
    return HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def import_rules(uow: UnitOfWork, actor: Actor, text: str, *, is_dry: bool) -> ImportReport:
    """Write the rules of a file, each paused, or none of them when anything is wrong.

    A rule of the same name that says the same stays as it is; one that says something else is a
    fault. `is_dry` only tells what would happen.
    """
    actor.require(Permission.RULES_WRITE)
    try:
        document = _document(text)
        given = _rules(document)
    except Unreadable as fault:
        found = ImportFault(line=fault.line, place="", message=fault.message, fix=fault.fix)
        return _report((found,))
    known = {row["name"]: row for row in RuleRepository(uow, actor.workspace_id).in_use()}
    faults = [*_repeated(document, given)]
    fresh: list[RuleInput] = []
    unchanged: list[str] = []
    for at, rule in enumerate(given):
        wrong = list(_faults(uow, actor, document, rule, f"rules.{at}"))
        faults += wrong
        if wrong:
            continue
        name = str(rule["name"]).strip()
        if name not in known:
            fresh.append(_input(rule))
        elif _is_same(known[name]["definition"], rule["definition"]):
            unchanged.append(name)
        else:
            place = f"rules.{at}.name"
            message = f"there is a rule named {name!r} that says something else"
            fix = "another name, or change that rule instead"
            faults.append(_fault(document, place, message, fix))
    if faults:
        return _report(sorted(faults, key=lambda fault: fault.line))
    if not is_dry:
        _write(uow, actor, fresh)
    names = tuple(rule.name for rule in fresh)
    return ImportReport(is_written=not is_dry, created=names, unchanged=tuple(unchanged), faults=())


def _write(uow: UnitOfWork, actor: Actor, fresh: Sequence[RuleInput]) -> None:
    for given in fresh:  # each is checked and told of like one that somebody wrote
        service.create_rule(uow, actor, given)
    if fresh:
        subject = f"workspace:{actor.workspace_id}"
        details = {"rules": len(fresh)}
        record_audit(uow, actor, AuditAction.RULES_IMPORTED, subject=subject, details=details)


def _document(text: str) -> Document:
    if len(text) > MAX_LENGTH:
        message = f"the file has {len(text):,} characters"
        raise Unreadable(1, message, f"at most {MAX_LENGTH:,}")
    return read_document(text)


def _rules(document: Document) -> list[Mapping[str, Any]]:
    """Return the rules that a file holds; raises `Unreadable` for what is no file of rules."""
    top = document.value
    if not isinstance(top, Mapping) or "rules" not in top:
        raise Unreadable(1, "this is no file of rules", WANTED)
    held = cast("Mapping[str, Any]", top)
    unknown = next((name for name in held if name not in {"leadflow_rules", "rules"}), None)
    if unknown is not None:
        raise Unreadable(document.line_of(unknown), f"there is no {unknown!r} here", WANTED)
    if held.get("leadflow_rules") != FORMAT:
        line = document.line_of("leadflow_rules")
        raise Unreadable(line, "the file is of a format that is not known", WANTED)
    return _listed(document, held["rules"])


def _listed(document: Document, rules: object) -> list[Mapping[str, Any]]:
    if not isinstance(rules, list):
        raise Unreadable(document.line_of("rules"), "`rules` is no list", WANTED)
    listed = cast("list[object]", rules)
    if len(listed) > MAX_RULES:
        message = f"the file has {len(listed):,} rules"
        raise Unreadable(document.line_of("rules"), message, f"at most {MAX_RULES:,}")
    for at, rule in enumerate(listed):
        if not isinstance(rule, Mapping):
            line = document.line_of(f"rules.{at}")
            raise Unreadable(line, "this is no rule", f"an object with {', '.join(KEYS)}")
    return cast("list[Mapping[str, Any]]", listed)


def _repeated(document: Document, given: Sequence[Mapping[str, Any]]) -> Iterator[ImportFault]:
    seen: set[str] = set()
    for at, rule in enumerate(given):
        name = str(rule.get("name", "")).strip()
        if name in seen:
            message = f"the name {name!r} stands in this file twice"
            yield _fault(document, f"rules.{at}.name", message, "each name once")
        seen.add(name)


def _faults(
    uow: UnitOfWork, actor: Actor, document: Document, rule: Mapping[str, Any], place: str
) -> Iterator[ImportFault]:
    for name in rule:
        if name not in KEYS:
            message = f"a rule has no {name!r}"
            yield _fault(document, f"{place}.{name}", message, f"one of {', '.join(KEYS)}")
    yield from _wrong_head(document, rule, place)
    definition = rule.get("definition")
    if not isinstance(definition, Mapping):
        message = "the rule has no definition"
        yield _fault(document, f"{place}.definition", message, "an object with `if` and `then`")
        return
    said = cast("Mapping[str, Any]", definition)
    for found in lint(uow, actor, said):
        if found.level is LintLevel.ERROR:
            yield _fault(document, f"{place}.{found.place}", found.message, found.fix)


def _wrong_head(document: Document, rule: Mapping[str, Any], place: str) -> Iterator[ImportFault]:
    try:
        service.checked_name(rule["name"] if isinstance(rule.get("name"), str) else "")
    except RuleInvalid as error:
        yield _fault(document, f"{place}.name", error.message, error.expected or "")
    priority = rule.get("priority", 0)
    is_number = isinstance(priority, int) and not isinstance(priority, bool)
    if not is_number or not 0 <= priority <= service.MAX_PRIORITY:
        message = "the priority is no whole number in range"
        fix = f"0 to {service.MAX_PRIORITY}, 0 first"
        yield _fault(document, f"{place}.priority", message, fix)
    if not isinstance(rule.get("comment", ""), str):
        yield _fault(document, f"{place}.comment", "the comment is no text", "a text in quotes")


def _input(rule: Mapping[str, Any]) -> RuleInput:
    return RuleInput(
        name=str(rule["name"]).strip(),
        priority=rule.get("priority", service.DEFAULT_PRIORITY),
        definition=rule["definition"],
        comment=rule.get("comment", ""),
    )


def _is_same(stored: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether two definitions say the same, whatever is left to its default."""
    one, other = read(stored)[0], read(given)[0]
    return one is not None and one == other


def _fault(document: Document, place: str, message: str, fix: str) -> ImportFault:
    return ImportFault(line=document.line_of(place), place=place, message=message, fix=fix)


def _report(faults: Sequence[ImportFault]) -> ImportReport:
    return ImportReport(is_written=False, created=(), unchanged=(), faults=tuple(faults))

"""Writing rules: born paused, versioned, enabled and paused by people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.kit.ids import RuleId, RuleVersionId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.errors import RuleArchived, RuleInvalid, RuleNameTaken, RuleNotFound
from backend.rules.linting import refuse_errors
from backend.rules.models import Rule, RuleVersion
from backend.rules.repository import RuleRepository
from backend.rules.schemas import RuleInput, RuleVersionView, RuleView

MAX_NAME_LENGTH = 120
MAX_PRIORITY = 10_000
DEFAULT_PRIORITY = 100


def list_rules(
    uow: UnitOfWork, actor: Actor, page: PageRequest, *, is_archived: bool = False
) -> Page[RuleView]:
    """Return rules in order of priority: those in use, or the archived ones."""
    actor.require(Permission.RULES_READ)
    rows = RuleRepository(uow, actor.workspace_id).page(page, is_archived=is_archived)
    return paged(
        rows,
        page,
        view=lambda row: RuleView(**row),
        key=lambda row: (str(row["priority"]), str(row["id"])),
    )


def get_rule(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> RuleView:
    """Return one rule; raises `RuleNotFound`."""
    actor.require(Permission.RULES_READ)
    row = RuleRepository(uow, actor.workspace_id).view(rule_id)
    if row is None:
        raise RuleNotFound(NO_SUCH_RULE)
    return RuleView(**row)


def list_versions(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> tuple[RuleVersionView, ...]:
    """Return what a rule said over time, newest first; raises `RuleNotFound`."""
    get_rule(uow, actor, rule_id)
    rows = RuleRepository(uow, actor.workspace_id).versions(rule_id)
    return tuple(RuleVersionView(**row) for row in rows)


def create_rule(uow: UnitOfWork, actor: Actor, given: RuleInput) -> RuleView:
    """Write a rule, paused; raises `RuleInvalid`, `RuleNameTaken`."""
    actor.require(Permission.RULES_WRITE)
    repository = RuleRepository(uow, actor.workspace_id)
    name = checked_name(given.name)
    if not 0 <= given.priority <= MAX_PRIORITY:
        message = f"priority {given.priority} is out of range"
        raise RuleInvalid(message, field="priority", expected=f"0 to {MAX_PRIORITY}, 0 first")
    definition = refuse_errors(uow, actor, given.definition)
    refuse_taken(repository, name)
    rule = Rule(
        id=new_id(),
        workspace_id=actor.workspace_id,
        name=name,
        priority=given.priority,
        current_version_id=new_id(),
        created_at=uow.now,
        updated_at=uow.now,
    )
    repository.add(rule)
    version = _version(uow, actor, rule, definition=definition, comment=given.comment)
    version.id = rule.current_version_id
    repository.add(version)
    _record(uow, actor, AuditAction.RULE_CREATED, rule, version=version.number)
    return get_rule(uow, actor, rule.id)


def add_version(
    uow: UnitOfWork, actor: Actor, rule_id: UUID, *, definition: Mapping[str, Any], comment: str
) -> RuleView:
    """Change what a rule says; it stays enabled or paused; raises `RuleInvalid`."""
    rule = load(uow, actor, rule_id)
    checked = refuse_errors(uow, actor, definition, rule_id=rule_id)
    version = _version(uow, actor, rule, definition=checked, comment=comment)
    RuleRepository(uow, actor.workspace_id).add(version)
    rule.current_version_id = version.id
    rule.updated_at = uow.now
    uow.session.flush()
    _record(uow, actor, AuditAction.RULE_CHANGED, rule, version=version.number)
    return get_rule(uow, actor, rule_id)


def enable(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> RuleView:
    """Let a rule act from now on; raises `RuleInvalid` when it fits the others no more."""
    return _switch(uow, actor, rule_id, is_enabled=True)


def pause(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> RuleView:
    """Stop a rule; what it did stays."""
    return _switch(uow, actor, rule_id, is_enabled=False)


def checked_name(given: str) -> str:
    """Return a name in its stored form; raises `RuleInvalid`."""
    name = clean(given).strip()
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        message = "the name is empty or too long"
        raise RuleInvalid(message, field="name", expected=f"1 to {MAX_NAME_LENGTH} characters")
    return name


def refuse_taken(repository: RuleRepository, name: str) -> None:
    """Raise `RuleNameTaken` when a rule in use has the name."""
    if repository.name_is_taken(name):
        message = f"there is a rule named {name!r} already"
        raise RuleNameTaken(message, field="name", expected="a name that no other rule has")


NO_SUCH_RULE = "no such rule"


def load(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> Rule:
    """Lock a rule that the actor may change; raises `RuleNotFound`."""
    actor.require(Permission.RULES_WRITE)
    rule = RuleRepository(uow, actor.workspace_id).find(rule_id, lock=True)
    if rule is None:
        raise RuleNotFound(NO_SUCH_RULE)
    return rule


def _switch(uow: UnitOfWork, actor: Actor, rule_id: UUID, *, is_enabled: bool) -> RuleView:
    rule = load(uow, actor, rule_id)
    if is_enabled and rule.archived_at:
        message = "the rule is archived"
        raise RuleArchived(message, field="rule_id", expected="a rule that was restored first")
    if is_enabled:
        said = get_rule(uow, actor, rule_id).definition
        refuse_errors(uow, actor, said, rule_id=rule_id)
    rule.is_enabled = is_enabled
    rule.updated_at = uow.now
    uow.session.flush()
    _record(uow, actor, AuditAction.RULE_ENABLED if is_enabled else AuditAction.RULE_PAUSED, rule)
    return get_rule(uow, actor, rule_id)


def _record(
    uow: UnitOfWork, actor: Actor, action: AuditAction, rule: Rule, *, version: int | None = None
) -> None:
    details = {"name": rule.name} | ({} if version is None else {"version": version})
    record_audit(uow, actor, action, subject=f"rule:{rule.id}", details=details)
    uow.announce("rules", rule.id)


def _version(
    uow: UnitOfWork, actor: Actor, rule: Rule, *, definition: dict[str, Any], comment: str
) -> RuleVersion:
    last = RuleRepository(uow, actor.workspace_id).last_number(rule.id)
    return RuleVersion(
        id=RuleVersionId(new_id()),
        workspace_id=actor.workspace_id,
        rule_id=RuleId(rule.id),
        number=last + 1,
        definition=definition,
        author_name=actor.name,
        comment=comment,
        created_at=uow.now,
    )

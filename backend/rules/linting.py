"""Lint: what is wrong with a rule, before it is saved and while it is in use."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, Permission
from backend.kit.ids import RuleId
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.asking_schemas import LintFinding, LintLevel
from backend.rules.errors import RuleInvalid
from backend.rules.lint_repository import LintRepository
from backend.rules.linting_checks import Said, Surroundings, findings, wanted_tags
from backend.rules.malformed import read
from backend.rules.repository import RuleRepository

UNNAMED = "this rule"


def lint(
    uow: UnitOfWork, actor: Actor, definition: Mapping[str, Any], *, rule_id: UUID | None = None
) -> tuple[LintFinding, ...]:
    """Return what is wrong with what a rule would say in the place of `rule_id`, or at the end."""
    actor.require(Permission.RULES_READ)
    parsed, faults = read(definition)
    if parsed is None:
        return faults
    stored = parsed.stored()
    others = [_said(row) for row in RuleRepository(uow, actor.workspace_id).in_use()]
    name = next((each.name for each in others if each.id == rule_id), UNNAMED)
    draft = Said(id=rule_id, name=name, definition=stored)
    return _found(uow, actor.workspace_id, [draft], others)[0]


def lint_all(uow: UnitOfWork, actor: Actor) -> Mapping[RuleId, tuple[LintFinding, ...]]:
    """Return what is wrong with each rule in use; rules without fault are left out."""
    actor.require(Permission.RULES_READ)
    said = [_said(row) for row in RuleRepository(uow, actor.workspace_id).in_use()]
    found = _found(uow, actor.workspace_id, said, said)
    return {
        RuleId(rule.id): faults
        for rule, faults in zip(said, found, strict=True)
        if faults and rule.id is not None
    }


def refuse_errors(
    uow: UnitOfWork, actor: Actor, definition: Mapping[str, Any], *, rule_id: UUID | None = None
) -> dict[str, Any]:
    """Return a definition in its stored form; raises `RuleInvalid` with every error in it."""
    parsed, faults = read(definition)
    if parsed is None:
        raise RuleInvalid.of(faults)
    found = lint(uow, actor, definition, rule_id=rule_id)
    errors = [each for each in found if each.level is LintLevel.ERROR]
    if errors:
        raise RuleInvalid.of(errors)
    return parsed.stored()


def _said(row: RowMapping) -> Said:
    return Said(
        id=row["id"],
        name=row["name"],
        definition=row["definition"],
        is_enabled=row["is_enabled"],
    )


def _found(
    uow: UnitOfWork, workspace_id: UUID, rules: Sequence[Said], others: Sequence[Said]
) -> list[tuple[LintFinding, ...]]:
    repository = LintRepository(uow, workspace_id)
    tags = repository.carried(tag for rule in rules for _, tag in wanted_tags(rule))
    channels = repository.channels()
    found: list[tuple[LintFinding, ...]] = []
    for rule in rules:
        ids = [each.id for each in others]
        place = ids.index(rule.id) if rule.id in ids else len(others)
        around = Surroundings(
            before=[each for each in others[:place] if each.is_enabled],
            after=[each for each in others[place + 1 :] if each.is_enabled],
            tags=tags,
            channels=channels,
        )
        found.append(findings(rule, around))
    return found

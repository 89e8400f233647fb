"""What people do with rules beside writing them: name, order, put away."""

from collections.abc import Sequence
from uuid import UUID

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.kit.ids import RuleId
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import service
from backend.rules.errors import RuleInvalid
from backend.rules.models import Rule
from backend.rules.repository import RuleRepository
from backend.rules.schemas import RuleView

STEP = 10


def rename(uow: UnitOfWork, actor: Actor, rule_id: UUID, *, name: str) -> RuleView:
    """Give a rule another name; raises `RuleInvalid`, `RuleNameTaken`."""
    rule = service.load(uow, actor, rule_id)
    wanted = service.checked_name(name)
    if wanted != rule.name:
        service.refuse_taken(RuleRepository(uow, actor.workspace_id), wanted)
        before, rule.name = rule.name, wanted
        _stamp(uow, rule)
        _record(uow, actor, AuditAction.RULE_RENAMED, rule, before=before)
    return service.get_rule(uow, actor, rule_id)


def reorder(uow: UnitOfWork, actor: Actor, rule_ids: Sequence[UUID]) -> None:
    """Have rules run in this order; raises `RuleInvalid` unless each in use is named once."""
    actor.require(Permission.RULES_WRITE)
    repository = RuleRepository(uow, actor.workspace_id)
    known = {row["id"] for row in repository.in_use()}
    if len(rule_ids) != len(known) or set(rule_ids) != known:
        message = f"{len(rule_ids)} rules are named, not each of the {len(known)} in use once"
        expected = "the id of every rule that is not archived, once, the first one first"
        raise RuleInvalid(message, field="rule_ids", expected=expected)
    step = max(1, min(STEP, service.MAX_PRIORITY // max(len(rule_ids), 1)))
    repository.order({RuleId(rule_id): at * step for at, rule_id in enumerate(rule_ids, start=1)})
    subject = f"workspace:{actor.workspace_id}"
    details = {"rules": len(rule_ids)}
    record_audit(uow, actor, AuditAction.RULES_REORDERED, subject=subject, details=details)
    uow.announce("rules")


def archive(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> RuleView:
    """Put a rule away: it acts no more, and its runs and versions stay."""
    rule = service.load(uow, actor, rule_id)
    if rule.archived_at is None:
        rule.archived_at = uow.now
        rule.is_enabled = False
        _stamp(uow, rule)
        _record(uow, actor, AuditAction.RULE_ARCHIVED, rule)
    return service.get_rule(uow, actor, rule_id)


def restore(uow: UnitOfWork, actor: Actor, rule_id: UUID) -> RuleView:
    """Take an archived rule out again, paused; raises `RuleNameTaken`."""
    rule = service.load(uow, actor, rule_id)
    if rule.archived_at is not None:
        service.refuse_taken(RuleRepository(uow, actor.workspace_id), rule.name)
        rule.archived_at = None
        _stamp(uow, rule)
        _record(uow, actor, AuditAction.RULE_RESTORED, rule)
    return service.get_rule(uow, actor, rule_id)


def _stamp(uow: UnitOfWork, rule: Rule) -> None:
    rule.updated_at = uow.now
    uow.session.flush()


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, rule: Rule, **details: str) -> None:
    told = {"name": rule.name, **details}
    record_audit(uow, actor, action, subject=f"rule:{rule.id}", details=told)
    uow.announce("rules", rule.id)

"""What a rule said before: side by side with another version, and said again."""

from uuid import UUID

from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import service
from backend.rules.differing import differences
from backend.rules.errors import RuleNotFound
from backend.rules.run_repository import RunRepository
from backend.rules.run_schemas import DiffLine
from backend.rules.schemas import RuleVersionView, RuleView


def diff_versions(
    uow: UnitOfWork, actor: Actor, rule_id: UUID, *, older: int, newer: int
) -> tuple[DiffLine, ...]:
    """Return what is different in the newer of two versions, in words; raises `RuleNotFound`."""
    before = get_version(uow, actor, rule_id, number=older)
    after = get_version(uow, actor, rule_id, number=newer)
    return differences(before.definition, after.definition)


def roll_back(
    uow: UnitOfWork, actor: Actor, rule_id: UUID, *, number: int, comment: str
) -> RuleView:
    """Let a rule say what it said before, as a new version; raises `RuleNotFound`."""
    actor.require(Permission.RULES_WRITE)
    before = get_version(uow, actor, rule_id, number=number)
    why = comment or f"Back to version {number}"
    return service.add_version(uow, actor, rule_id, definition=before.definition, comment=why)


def get_version(uow: UnitOfWork, actor: Actor, rule_id: UUID, *, number: int) -> RuleVersionView:
    """Return one version of a rule by its number; raises `RuleNotFound`."""
    service.get_rule(uow, actor, rule_id)
    row = RunRepository(uow, actor.workspace_id).version(rule_id, number=number)
    if row is None:
        message = f"the rule has no version {number}"
        raise RuleNotFound(message, field="number", expected="a number that the versions show")
    return RuleVersionView(**row)

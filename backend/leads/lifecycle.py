"""The settings of the lifecycle, and the moves that people make under them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from backend.auth import Actor, AuditAction, Permission, record_audit, workspace_settings
from backend.kit.text import clean
from backend.leads import service
from backend.leads.errors import AnotherIsOpen, BadLifecycle, BadReason, MoveRefused, NeedsMore
from backend.leads.lifecycle_policy import (
    OPEN_STAGES,
    REASON_LENGTH,
    Decay,
    Facts,
    Lifecycle,
    Need,
    Returning,
    allowed,
    faults,
    keeps_order,
    missing,
)
from backend.leads.lifecycle_repository import LifecycleRepository
from backend.leads.policy import Stage, means_qualified, moves_of
from backend.leads.repository import LeadRepository
from backend.leads.schemas import EventKind, LeadState, LeadView, LifecycleView, Move
from backend.platform.unit_of_work import UnitOfWork

NOTE_LENGTH: Final = 500
EXPECTED: Final = {
    Need.VALUE: "an amount and a currency",
    Need.OWNER: "a person who owns the lead",
    Need.PHONE: "a contact with a telephone number",
    Need.TAG: "at least one tag",
    Need.LOSS_REASON: "the reason why it was lost",
}
IN_WORDS: Final = {
    Need.VALUE: "a value",
    Need.OWNER: "an owner",
    Need.PHONE: "a phone number",
    Need.TAG: "a tag",
    Need.LOSS_REASON: "a loss reason",
}


def get_lifecycle(uow: UnitOfWork, actor: Actor) -> LifecycleView:
    """Return what the workspace asks of its leads."""
    actor.require(Permission.LEADS_READ)
    row = LifecycleRepository(uow, actor.workspace_id).settings()
    settings = settings_of(row)
    return LifecycleView(
        settings=settings,
        number=row["number"] if row else 0,
        is_order_free=keeps_order(settings.moves),
        changed_by=row["changed_by"] if row else None,
        updated_at=row["updated_at"] if row else None,
    )


def moves_in(uow: UnitOfWork, workspace_id: UUID) -> Mapping[Stage, frozenset[Stage]]:
    """Return which moves the workspace allows."""
    return settings_of(LifecycleRepository(uow, workspace_id).settings()).moves


def set_lifecycle(uow: UnitOfWork, actor: Actor, given: Lifecycle) -> LifecycleView:
    """Ask this of leads from now on; raises `BadLifecycle`, which names the first fault's place."""
    actor.require(Permission.WORKSPACE_WRITE)
    given = replace(given, loss_reasons=tuple(clean(one).strip() for one in given.loss_reasons))
    for fault in faults(given):
        message = f"{fault.field}: {fault.message}"
        raise BadLifecycle(message, field=fault.field, expected=fault.expected)
    repository = LifecycleRepository(uow, actor.workspace_id)
    before = settings_of(repository.settings(lock=True))
    changed = _changed(before, given)
    if not changed:
        return get_lifecycle(uow, actor)
    decays_anew = bool({"decay", "decay_amount", "decay_after_days"} & set(changed))
    zone = ZoneInfo(workspace_settings(uow, actor.workspace_id).timezone)
    repository.save(
        {
            "warm_from": given.warm_from,
            "hot_from": given.hot_from,
            "rest": json.dumps(_written(given)),
            "decays_after": uow.now.astimezone(zone).date() if decays_anew else None,
            "by": actor.name,
        }
    )
    _unmark(uow, repository, before, given)
    uow.announce("leads")
    view = get_lifecycle(uow, actor)
    details = {"number": view.number, **changed}
    record_audit(uow, actor, AuditAction.LIFECYCLE_CHANGED, subject="lifecycle", details=details)
    return view


def move(uow: UnitOfWork, actor: Actor, lead_id: UUID, *, to: Move) -> LeadView:
    """Move a lead by hand as the workspace allows, with what is said about it.

    Raises `LeadNotFound`, `MoveRefused`, `NeedsMore`, `BadValue`, `BadReason`, `AnotherIsOpen`.
    """
    if to.value is not None or to.currency is not None:
        service.check_value(to.value, to.currency)
    state = service.load(uow, actor, lead_id)
    lead = service.get_lead(uow, actor, lead_id)
    settings = settings_of(LifecycleRepository(uow, actor.workspace_id).settings())
    if state.stage is not to.stage:
        _check_move(settings, state, to.stage)
    said = _said(settings, to)
    _check_needs(settings, state, lead, to=to, has_reason="reason" in said)
    changes: list[tuple[EventKind, Mapping[str, object]]] = []
    if to.value is not None:
        value = {"value": to.value, "currency": to.currency}
        LeadRepository(uow, actor.workspace_id).set_value(lead_id, **value)  # type: ignore[arg-type]
        changes.append((EventKind.VALUED, {"value": str(to.value), "currency": to.currency}))
    if state.stage is not to.stage:
        changes.append((EventKind.STAGE, {"from": state.stage, "to": to.stage, **said}))
        state.stage = to.stage
        if means_qualified(to.stage):
            state.qualify(uow.now)
    _store(uow, actor, state, changes)
    if to.stage is Stage.LOST and "reason" in said:
        LifecycleRepository(uow, actor.workspace_id).end(lead_id, reason=said["reason"])
    return service.get_lead(uow, actor, lead_id)


def set_stage(uow: UnitOfWork, actor: Actor, lead_id: UUID, *, stage: Stage) -> LeadView:
    """Move a lead by hand, saying nothing else; raises what `move` raises."""
    return move(uow, actor, lead_id, to=Move(stage=stage))


def settings_of(row: RowMapping | None) -> Lifecycle:
    """Read stored settings; the defaults without any."""
    if row is None:
        return Lifecycle()
    rest = row["rest"]
    return Lifecycle(
        moves=moves_of(rest["moves"]),
        needs={Stage(key): frozenset(map(Need, names)) for key, names in rest["needs"].items()},
        loss_reasons=tuple(rest["loss_reasons"]),
        returning=Returning(rest["returning"]),
        reopen_days=rest["reopen_days"],
        warm_from=row["warm_from"],
        hot_from=row["hot_from"],
        stale_days={Stage(key): days for key, days in rest["stale_days"].items()},
        decay=Decay(rest["decay"]),
        decay_amount=rest["decay_amount"],
        decay_after_days=rest["decay_after_days"],
    )


def _written(given: Lifecycle) -> dict[str, Any]:
    return {
        "moves": {stage: list(allowed(given, stage)) for stage in Stage},
        "needs": {stage: sorted(needs) for stage, needs in given.needs.items() if needs},
        "loss_reasons": list(given.loss_reasons),
        "returning": given.returning,
        "reopen_days": given.reopen_days,
        "stale_days": dict(given.stale_days),
        "decay": given.decay,
        "decay_amount": given.decay_amount,
        "decay_after_days": given.decay_after_days,
    }


def _changed(before: Lifecycle, after: Lifecycle) -> dict[str, str]:
    """Return what is different, each as before and after, for the audit log."""
    old, new = _flat(before), _flat(after)
    return {name: f"{old[name]} -> {new[name]}" for name in new if old[name] != new[name]}


def _flat(settings: Lifecycle) -> dict[str, str]:
    rest = _written(settings)
    numbers = {"warm_from": settings.warm_from, "hot_from": settings.hot_from}
    return {name: json.dumps(value, sort_keys=True) for name, value in {**rest, **numbers}.items()}


def _unmark(
    uow: UnitOfWork, repository: LifecycleRepository, before: Lifecycle, after: Lifecycle
) -> None:
    """Let leads be fresh again that the new settings do not call stale."""
    for stage in OPEN_STAGES:
        days = after.stale_days.get(stage)
        if days != before.stale_days.get(stage):
            cut = None if days is None else uow.now - timedelta(days=days)
            repository.unmark(stage, before=cut)


def _check_move(settings: Lifecycle, state: LeadState, wanted: Stage) -> None:
    targets = allowed(settings, state.stage)
    if wanted not in targets:
        message = f"a lead that is {state.stage} does not become {wanted} in this workspace"
        expected = f"one of: {', '.join(targets)}" if targets else f"it stays {state.stage}"
        raise MoveRefused(message, field="stage", expected=expected)


def _check_needs(
    settings: Lifecycle, state: LeadState, lead: LeadView, *, to: Move, has_reason: bool
) -> None:
    facts = Facts(
        has_value=lead.value is not None or to.value is not None,
        has_owner=lead.owner_id is not None,
        has_phone=lead.contact_phone is not None,
        has_tag=bool(state.tags),
        has_reason=has_reason or (state.stage is to.stage and lead.loss_reason is not None),
    )
    lacking = missing(settings, to.stage, facts) if state.stage is not to.stage else ()
    if lacking:
        named = " and ".join(IN_WORDS[need] for need in lacking)
        message = f"a lead needs {named} to become {to.stage}"
        field = "reason" if lacking[0] is Need.LOSS_REASON else lacking[0].value
        raise NeedsMore(message, field=field, expected=EXPECTED[lacking[0]])


def _said(settings: Lifecycle, to: Move) -> dict[str, str]:
    """Return the reason and the note as they are kept; raises `BadReason`."""
    reason, note = clean(to.reason or "").strip(), clean(to.note or "").strip()
    if reason and to.stage is not Stage.LOST:
        message = f"a lead that becomes {to.stage} has no loss reason"
        raise BadReason(message, field="reason", expected="a reason with the stage lost only")
    known = {one.casefold(): one for one in settings.loss_reasons}
    if reason and known and reason.casefold() not in known:
        message = f"{reason[:40]!r} is not one of the loss reasons"
        expected = f"one of: {', '.join(settings.loss_reasons)}"
        raise BadReason(message, field="reason", expected=expected)
    if len(reason) > REASON_LENGTH or not reason.isprintable():
        message = "the reason is too long or holds control characters"
        raise BadReason(message, field="reason", expected=f"at most {REASON_LENGTH} characters")
    if len(note) > NOTE_LENGTH:
        expected = f"at most {NOTE_LENGTH} characters"
        message = "the note is too long"
        raise BadReason(message, field="note", expected=expected)
    kept = {"reason": known.get(reason.casefold(), reason), "note": note}
    return {name: text for name, text in kept.items() if text}


def _store(
    uow: UnitOfWork,
    actor: Actor,
    state: LeadState,
    changes: list[tuple[EventKind, Mapping[str, object]]],
) -> None:
    try:
        service.record(uow, actor, state, changes)
    except IntegrityError as error:
        message = "this customer has a newer open lead on the same channel"
        raise AnotherIsOpen(message, field="stage") from error

"""Values to call any function with: the other workspace's rows and ids, by name and type."""

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from inspect import Parameter, signature
from uuid import UUID

from sqlmodel import SQLModel

from backend.auth import Actor
from backend.importing.repository import Settled
from backend.intake import Example
from backend.kit.ids import new_id
from backend.leads import Lifecycle
from tests.factories import NOON
from tests.security.worlds import MARK, World

# Ids whose parameter is not called after their table.
OF_THE_SYSTEM = frozenset({"password_reset", "sign_in_challenge"})
TABLE_OF = {
    "absorbed": "contact",
    "actor_id": "user_account",
    "author_id": "user_account",
    "position": "lead",
    "assignee_id": "user_account",
    "bulk_id": "bulk_change",
    "but": "lead",
    "challenge_id": "sign_in_challenge",
    "entry_id": "score_entry",
    "event_id": "webhook_event",
    "event_ids": "webhook_event",
    "export_id": "lead_export",
    "import_id": "lead_import",
    "invitation_id": "invitation",
    "key_id": "api_key",
    "last_message_id": "message",
    "lead_event_id": "lead_event",
    "merge_id": "contact_merge",
    "only": "session",
    "only_ids": "conversation",
    "owner_id": "user_account",
    "replay_id": "replay_run",
    "reader_id": "user_account",
    "reset_id": "password_reset",
    "run_id": "rule_run",
    "send_key": "message",
    "session_id": "session",
    "stream": "channel",
    "survivor": "contact",
    "notice_id": "notification",
    "user_id": "user_account",
    "version_id": "rule_version",
}


def _new(table: str):
    return lambda rows: [{**rows[table], "id": new_id()}]


def _of(table: str, *columns: str):
    return lambda rows: [tuple(rows[table][column] for column in columns)]


def _leads(_rows):
    return "lead"


# Parameters whose type does not say what belongs there, by function and name.
SHAPES = {
    "AnalyticsRepository.roll_up.days": lambda rows: [(NOON.date(), rows["channel"]["id"])],
    "ConsentRepository.add.rows": _new("consent_event"),
    "ContactRepository.fold.seen": lambda rows: {rows["contact"]["id"]: NOON},
    "EffectsRepository.count.table": _leads,
    "EffectsRepository.keys.table": _leads,
    "EffectsRepository.missing.ids": lambda rows: [str(rows["lead"]["id"])],
    "EffectsRepository.missing.table": _leads,
    "EffectsRepository.rows.ids": lambda rows: [str(rows["lead"]["id"])],
    "EffectsRepository.rows.table": _leads,
    "EffectsRepository.written.table": _leads,
    "OverseeingRepository.conversations_of.contact_ids": lambda rows: [str(rows["contact"]["id"])],
    "ReplayRepository.add.row": lambda rows: {**rows["replay_run"], "id": new_id()},
    "ExportRepository.add.row": lambda rows: {**rows["lead_export"], "id": new_id()},
    "ImportRepository.add.row": lambda rows: {**rows["lead_import"], "id": new_id()},
    "ImportRepository.add_rows.rows": lambda rows: [{**rows["lead_import_row"], "row_number": 7}],
    "ImportRepository.mark_known.known": lambda rows: [
        (rows["lead_import_row"]["person_key"], "contact", rows["contact"]["id"], None)
    ],
    "ImportRepository.rows.kind": lambda _rows: "all",
    "ImportRepository.write.values": lambda _rows: {"error": MARK},
    "ImportRepository.settle.done": lambda rows: [
        Settled(row_number=rows["lead_import_row"]["row_number"], outcome="created")
    ],
    "InboxRepository.add_annotations.rows": _new("message_annotation"),
    "InboxRepository.add_conversations.rows": _new("conversation"),
    "InboxRepository.add_messages.rows": _new("message"),
    "InboxRepository.add_statuses.rows": _new("message_status"),
    "InboxRepository.foretold.keys": _of("message", "channel_id", "provider_message_id"),
    "InboxRepository.name_by_reference.named": lambda rows: {
        rows["message"]["id"]: (rows["message"]["channel_id"], "another name")
    },
    "InboxRepository.known_messages.keys": _of("message", "channel_id", "provider_message_id"),
    "InboxRepository.open_conversations.pairs": _of("conversation", "channel_id", "contact_id"),
    "LeadRepository.add.rows": _new("lead"),
    "LifecycleRepository.came_back.customers": lambda rows: {
        (rows["channel"]["id"], rows["contact"]["id"]): NOON
    },
    "LifecycleRepository.save.columns": lambda _rows: {
        "warm_from": 1,
        "hot_from": 2,
        "rest": "{}",
        "decays_after": None,
        "by": MARK,
    },
    "LifecycleRepository.add_decay.rows": _new("score_entry"),
    "set_lifecycle.given": lambda _rows: Lifecycle(hot_from=80),
    "LeadRepository.open_leads.pairs": _of("lead", "channel_id", "contact_id"),
    "LeadRepository.store.states": lambda rows: [
        {**rows["lead"], "lead_id": rows["lead"]["id"], "moved_at": NOON}
    ],
    "MediaRepository.add.rows": _new("media"),
    "MediaRepository.claim.values": lambda rows: {
        **rows["media"],
        "key": "other",
        "now": rows["media"]["next_attempt_at"] + timedelta(days=1),
        "lease_until": rows["media"]["next_attempt_at"] + timedelta(days=2),
    },
    "MediaRepository.settle.values": lambda rows: {
        **rows["media"],
        "state": "stored",
        "key": rows["media"]["storage_key"],
    },
    "BacktestRepository.add.row": lambda rows: {**rows["backtest"], "id": new_id()},
    "BacktestRepository.advance.counted": lambda rows: rows["backtest"]["counted"],
    "BacktestRepository.messages.after": lambda _rows: None,
    "RuleRepository.add_runs.rows": _new("rule_run"),
    "RuleRepository.order.priorities": lambda rows: {rows["rule"]["id"]: 5_000},
    "TouchRepository.add.rows": _new("touch"),
    "TouchRepository.add_channel_touches.rows": _new("touch"),
    "HealthRepository.put.facts": lambda rows: {
        "quality": MARK,
        "known_at": {},
        "channel_id": rows["channel"]["id"],
    },
    "HealthRepository.find.channel_ids": lambda rows: [rows["channel"]["id"]],
    "TemplateRepository.named.provider_ids": lambda rows: [
        rows["template"]["provider_template_id"]
    ],
    "TemplateRepository.put.rows": _new("template"),
    "whereabouts.examples": lambda rows: [
        Example(change="changed", table="lead", id=str(rows["lead"]["id"]))
    ],
    "fold_messages.keys": _of("message", "channel_id", "provider_message_id"),
}
TEXTS = {
    "timezone": "UTC",
    "currency": "EUR",
    "provider": "mock",
    "email": f"{MARK}@leadflow.example",
}


class Unknown(Exception):
    """A parameter that nobody has said how to fill."""


def arguments(function, world: World, *, skip: AbstractSet[str]) -> dict[str, object]:
    """Fill every parameter of a function with what belongs to a world."""
    hints = typing.get_type_hints(function)
    filled = {}
    for name, parameter in signature(function).parameters.items():
        if name in skip or parameter.kind in {Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL}:
            continue
        place = f"{function.__qualname__}.{name}"
        if name == "rows" and place not in SHAPES:
            raise Unknown(place)
        shape = SHAPES.get(place)
        hint = hints.get(name, str)
        filled[name] = shape(world.rows) if shape else value(hint, name, world)
    return filled


def value(hint, name: str, world: World):
    """Make a value of a type, with the ids that its name asks for."""
    hint = getattr(hint, "__supertype__", hint)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return value(inner[0], name, world)
    if origin is typing.Annotated:
        return value(inner[0], name, world)
    if origin is tuple:
        return tuple(value(kind, name, world) for kind in inner if kind is not Ellipsis)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(inner, name, world)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        made = [value(inner[0], _singular(name), world)]
        return origin(made) if origin in {set, frozenset} else made
    return _plain(hint, name, world)


def _mapping(inner, name: str, world: World):
    key = kept = _singular(name)
    return {value(inner[0], key, world): value(inner[1], kept, world)}


PLAIN = {
    datetime: NOON,
    date: NOON.date(),
    timedelta: timedelta(days=1),
    int: 1,
    float: 1.0,
    bool: False,
    bytes: b"{}",
    Decimal: Decimal(1),
    object: None,
    type(None): None,
    typing.Any: None,
}


def _plain(hint, name: str, world: World):
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is UUID:
        return id_for(name, world)
    if hint is str:
        return TEXTS.get(name, MARK)
    if hint is Actor:
        return world.actor
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return _made(hint, name, world)


def _made(hint, name: str, world: World):
    """Make a row of a table or a value of a dataclass."""
    if isinstance(hint, type) and issubclass(hint, SQLModel):
        row = world.rows[hint.__tablename__]
        return hint(**{**row, "id": new_id()} if "id" in row else row)
    if not dataclasses.is_dataclass(hint):
        raise Unknown(hint, name)
    hints = typing.get_type_hints(hint)
    fields = [field.name for field in dataclasses.fields(hint) if field.init]
    return hint(**{field: value(hints[field], field, world) for field in fields})


def id_for(name: str, world: World) -> UUID:
    """Return the id of the row that a parameter's name speaks of."""
    if name.endswith("workspace_id"):
        return world.actor.workspace_id
    table = TABLE_OF.get(name, name.removesuffix("_id"))
    if table in OF_THE_SYSTEM:
        return new_id()
    if table not in world.rows:
        raise Unknown(name)
    return world.rows[table]["id"]


def _singular(name: str) -> str:
    return {"moves": "lead_id", "outcomes": "event_id", "but": "conversation_id"}.get(
        name, name.removesuffix("s")
    )

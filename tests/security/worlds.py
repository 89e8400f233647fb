"""Two workspaces with a row in every table, and values to call anything with the other's ids."""

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from inspect import Parameter, signature
from itertools import count
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from sqlmodel import SQLModel

from backend import auth, inbox, leads, privacy
from backend.analytics.tasks import roll_up_marked
from backend.auth import Actor, Role
from backend.channels import Provider
from backend.inbox.tasks import send
from backend.kit.ids import new_id
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.privacy import Retention
from backend.seed.demo import RULES
from tests.factories import (
    NOON,
    PASSWORD,
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_rule,
    create_user,
    create_workspace,
    deliver,
    envelope,
    message,
    run_as,
    say,
    status,
    store,
)

MARK = "zebrawood"  # a word that stands in every text of the other workspace
OWNED = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY table_name
"""
OLDEST = "SELECT * FROM {table} WHERE workspace_id = %s ORDER BY 1 LIMIT 1"
KEPT_ANSWER = """
INSERT INTO kept_answer (workspace_id, key_id, name_hash, fingerprint, attempt, started_at,
                         expires_at)
VALUES (%(id)s, %(key)s, 'name', 'body', %(key)s, now(), now() + interval '1 day')
"""
_numbers = count(1)


@dataclasses.dataclass(frozen=True)
class World:
    """A populated workspace: who acts there, and a row of each table by the table's name."""

    actor: Actor
    rows: Mapping[str, Mapping[str, object]]

    @property
    def ids(self) -> AbstractSet[str]:
        """Every id of a row, as text."""
        return {str(row["id"]) for row in self.rows.values() if isinstance(row.get("id"), UUID)}


def owned_tables(superuser: psycopg.Connection) -> list[str]:
    return [name for (name,) in superuser.execute(OWNED)]


def populate(superuser: psycopg.Connection, *, mark: str = MARK) -> World:
    """Make a workspace in which everything has happened once; `mark` stands in every text."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    email = f"{mark}{next(_numbers)}@leadflow.example"
    person = run_as(actor, create_user, role=Role.ADMIN, email=email)
    auth.sign_in(email=email, password=PASSWORD)
    run_as(actor, auth.create_api_key, name=mark, scopes=frozenset({"all"}))
    run_as(person, auth.invite, email=f"guest.{email}", role=Role.VIEWER)
    for given in RULES:
        run_as(actor, create_rule, dataclasses.replace(given, comment=mark))
    _converse(actor, person, mark)
    _deliver(actor, mark)
    roll_up_marked()
    mock = run_as(actor, create_channel)
    say(actor, mock, f"{mark} again")  # leaves a mark to be rolled up
    left = say(actor, mock, f"{mark} and gone")
    run_as(actor, privacy.erase_contact, left.contact_id)
    run_as(actor, privacy.set_retention, Retention(raw_days=30, text_days=None))
    superuser.execute(KEPT_ANSWER, {"id": actor.workspace_id, "key": new_id()})
    return World(actor, _one_of_each(superuser, actor.workspace_id))


def _converse(actor: Actor, person: Actor, mark: str) -> None:
    mock = run_as(actor, create_channel)
    referral = {"source_type": "ad", "source_id": mark, "headline": mark}
    said = say(actor, mock, f"the price of {mark}?", profile_name=mark, referral=referral)
    written = run_as(person, inbox.reply, said.conversation_id, text=mark)
    send(str(actor.workspace_id), str(written.id))
    run_as(person, leads.add_tags, said.lead_id, tags=[mark])


def _deliver(actor: Actor, mark: str) -> None:
    credentials = WHATSAPP_CREDENTIALS | {"phone_number_id": f"10{next(_numbers)}"}
    number = run_as(
        actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=credentials
    )
    name = f"wamid.{mark}.{next(_numbers)}"
    sender = f"1650777{next(_numbers):04}"
    told = envelope(
        messages=[
            message(id=name, sender=sender, text=mark),
            message(sender=sender, type="reaction", reaction={"message_id": name, "emoji": "+1"}),
        ],
        statuses=[status(message_id=name, status="sent", recipient=sender)],
    )
    told["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = credentials[
        "phone_number_id"
    ]
    deliver(actor, number, told)
    store(actor, number, b"{waiting")


def _one_of_each(superuser: psycopg.Connection, workspace_id: UUID) -> dict:
    found = {}
    with superuser.cursor(row_factory=dict_row) as cursor:
        for table in owned_tables(superuser):
            # The oldest: what was erased came last.
            cursor.execute(OLDEST.format(table=table), [workspace_id])
            row = cursor.fetchone()
            if row is not None:
                found[table] = row
        cursor.execute("SELECT * FROM workspace WHERE id = %s", [workspace_id])
        found["workspace"] = cursor.fetchone()
        user = found["membership"]["user_id"]
        cursor.execute("SELECT * FROM user_account WHERE id = %s", [user])
        found["user_account"] = cursor.fetchone()
    return found


def fingerprint(superuser: psycopg.Connection, world: World) -> dict[str, str]:
    """Return a hash over every row of a workspace, by table."""
    parts = [
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"  # noqa: S608
        " WHERE workspace_id = %(id)s"
        for table in owned_tables(superuser)
    ]
    parts.append("SELECT 'workspace', md5(t::text) FROM workspace AS t WHERE id = %(id)s")
    parts.append(
        "SELECT 'user_account', md5(string_agg(u::text, '|' ORDER BY u::text))"
        " FROM user_account AS u JOIN membership AS m ON m.user_id = u.id"
        " WHERE m.workspace_id = %(id)s"
    )
    asked = superuser.execute(" UNION ALL ".join(parts), {"id": world.actor.workspace_id})
    return dict(asked.fetchall())


# Ids whose parameter is not called after their table.
OF_THE_SYSTEM = frozenset({"password_reset", "sign_in_challenge"})
TABLE_OF = {
    "absorbed": "contact",
    "actor_id": "user_account",
    "author_id": "user_account",
    "but": "lead",
    "challenge_id": "sign_in_challenge",
    "event_id": "webhook_event",
    "invitation_id": "invitation",
    "key_id": "api_key",
    "last_message_id": "message",
    "lead_event_id": "lead_event",
    "only": "session",
    "owner_id": "user_account",
    "reset_id": "password_reset",
    "session_id": "session",
    "stream": "channel",
    "survivor": "contact",
    "user_id": "user_account",
    "version_id": "rule_version",
}


def _new(table: str):
    return lambda rows: [{**rows[table], "id": new_id()}]


def _of(table: str, *columns: str):
    return lambda rows: [tuple(rows[table][column] for column in columns)]


# Parameters whose type does not say what belongs there, by function and name.
SHAPES = {
    "AnalyticsRepository.roll_up.days": lambda rows: [(NOON.date(), rows["channel"]["id"])],
    "ContactRepository.fold_identifiers.seen": lambda rows: {rows["contact"]["id"]: NOON},
    "InboxRepository.add_annotations.rows": _new("message_annotation"),
    "InboxRepository.add_conversations.rows": _new("conversation"),
    "InboxRepository.add_messages.rows": _new("message"),
    "InboxRepository.add_statuses.rows": _new("message_status"),
    "InboxRepository.known_messages.keys": _of("message", "channel_id", "provider_message_id"),
    "InboxRepository.open_conversations.pairs": _of("conversation", "channel_id", "contact_id"),
    "LeadRepository.add.rows": _new("lead"),
    "LeadRepository.open_leads.pairs": _of("lead", "channel_id", "contact_id"),
    "LeadRepository.saw_messages.seen": lambda rows: [
        (rows["lead"]["id"], rows["conversation"]["id"], NOON)
    ],
    "LeadRepository.store.states": lambda rows: [
        {**rows["lead"], "lead_id": rows["lead"]["id"], "moved_at": NOON}
    ],
    "RuleRepository.add_runs.rows": _new("rule_run"),
    "TouchRepository.add.rows": _new("touch"),
    "TouchRepository.add_channel_touches.rows": _new("touch"),
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


def told(result) -> str:
    """Write a result out, whatever it is made of."""
    if isinstance(result, SQLModel):
        return repr(result.model_dump())
    if isinstance(result, Mapping):
        return " ".join(f"{told(key)}: {told(kept)}" for key, kept in result.items())
    if isinstance(result, Sequence) and not isinstance(result, str | bytes):
        return " ".join(told(item) for item in result)
    if isinstance(result, bytes | bytearray | memoryview):
        return bytes(result).decode(errors="replace")
    return repr(result)

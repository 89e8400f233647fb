"""What tests need to exist, made through use cases; every argument but the scope is by keyword.

A factory works inside the given transaction. `run_as` gives one use case a transaction of its
own, and `deliver` takes a delivery the whole way from the door to its effects.
"""

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from itertools import count

from backend import auth, channels, intake, rules
from backend.auth import Actor, ActorKind, Role
from backend.auth.members import add_account, add_member
from backend.auth.members_repository import MemberRepository
from backend.auth.passwords import hash_password
from backend.channels import ChannelInput, Platform, Provider
from backend.intake import SimulatedMessage
from backend.kit.ids import new_id
from backend.platform.database import owner_engine
from backend.platform.unit_of_work import unit_of_work
from backend.rules import RuleInput

PASSWORD = "correct horse battery"
PHONE_NUMBER_ID = "106540352242922"
APP_SECRET = "the app's secret"
WHATSAPP_CREDENTIALS = {
    "app_secret": APP_SECRET,
    "verify_token": "the verify token",
    "phone_number_id": PHONE_NUMBER_ID,
    "waba_id": "102290129340398",
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

_numbers = count(1)

STORE = """
INSERT INTO webhook_event
    (id, workspace_id, channel_id, dedupe_key, body, headers, state, attempts, received_at)
VALUES (:id, :workspace_id, :channel_id, :key, :body, '{}', 'received', 0, :now)
ON CONFLICT (channel_id, dedupe_key) DO NOTHING
"""


def run_as(actor, use_case, *arguments, **named):
    """Run one use case in its own transaction and return what it returns."""
    with unit_of_work(actor) as uow:
        return use_case(uow, actor, *arguments, **named)


def administer(statement):
    """Run a statement as the owner of the tables, who makes triggers and sees who is busy."""
    with owner_engine().begin() as connection:
        result = connection.exec_driver_sql(statement)
        return result.all() if result.returns_rows else []


def create_workspace(uow, *, timezone="UTC", currency="USD"):
    name = f"Workspace {next(_numbers)}"
    return auth.create_workspace(uow, name=name, timezone=timezone, currency=currency)


@cache
def _hashed(password):
    """Hash a password once for all tests: it takes as long as a test."""
    return hash_password(password)


def create_user(uow, actor, *, role=Role.OPERATOR, email=None, password=PASSWORD):
    """Return the new user as an actor."""
    number = next(_numbers)
    user_id = add_account(
        uow,
        email=email or f"user{number}@leadflow.example",
        name=f"User {number}",
        password_hash=_hashed(password),
    )
    add_member(MemberRepository(uow, actor.workspace_id), user_id, role)
    return Actor(
        workspace_id=actor.workspace_id,
        kind=ActorKind.USER,
        name=f"User {number}",
        user_id=user_id,
        role=role,
    )


def create_channel(uow, actor, *, provider=Provider.MOCK, credentials=None, address=None):
    given = ChannelInput(
        name=f"Channel {next(_numbers)}",
        platform=Platform.WHATSAPP,
        provider=provider,
        address=address or f"+1206555{next(_numbers):04}",
        credentials=credentials or {},
    )
    return channels.create_channel(uow, actor, given)


def create_rule(uow, actor, given: RuleInput):
    """Write a rule and put it in force."""
    return rules.enable(uow, actor, rules.create_rule(uow, actor, given).id)


def rule(*, when=None, then, name=None, priority=10, stop=False):
    """Describe a rule; without `when` it matches every message."""
    return RuleInput(
        name=name or f"Rule {next(_numbers)}",
        priority=priority,
        definition={"if": when or {"all": []}, "then": then, "stop": stop},
    )


def mentions(*phrases):
    """Describe the condition that a text holds any of these phrases."""
    return {"field": "text", "operator": "contains_any", "value": list(phrases)}


def phone_number():
    """Return a telephone number that nobody else in this run has."""
    return f"+1206{5_550_000 + next(_numbers):07}"


def say(actor, channel, text="hello", **fields):
    """Let a customer of a mock channel write, in a transaction of its own."""
    fields.setdefault("sender", phone_number())
    message = SimulatedMessage(channel_id=channel.id, text=text, **fields)
    return run_as(actor, intake.simulate_inbound, message)


def store(actor, channel, *bodies):
    """Store deliveries as the acceptor does; what was stored before is passed over."""
    with unit_of_work(actor) as uow:
        for body in bodies:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            uow.execute(
                STORE,
                {
                    "id": new_id(),
                    "workspace_id": actor.workspace_id,
                    "channel_id": channel.id,
                    "key": hashlib.sha256(raw).digest(),
                    "body": raw,
                    "now": uow.now,
                },
            )


def deliver(actor, channel, *bodies):
    """Store deliveries and let them take effect; returns how many did."""
    store(actor, channel, *bodies)
    return intake.drain_workspace(actor.workspace_id)


def envelope(*, messages=(), statuses=(), people=()):
    """Write a delivery of Meta's with these messages, statuses and contacts."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550783881",
            "phone_number_id": PHONE_NUMBER_ID,
        },
    }
    parts = {"messages": list(messages), "statuses": list(statuses), "contacts": list(people)}
    value |= {name: items for name, items in parts.items() if items}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "W", "changes": [{"field": "messages", "value": value}]}],
    }


def message(*, at=NOON, sender="16505551234", text="hello", **fields):
    """Write a message of Meta's; a text unless `type` says otherwise."""
    head = {
        "from": sender,
        "id": f"wamid.{next(_numbers)}",
        "timestamp": str(int(at.timestamp())),
        "type": "text",
    }
    if fields.get("type", "text") == "text":
        head["text"] = {"body": text}
    return {**head, **fields}


def status(*, message_id, status, at=NOON, recipient="16505551234", **fields):
    """Write a status of Meta's."""
    return {
        "id": message_id,
        "status": status,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": recipient,
        **fields,
    }

"""One of every secret there is, and finding any of them in whatever was said."""

import base64
import io
import logging
import secrets
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
import pyotp
import structlog
from psycopg import sql

from backend import auth, channels
from backend.auth import Actor, Role, Visitor
from backend.channels import ChannelInput, Platform, Provider
from backend.platform.key_file import new_key
from backend.platform.logging import configure
from backend.platform.secrets import derived_key
from tests.factories import create_user, run_as

SHORTEST = 8  # a code of six figures is anywhere
TEXTS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name IN (
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE')
ORDER BY table_name, ordinal_position
"""


@dataclass(frozen=True)
class Planted:
    """The secrets by name, the id of the channel that has some, and what use cases returned."""

    secrets: Mapping[str, str]
    channel_id: object
    said: tuple[object, ...]


def canary(name: str) -> str:
    return f"canary-{name}-{secrets.token_hex(8)}"


def environment() -> dict[str, str]:
    """Return the secrets that settings hold, by their variables."""
    return {
        "LEADFLOW_SECRET_KEYS": new_key(),
        "LEADFLOW_ADMIN_PASSWORD": canary("admin-password"),
        "REDIS_URL": f"redis://:{canary('redis')}@127.0.0.1:1/0",
    }


def plant(actor: Actor) -> Planted:
    """Make every secret of a workspace and its people."""
    credentials = {
        "app_secret": canary("app-secret"),
        "previous_app_secret": canary("previous-app-secret"),
        "access_token": canary("access-token"),
        "verify_token": canary("verify-token"),
    }
    channel = ChannelInput(
        name="Sales",
        platform=Platform.WHATSAPP,
        provider=Provider.WHATSAPP_CLOUD,
        address="+12065550111",
        credentials=credentials | {"phone_number_id": "106540352242922"},
    )
    connected = run_as(actor, channels.create_channel, channel)
    people, said = plant_people(actor)
    key = run_as(actor, auth.create_api_key, name="CRM", scopes=frozenset({"all"}))
    rotated = run_as(actor, auth.rotate_api_key, key.id)
    invited = run_as(actor, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    opened = run_as(
        actor, lambda uow, _: channels.connection_of(uow, actor.workspace_id, connected.id)
    )
    found = {
        **credentials,
        **people,
        "API key before": key.key,
        "API key": rotated.key,
        "invitation": token_of(invited.path),
        "queue's key": derived_key("queue"),
    }
    returned = (*said, channel, connected, key, rotated, invited, opened)
    return Planted(found, connected.id, returned)


def plant_people(actor: Actor) -> tuple[dict[str, str], tuple[object, ...]]:
    """Make the secrets of somebody with a second factor and of somebody without."""
    plain, careful = canary("entry"), canary("second")
    wren = run_as(actor, create_user, email="wren@leadflow.example", password=plain)
    finch = run_as(actor, create_user, email="finch@leadflow.example", password=careful)
    session = auth.sign_in(email="wren@leadflow.example", password=plain, visitor=Visitor())
    offer = run_as(finch, auth.begin_second_factor)
    codes = run_as(finch, auth.confirm_second_factor, pyotp.TOTP(offer.secret).now())
    asked = auth.sign_in(email="finch@leadflow.example", password=careful, visitor=Visitor())
    reset = run_as(actor, auth.create_password_reset, wren.user_id)
    found = {
        "password": plain,
        "password of somebody careful": careful,
        "session": session.token,
        "device": session.device,
        "second factor": offer.secret,
        "recovery code": codes[0],
        "challenge": asked.token,
        "password reset": token_of(reset),
    }
    visitor = Visitor(device=session.device)
    return found, (wren, session, offer, asked, visitor)


def token_of(link: str) -> str:
    return link.rpartition("token=")[2]


def leaks(surfaces: Iterable[tuple[str, str]], planted: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return which surface shows which secret, in any form that somebody could read back."""
    wanted = {name: forms(secret) for name, secret in planted.items()}
    return {
        (surface, name)
        for surface, text in surfaces
        for name, looks in wanted.items()
        if any(look in text for look in looks)
    }


def forms(secret: str) -> frozenset[str]:
    """Return how a secret may look: plain, in an address, in base64, in hexadecimal."""
    assert len(secret) >= SHORTEST
    raw = secret.encode()
    packed = (base64.b64encode(raw), base64.urlsafe_b64encode(raw))
    found = {secret, quote(secret, safe=""), raw.hex()}
    # The last characters of base64 depend on what follows.
    return frozenset(found | {text.decode().rstrip("=")[:-2] for text in packed})


def database(superuser: psycopg.Connection) -> list[tuple[str, str]]:
    """Return every column of every table, with all that is in it."""
    found = []
    for table, column, kind in superuser.execute(TEXTS).fetchall():
        shown = "encode({0}, 'escape')" if kind == "bytea" else "CAST({0} AS text)"
        cell = sql.SQL(shown).format(sql.Identifier(column))
        statement = sql.SQL("SELECT string_agg({}, ' ') FROM {}")
        text = superuser.execute(statement.format(cell, sql.Identifier(table))).fetchone()[0]
        found.append((f"{table}.{column}", text or ""))
    return found


@contextmanager
def logged():
    """Log as the product does, with every detail, into the text that is yielded."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    configure(level=logging.DEBUG)
    structlog.configure(cache_logger_on_first_use=False)
    root.handlers[0].setStream(written)
    try:
        yield written
    finally:
        structlog.configure(**before)
        root.handlers, root.level = handlers, level

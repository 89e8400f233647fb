"""What tests about people do: sign in without a password, act as a key, invite, read the log."""

from datetime import timedelta

from backend import auth
from backend.auth import Actor, ActorKind, Role
from backend.auth.tokens import digest, new_token
from backend.kit.ids import new_id
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import run_as

OPEN = """
INSERT INTO session (id, workspace_id, user_id, token_hash, created_at, last_seen_at, expires_at,
                     user_agent, address)
VALUES (:id, :workspace_id, :user_id, :token_hash, :now, :now, :expires_at, '', '')
"""


def sign_in_as(person):
    """Open a session and return its token."""
    token = new_token()
    with unit_of_work(SYSTEM) as uow:
        values = {
            "id": new_id(),
            "workspace_id": person.workspace_id,
            "user_id": person.user_id,
            "token_hash": digest(token),
            "now": uow.now,
            "expires_at": uow.now + timedelta(days=1),
        }
        uow.execute(OPEN, values)
    return token


def key_of(actor, scopes):
    """Return a key of the actor's workspace, as an actor."""
    return Actor(
        workspace_id=actor.workspace_id,
        kind=ActorKind.API_KEY,
        name="key",
        key_id=new_id(),
        scopes=frozenset(scopes),
    )


def invite(actor, email="ines@leadflow.example", role=Role.OPERATOR):
    """Invite somebody and return the token of the link."""
    return token_of(run_as(actor, auth.invite, email=email, role=role))


def token_of(invitation):
    return invitation.path.partition("?token=")[2]


def deeds(actor, about=""):
    """Return the audit log of the actor's workspace, the oldest entry first."""
    statement = "SELECT * FROM audit_entry WHERE subject LIKE :about ORDER BY sequence"
    return run_as(actor, lambda uow, _: uow.execute(statement, {"about": f"{about}%"}).all())

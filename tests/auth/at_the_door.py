"""Getting in, as tests do it: by password, by code, and with a look at what is kept of it."""

import time

import pyotp

from backend import auth
from backend.auth import AuditQuery, Visitor
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import PASSWORD, run_as

EMAIL = "ana@leadflow.example"
HERE = Visitor(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
STEP_SECONDS = 30


def in_system(use_case, *arguments, **named):
    with unit_of_work(SYSTEM) as uow:
        return use_case(uow, *arguments, **named)


def changed(statement, **values):
    """Run a statement as the system and return the rows it returns."""
    with unit_of_work(SYSTEM) as uow:
        result = uow.execute(statement, values)
        return result.all() if result.returns_rows else []


def sign_in(email=EMAIL, password=PASSWORD, visitor=HERE):
    return auth.sign_in(email=email, password=password, visitor=visitor)


def actor_of(token):
    return in_system(auth.actor_for_session, token)


def entries(actor):
    """Return what the audit log of the actor's workspace tells, the last first."""
    system = auth.Actor.system(actor.workspace_id)
    return run_as(system, auth.list_audit, AuditQuery(), PageRequest(limit=200)).items


def actions(actor):
    return [entry.action for entry in entries(actor)]


def app_code(secret, *, steps=0):
    """Return what the app shows, now or some steps from now."""
    return pyotp.TOTP(secret).at(int(time.time()) + steps * STEP_SECONDS)


def fresh_code(secret):
    """Return a code that was not used yet, as if some time had passed."""
    changed("UPDATE second_factor SET last_step = 0")
    return app_code(secret)


def add_second_factor(actor):
    """Let a person have a second factor; returns its secret and the recovery codes."""
    secret = run_as(actor, auth.begin_second_factor).secret
    codes = run_as(actor, auth.confirm_second_factor, app_code(secret))
    changed("UPDATE second_factor SET last_step = 0")
    return secret, codes

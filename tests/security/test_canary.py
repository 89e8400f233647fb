"""No secret is seen again: every one there is was planted, and every surface is searched.

The surfaces are found, not listed: the routes come from the OpenAPI document, the columns from the
database, the views and settings from the modules. The last tests plant leaks and find them.
"""

import base64
import dataclasses
import importlib
import json
import logging
import pkgutil
from urllib.parse import urlencode

import psycopg
import pytest
from pydantic import BaseModel
from sqlalchemy.engine import make_url

import backend
from backend import auth, cli, keys_cli
from backend.auth.invitation_web import router as invitation_router
from backend.auth.tokens import digest
from backend.auth.web import router as sign_in_router
from backend.channels import service as channel_service
from backend.platform.masking import is_secret
from backend.platform.sealing import sealed_columns
from backend.platform.settings import SETTINGS, load
from backend.rest import rest_app
from tests.factories import run_as
from tests.rest.calling import Client
from tests.rest.routes import BODIES, everything, routes
from tests.security.canaries import canary, database, environment, leaks, logged, plant

# What a view or a question calls a secret, beside the words that the logs know.
ALSO_SECRET = frozenset({"uri", "qr"})
NOT_SHOWN_FOR_NOTHING = 30


@pytest.fixture(scope="module")
def application():
    """Make the API with the routes for browsers, as the web process does."""
    made = rest_app()
    made.include_router(sign_in_router)
    made.include_router(invitation_router)
    return made


@pytest.fixture
def settings_in_force(monkeypatch, request):
    """Put a secret into every setting that holds one; returns them by name."""
    request.getfixturevalue("database")
    given = environment()
    queue_stays = given.pop("REDIS_URL")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given | {"REDIS_URL": queue_stays}


@pytest.fixture
def planted(settings_in_force, actor):
    """Plant one of every secret; returns them by name, and what use cases said of them."""
    made = plant(actor)
    given = {name: value.rpartition("@")[0] or value for name, value in settings_in_force.items()}
    return dataclasses.replace(made, secrets={**made.secrets, **given})


@pytest.fixture
def admin_client(application, actor, planted):
    """Call with a key that may do everything."""
    assert planted
    made = run_as(actor, auth.create_api_key, name="search", scopes=frozenset({"all"}))
    return Client(application, {"Authorization": f"Bearer {made.key}"})


@pytest.fixture
def ids(admin_client, actor, mock_channel, planted):
    """Make one of everything that has an id, and name the channel with the secrets."""
    return everything(admin_client, actor, mock_channel) | {"channel_id": planted.channel_id}


@pytest.fixture
def superuser(server, request):
    url = server.superuser_url(make_url(request.getfixturevalue("database")).database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def told(response):
    return f"{response.headers}\n{response.text}"


def answers(client, document, ids):
    """Call every GET route, in every format that it offers."""
    for path, methods in document["paths"].items():
        for query in queries(methods.get("get")):
            address = f"{path.format(**ids)}{query}"
            response = client.get(address)
            assert response.status_code == 200, (address, response.text)
            yield f"GET {path}{query}", told(response)
    for path in ("/v1/docs", "/v1/openapi.json", "/metrics", "/healthz", "/readyz"):
        yield path, told(client.get(path))


def queries(operation):
    if operation is None:
        return
    formats = [
        choice
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "format"
        for choice in parameter["schema"]["enum"]
    ]
    yield from [f"?format={choice}" for choice in formats] or [""]


def refusals(client, application, ids, secret):
    """Send a secret wherever a route takes something and where it takes nothing; yield refusals."""
    for route in routes(application):
        for what, given in wrong_requests(application, route, secret):
            response = client.request(route.method, route.path.format(**ids), **given)
            if response.is_error:
                yield f"{route.method} {route.path} {what}", told(response)


def wrong_requests(application, route, secret):
    yield "query", {"params": dict.fromkeys((*parameters(application, route), "unknown"), secret)}
    if route.method != "GET":
        yield "name", {"headers": {"Idempotency-Key": f"\t{secret}\t{secret}"}}
        for body in wrong_bodies(route, secret):
            yield body[:20], {"content": body, "headers": {"Content-Type": "application/json"}}


def parameters(application, route):
    operation = application.openapi()["paths"][route.path][route.method.lower()]
    return [one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"]


def wrong_bodies(route, secret):
    right = BODIES.get(route.path, {})
    for name in right:
        yield json.dumps({**right, name: {"nested": secret}})
        yield json.dumps({**right, name: [secret]})
    yield json.dumps({**right, "unknown": secret})
    yield json.dumps([secret])
    yield json.dumps(secret)
    yield f'{{"broken": "{secret}'


def forms_of_browsers(client, secret):
    """Fill in every form of the web process wrongly, and open its links."""
    paths = {
        route.path: sorted(route.methods)
        for router in (sign_in_router, invitation_router)
        for route in router.routes
    }
    fields = {"email": secret, "password": secret, "code": secret, "name": secret, "next": secret}
    for path, (method, *_) in paths.items():
        query = urlencode({"token": secret, "unknown": secret})
        given = {"data": fields} if method == "POST" else {}
        response = client.request(method, f"{path}?{query}", **given)
        shown = {key: value for key, value in response.headers.items() if key != "set-cookie"}
        yield f"{method} {path}", f"{shown} {response.text}"


def test_every_answer_of_the_api_is_free_of_secrets(admin_client, application, ids, planted):
    found = list(answers(admin_client, application.openapi(), ids))
    assert len(found) > NOT_SHOWN_FOR_NOTHING
    assert leaks(found, planted.secrets) == set()


def test_a_refusal_does_not_repeat_what_was_sent(admin_client, application, ids, planted):
    sent = canary("sent")
    found = list(refusals(admin_client, application, ids, sent))
    assert len(found) > NOT_SHOWN_FOR_NOTHING
    assert leaks(found, {**planted.secrets, "sent": sent}) == set()


def test_no_form_and_no_link_of_the_browser_repeats_a_secret(admin_client, planted):
    for name in ("password", "session", "challenge", "invitation", "password reset"):
        found = list(forms_of_browsers(admin_client, planted.secrets[name]))
        assert leaks(found, planted.secrets) == set()


def test_a_wrong_key_is_not_repeated(application, planted):
    secret = planted.secrets["API key before"]
    client = Client(application, {"Authorization": f"Bearer {secret}"})
    response = client.get("/v1/leads")
    assert response.status_code == 401
    assert leaks([("401", told(response))], planted.secrets) == set()


def test_the_log_is_free_of_secrets(settings_in_force, actor, application, mock_channel):
    with logged() as written:
        planted = plant(actor)
        key = run_as(actor, auth.create_api_key, name="search", scopes=frozenset({"all"})).key
        client = Client(application, {"Authorization": f"Bearer {key}"})
        ids = everything(client, actor, mock_channel) | {"channel_id": planted.channel_id}
        list(answers(client, application.openapi(), ids))
        list(refusals(client, application, ids, planted.secrets["app_secret"]))
        list(forms_of_browsers(client, planted.secrets["password"]))
    secrets = {**planted.secrets, **settings_in_force, "key of the caller": key}
    assert "DEBUG" in written.getvalue().upper()
    assert leaks([("log", written.getvalue())], secrets) == set()


def test_a_fault_in_a_route_shows_no_secret(admin_client, planted, monkeypatch):
    def fail(*given, **named):
        message = f"cannot seal {given} {named} with {planted.secrets['API key']}"
        raise RuntimeError(message)

    monkeypatch.setattr(channel_service, "seal_in", fail)
    path = f"/v1/channels/{planted.channel_id}/rotate-secret"
    credentials = {
        name: planted.secrets[name] for name in ("app_secret", "verify_token", "access_token")
    }
    body = {"credentials": credentials | {"phone_number_id": "106540352242922"}}
    with logged() as written:
        response = admin_client.put(path, json=body)
    assert response.status_code == 500
    assert "cannot seal" in written.getvalue()
    found = [("answer", told(response)), ("log", written.getvalue())]
    assert leaks(found, planted.secrets) == set()


def test_the_database_holds_secrets_sealed_or_as_hashes_only(admin_client, ids, planted, superuser):
    assert ids
    named = {"Idempotency-Key": "one"}
    body = {"name": "kept", "scopes": ["leads:read"]}
    kept = admin_client.ok("POST", "/v1/api-keys", json=body, headers=named)
    columns = database(superuser)
    secrets = {**planted.secrets, "key in a kept answer": kept["key"]}
    assert leaks(columns, secrets) == set()
    hashes = dict(columns)
    assert digest(kept["key"]) in hashes["api_key.key_hash"]
    assert digest(planted.secrets["session"]) in hashes["session.token_hash"]


def test_every_sealed_value_is_in_a_column_that_a_rotation_knows(
    admin_client, ids, planted, superuser
):
    assert planted
    body, named = {"name": "kept", "scopes": ["leads:read"]}, {"Idempotency-Key": "one"}
    admin_client.ok("POST", "/v1/api-keys", json=body, headers=named)
    assert ids
    sealed = {name for name, text in database(superuser) if "gAAAA" in text}
    assert sealed == {f"{column.table}.{column.column}" for column in sealed_columns()}


def test_the_audit_log_is_free_of_secrets(actor, planted):
    entries = run_as(actor, auth.export_audit, auth.AuditQuery())
    assert {"channel.created", "api_key.rotated"} <= {entry.action for entry in entries}
    assert leaks([("audit", repr(entries))], planted.secrets) == set()


def test_what_use_cases_return_shows_no_secret(planted):
    shown = [(type(said).__name__, f"{said!r} {said}") for said in planted.said]
    assert len(shown) > 8
    assert leaks(shown, planted.secrets) == set()


def test_no_command_prints_a_secret(planted, capsys):
    keys_cli.list_api_keys()
    keys_cli.show_secrets()
    keys_cli.rotate_secrets()
    cli.list_users()
    said = capsys.readouterr().out
    assert "CRM" in said
    assert leaks([("commands", said)], planted.secrets) == set()


def test_settings_show_no_secret(settings_in_force, monkeypatch):
    for name, value in settings_in_force.items():
        monkeypatch.setenv(name, value)
    shown = [(cls.__name__, f"{load(cls)!r} {load(cls)}") for cls in SETTINGS]
    password = make_url(settings_in_force["REDIS_URL"]).password
    assert leaks(shown, settings_in_force | {"redis": password}) == set()
    database_password = make_url(load(SETTINGS[0]).database_url).password
    if database_password:
        assert leaks(shown, {"database": database_password}) == set()


def classes():
    """Return every dataclass and every model of ours."""
    for module in pkgutil.walk_packages(backend.__path__, "backend."):
        found = vars(importlib.import_module(module.name)).values()
        yield from (one for one in found if isinstance(one, type) and one.__module__ == module.name)


def shown_secrets(cls):
    """Return the fields of a class that are called like a secret and stand in its `repr`."""
    if dataclasses.is_dataclass(cls):
        fields = [(field.name, field.repr, str(field.type)) for field in dataclasses.fields(cls)]
    elif issubclass(cls, BaseModel) and not hasattr(cls, "__tablename__"):
        items = cls.model_fields.items()
        fields = [(name, field.repr, str(field.annotation)) for name, field in items]
    else:
        fields = []
    return [
        f"{cls.__qualname__}.{name}"
        for name, is_shown, kind in fields
        if is_shown and is_text(kind) and (is_secret(name) or name in ALSO_SECRET)
    ]


def is_text(kind):
    return "str" in kind and "SecretStr" not in kind


def test_a_field_that_is_called_like_a_secret_stays_out_of_every_repr():
    found = [field for cls in classes() for field in shown_secrets(cls)]
    assert found == []


def test_a_planted_leak_is_found_where_it_is(admin_client, application, ids, planted, superuser):
    secret = planted.secrets["session"]
    body = BODIES["/v1/channels"] | {"name": f"called {secret}"}
    admin_client.ok("POST", "/v1/channels", json=body)
    found = leaks(answers(admin_client, application.openapi(), ids), planted.secrets)
    assert ("GET /v1/channels", "session") in found
    assert ("GET /v1/audit?format=csv", "session") in found
    assert ("channel.name", "session") in leaks(database(superuser), planted.secrets)


def in_base64(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("disguise", [str, lambda text: text.encode().hex(), in_base64])
def test_a_leak_in_another_form_is_found(disguise):
    secret = canary("secret")
    assert leaks([("here", f"x{disguise(secret)}x")], {"it": secret}) == {("here", "it")}


def test_a_leak_into_the_log_is_found():
    secret = canary("secret")
    with logged() as written:
        logging.getLogger("leaky").warning("said %s", secret)
    assert leaks([("log", written.getvalue())], {"it": secret}) == {("log", "it")}


def test_a_leaky_class_is_found():
    @dataclasses.dataclass
    class Leaky:
        token: str

    assert shown_secrets(Leaky)

"""What the OpenAPI document says is so, whoever calls and whatever they send.

Schemathesis makes requests from the document, fitting ones and others, and looks whether status,
headers and body of each answer are what the document names. They are sent by keys of every kind,
with ids of their own workspace and of another one, whose rows carry a mark that must not return.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from backend.auth import Actor, Permission, Role, create_api_key
from backend.auth.policy import ALL_SCOPES, GRANTS
from backend.platform.kept_answers import FIELD
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rest import rest_app
from tests.factories import create_channel, create_workspace, run_as
from tests.rest.calling import Client
from tests.rest.routes import everything

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("schema")]

APP = rest_app()
SCHEMA = schemathesis.openapi.from_asgi("/v1/openapi.json", APP)
SCHEMA.config.generation.update(with_security_parameters=False)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]
# What takes nothing cannot be asked wrongly.
TAKING = [
    operation
    for operation in OPERATIONS
    if operation.definition.raw.get("parameters") or "requestBody" in operation.definition.raw
]
HELD = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
KEYS = {
    "everything": frozenset({ALL_SCOPES}),
    "reading": frozenset(item.value for item in Permission if item.value.endswith(":read")),
    **{role.value: frozenset(item.value for item in GRANTS[role]) for role in Role},
}
MARK = "mark-of-the-other-workspace"
SAYING = {"from": "+12065550199", "text": MARK, "profile_name": MARK}
FITTING, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


def few(examples):
    """Make so many requests, the same ones each time."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def ours(request):
    """Make the workspace of the keys that call; returns who works there and the ids of things."""
    request.getfixturevalue("database")
    return world(frozenset({ALL_SCOPES}))


@pytest.fixture
def theirs(ours):
    """Make another workspace, in which everything carries the mark; returns its ids."""
    actor, ids = world(frozenset({ALL_SCOPES}))
    client = client_of(actor, frozenset({ALL_SCOPES}), name=MARK)
    said = {"channel_id": ids["channel_id"], **SAYING}
    client.ok("POST", "/v1/mock/whatsapp/inbound", json=said)
    client.ok("PATCH", "/v1/workspace", json={"name": MARK})
    for path in ("/v1/contacts", "/v1/conversations", "/v1/workspace", "/v1/api-keys"):
        assert MARK in client.get(path).text
    assert ids["lead_id"] != ours[1]["lead_id"]
    return ids


def world(scopes):
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    channel = run_as(actor, create_channel)
    ids = everything(client_of(actor, scopes), actor, channel)
    return actor, {name: str(value) for name, value in ids.items()}


def client_of(actor, scopes, name="schema"):
    key = run_as(actor, create_api_key, name=name, scopes=scopes).key
    return Client(APP, {"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("kind", KEYS)
def test_every_answer_is_as_the_document_says_and_tells_nothing_of_others(ours, theirs, kind):
    actor, ids = ours
    examples = few(5 if kind == "everything" else 1)
    client = client_of(actor, KEYS[kind])
    for operation in OPERATIONS:
        send(client, operation, examples, ids)
        send(client, operation, examples, theirs)
        if operation in TAKING:
            send(client, operation, examples, {}, mode=WRONG)


def test_without_a_key_nothing_is_answered_but_that(ours):
    for operation in OPERATIONS:
        send(Client(APP), operation, few(1), ours[1], only=(401,))


def send(client, operation, examples, ids, *, mode=FITTING, only=range(500)):
    """Send requests of an operation, aimed at these ids, and hold the answers to the document."""
    named = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}

    @examples
    @given(operation.as_strategy(generation_mode=mode, path_parameters=named or None))
    def send_one(case):
        response = aimed(case, ids).call(headers=client.headers)
        assert MARK not in response.text, operation.label
        assert response.status_code in only, operation.label
        case.validate_response(response, checks=HELD)

    send_one()


def aimed(case, ids):
    """Let a request name things that exist; then it is not the repetition of another one."""
    for part in (case.query, case.body) if ids else ():
        if isinstance(part, dict):
            part.update({name: ids[name] for name in ids if name in part})
    if ids:
        case.headers.pop(FIELD, None)
    return case

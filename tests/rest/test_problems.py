"""Refusals: one form for all of them, which says what is wrong and repeats nothing."""

import pytest
from fastapi import HTTPException
from fastapi.responses import StreamingResponse
from psycopg.errors import CheckViolation, UniqueViolation
from sqlalchemy.exc import IntegrityError

from backend.platform import database as platform_database
from backend.rest import MAX_BODY_BYTES, rest_app
from tests.factories import say
from tests.rest.calling import Client

INBOUND = "/v1/mock/whatsapp/inbound"
JSON = {"Content-Type": "application/json"}
NO_SERVER = "postgresql://leadflow:hidden@127.0.0.1:9/leadflow"


def assert_problem(response, status):
    problem = response.json()
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"].startswith("/v1/docs#")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff\xfe{}", b'{"a":', b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"]
)
def test_what_is_not_json_cannot_be_read(client, body):
    assert_problem(client.post(INBOUND, content=body, headers=JSON), 400 if body else 422)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"1"])
def test_json_that_is_no_object_is_refused(client, body):
    problem = assert_problem(client.post(INBOUND, content=body, headers=JSON), 422)
    assert problem["field"] == "body"
    assert "JSON object" in problem["expected"]


def test_a_body_of_another_type_is_refused_with_the_right_one(client):
    problem = assert_problem(client.post(INBOUND, data={"text": "hello"}), 422)
    assert "application/json" in problem["expected"]


def test_every_wrong_field_is_named(client):
    given = {"channel_id": "nothing", "text": ["secret-value"], "colour": "secret-value"}
    problem = assert_problem(client.post(INBOUND, json=given), 422)
    faults = {fault["field"]: fault for fault in problem["errors"]}
    assert set(faults) == {"channel_id", "from", "text", "colour"}
    assert faults["from"]["message"] == "is missing"
    assert faults["colour"]["message"] == "there is no such field"
    assert faults["channel_id"]["expected"] == "a UUID"
    assert "secret-value" not in str(problem)


def test_an_impossible_choice_is_answered_with_the_choices(client, inbound):
    path = f"/v1/leads/{inbound().json()['lead_id']}/stage"
    problem = assert_problem(client.put(path, json={"stage": "won"}), 422)
    assert problem["field"] == "stage"
    assert "'converted'" in problem["expected"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=many", "limit=-1", "cursor=nothing", "cursor=WzFd"]
)
def test_a_wrong_page_is_refused(client, query):
    problem = assert_problem(client.get(f"/v1/leads?{query}"), 422)
    assert problem["field"] == query.partition("=")[0]
    assert problem["expected"]


def test_a_misspelt_filter_is_refused_and_not_passed_over(client):
    problem = assert_problem(client.get("/v1/leads?stag=new"), 422)
    assert problem["field"] == "stag"


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/v1/leads/", "/v2/leads"])
def test_an_unknown_address_is_not_found(client, path):
    assert assert_problem(client.get(path), 404)["instance"] == path


def test_a_wrong_method_is_answered_with_the_right_ones(client):
    response = client.put("/v1/leads", json={})
    assert_problem(response, 405)
    assert response.headers["allow"] == "GET"


def test_a_second_channel_of_a_number_is_a_conflict(client, mock_channel):
    given = {
        "name": "Again",
        "platform": "whatsapp",
        "provider": "mock",
        "address": mock_channel.address,
    }
    assert assert_problem(client.post("/v1/channels", json=given), 409)["field"] == "address"


def test_a_key_that_lacks_a_scope_hears_which(client_of, actor):
    problem = assert_problem(client_of(actor, "leads:read").get("/v1/rules"), 403)
    assert problem["expected"] == "rules:read"


def test_a_body_over_the_limit_is_refused_before_it_is_read(client):
    response = client.post(INBOUND, content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    assert_problem(response, 413)


def test_a_body_over_the_limit_is_refused_without_its_length(client):
    async def parts():
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    response = client.post(INBOUND, content=parts(), headers=JSON)
    assert "content-length" not in response.request.headers
    assert_problem(response, 413)


def test_a_body_at_the_limit_is_read(client):
    assert_problem(client.post(INBOUND, content=b"{" * MAX_BODY_BYTES, headers=JSON), 400)


def test_a_fault_of_ours_says_nothing_of_itself():
    broken = rest_app()

    @broken.get("/v1/broken")
    def fail():
        message = "password=hunter2"
        raise RuntimeError(message)

    problem = assert_problem(Client(broken).get("/v1/broken"), 500)
    assert "hunter2" not in str(problem)
    assert "RuntimeError" not in str(problem)


@pytest.mark.parametrize(
    ("cause", "status"), [(UniqueViolation("secret-value"), 409), (CheckViolation("a"), 500)]
)
def test_two_who_change_the_same_at_once_are_told_apart_from_a_fault(cause, status):
    app = rest_app()

    @app.get("/v1/race")
    def lose():
        statement = "INSERT"
        raise IntegrityError(statement, {"text": "secret-value"}, cause)

    assert "secret-value" not in str(assert_problem(Client(app).get("/v1/race"), status))


def test_a_fault_in_the_middle_of_an_answer_breaks_it_off():
    app = rest_app()

    @app.get("/v1/stream")
    def stream():
        def parts():
            yield b"half"
            raise ConnectionAbortedError

        return StreamingResponse(parts())

    with pytest.raises(ConnectionAbortedError):
        Client(app).get("/v1/stream")


def test_a_refusal_of_the_framework_keeps_its_status():
    app = rest_app()

    @app.get("/v1/teapot")
    def refuse():
        raise HTTPException(418, "short and stout", headers={"X-Handle": "here"})

    response = Client(app).get("/v1/teapot")
    assert_problem(response, 418)
    assert response.headers["x-handle"] == "here"


def test_without_a_database_the_caller_is_asked_to_come_back(client, monkeypatch):
    platform_database.dispose()
    monkeypatch.setenv("DATABASE_URL", NO_SERVER)
    response = client.get("/v1/leads")
    problem = assert_problem(response, 503)
    assert int(response.headers["retry-after"]) > 0
    assert "hidden" not in str(problem)
    platform_database.dispose()


def test_a_harmless_request_id_is_kept_and_another_is_replaced(client):
    kept = client.get("/v1/leads", headers={"X-Request-ID": "trace-1.2_3"})
    assert kept.headers["x-request-id"] == "trace-1.2_3"
    for given in ("a b", "x" * 65, "<script>", ""):
        replaced = client.get("/nothing", headers={"X-Request-ID": given})
        assert replaced.headers["x-request-id"] not in {given, ""}
        assert_problem(replaced, 404)


def test_answers_are_neither_kept_nor_guessed_at(client, actor, mock_channel):
    say(actor, mock_channel)
    headers = client.get("/v1/leads").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"

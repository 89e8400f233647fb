"""A POST that carries a name has its effect once, whatever breaks off in between."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from fastapi import Depends, HTTPException

from backend import auth
from backend.auth import Actor
from backend.auth.api import CurrentActor
from backend.platform import kept_answers, queue
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rest import once, rest_app
from tests.factories import create_workspace, say

INBOUND = "/v1/mock/whatsapp/inbound"
EFFECTS = "/v1/effects"
PASS = """
UPDATE kept_answer SET started_at = started_at - :time, committed_at = committed_at - :time,
                       expires_at = expires_at - :time
"""


class Killed(BaseException):
    """What a process that ends at once looks like from inside."""


@pytest.fixture
def name():
    return str(uuid4())


@pytest.fixture
def said(mock_channel):
    """Describe a message; each time that it takes effect there is one more."""
    return {"channel_id": str(mock_channel.id), "from": "+12065550123", "text": "hello"}


def post(client, name, body=None, path=INBOUND):
    return client.post(path, json=body, headers={"Idempotency-Key": name})


def messages_of(client):
    conversations = client.ok("GET", "/v1/conversations")["items"]
    paths = [f"/v1/conversations/{item['id']}/messages" for item in conversations]
    return [item for path in paths for item in client.ok("GET", path)["items"]]


def everywhere(statement, **given):
    """Run a statement on the kept answers of each workspace; returns all rows."""
    found = []
    with unit_of_work(SYSTEM) as uow:
        workspaces = auth.workspace_ids(uow)
    for workspace_id in workspaces:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            result = uow.execute(statement, given)
            found += result.all() if result.returns_rows else []
    return found


def later(**time):
    """Let time pass for every kept answer."""
    everywhere(PASS, time=timedelta(**time))


@pytest.fixture
def broken_at(actor, client_of):
    """Return a function that makes an application whose route breaks, and a client of it."""

    def make(effect_then):
        app = rest_app()

        @app.post(EFFECTS, dependencies=[Depends(once)], status_code=201)
        def act(caller: CurrentActor) -> dict[str, int]:
            with unit_of_work(caller) as uow:
                uow.execute("UPDATE workspace SET name = name || '+'")
            return effect_then()

        return client_of(actor).on(app)

    return make


def effects(actor):
    with unit_of_work(actor) as uow:
        return uow.execute("SELECT name FROM workspace").scalar_one().count("+")


def test_the_same_request_again_gets_the_same_answer_and_has_no_second_effect(client, said, name):
    first, second = post(client, name, said), post(client, name, said)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(messages_of(client)) == 1


def test_without_a_name_the_same_request_is_another_one(client, said):
    for _ in range(2):
        assert client.post(INBOUND, json=said).status_code == 200
    assert len(messages_of(client)) == 2


def test_a_refusal_is_repeated_too(client, said, name):
    first, second = (post(client, name, {**said, "from": "nobody"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (422, 422)
    assert second.content == first.content
    assert second.headers["content-type"] == "application/problem+json"
    assert second.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (INBOUND, {"text": "something else"}),
        (f"{INBOUND}?a=1", {}),
        ("/v1/mock/whatsapp/status", {}),
    ],
)
def test_the_name_of_another_request_is_refused(client, said, name, path, change):
    assert post(client, name, said).status_code == 200
    response = post(client, name, said | change, path)
    assert response.status_code == 409
    assert response.json()["field"] == "Idempotency-Key"
    assert len(messages_of(client)) == 1


@pytest.mark.parametrize("bad", ["", " ", "x" * 256, "ü", "a\tb", "a\x7f"])
def test_a_name_that_is_none_is_refused(client, said, bad):
    response = post(client, bad.encode("latin-1"), said)
    assert response.status_code == 422
    assert response.json()["field"] == "Idempotency-Key"
    assert "255" in response.json()["expected"]
    assert messages_of(client) == []


def test_the_longest_name_is_one(client, said):
    assert post(client, "x" * 255, said).status_code == 200


def test_a_name_means_something_to_one_key_only(client, client_of, actor, said, name):
    for caller in (client, client_of(actor)):
        response = post(caller, name, said)
        assert response.status_code == 200
        assert "idempotency-replayed" not in response.headers
    assert len(messages_of(client)) == 2


def test_a_name_means_something_in_one_workspace_only(client, stranger, said, name):
    assert post(client, name, said).status_code == 200
    response = post(stranger, name, said)
    assert response.status_code == 404
    assert "idempotency-replayed" not in response.headers


def test_what_is_not_a_post_is_done_each_time(client, actor, mock_channel, name):
    lead = say(actor, mock_channel).lead_id
    headers = {"Idempotency-Key": name}
    for stage in ("nurtured", "qualified"):
        answer = client.put(f"/v1/leads/{lead}/stage", json={"stage": stage}, headers=headers)
        assert answer.json()["stage"] == stage


def test_without_a_valid_key_a_name_is_not_looked_at(anonymous, said, name):
    for _ in range(2):
        response = post(anonymous, name, said)
        assert response.status_code == 401
        assert "idempotency-replayed" not in response.headers


def test_twenty_at_once_have_one_effect(client, said, name):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(client, name, said), range(20)))
    made = messages_of(client)
    assert len(made) == 1
    done = [answer for answer in answers if answer.status_code == 200]
    assert {answer.json()["message_id"] for answer in done} == {made[0]["id"]}
    assert sum("idempotency-replayed" not in answer.headers for answer in done) == 1
    early = [answer for answer in answers if answer.status_code != 200]
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in early} <= {(409, "1")}
    assert post(client, name, said).json()["message_id"] == made[0]["id"]


def test_after_a_day_a_name_is_new(client, said, name):
    post(client, name, said)
    later(hours=24)
    assert "idempotency-replayed" not in post(client, name, {**said, "text": "new"}).headers
    assert len(messages_of(client)) == 2


def test_expired_answers_are_deleted_and_others_are_not(client, client_of, actor, said, name):
    post(client, name, said)
    later(hours=24)
    other = client_of(actor)
    post(other, name, said)
    queue.run("platform.forget_answers")
    assert len(everywhere("SELECT attempt FROM kept_answer")) == 1
    assert post(other, name, said).headers["idempotency-replayed"] == "true"


def test_an_answer_is_kept_sealed(client, said, name):
    answer = post(client, name, said).json()
    stored = str(everywhere("SELECT * FROM kept_answer"))
    assert answer["lead_id"] not in stored
    assert name not in stored


def test_without_its_sealing_key_an_answer_is_lost_and_its_effect_is_not(
    client, said, name, monkeypatch
):
    post(client, name, said)
    later(seconds=61)
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", Fernet.generate_key().decode())
    assert "took effect" in refused(post(client, name, said))
    assert len(messages_of(client)) == 1


def test_an_answer_taken_away_is_not_repeated_and_neither_is_its_effect(client, actor, said, name):
    post(client, name, said)
    with unit_of_work(actor) as uow:
        assert kept_answers.redact(uow) == 1
    later(seconds=61)
    assert "took effect" in refused(post(client, name, said))
    assert len(messages_of(client)) == 1


def refused(response):
    """Return why a request that will never be done again was refused."""
    assert response.status_code == 409
    assert "retry-after" not in response.headers
    return response.json()["detail"]


def test_killed_after_the_commit_it_is_known_that_it_took_effect(broken_at, actor, name):
    def die():
        raise Killed

    client = broken_at(die)
    with pytest.raises(Killed):
        post(client, name, path=EFFECTS)
    assert effects(actor) == 1
    at_once = post(client, name, path=EFFECTS)
    assert (at_once.status_code, at_once.headers["retry-after"]) == (409, "1")
    later(seconds=61)
    assert "took effect" in refused(post(client, name, path=EFFECTS))
    assert effects(actor) == 1


def test_a_fault_after_the_commit_has_no_second_effect(broken_at, actor, name):
    def fail():
        message = "after the commit"
        raise RuntimeError(message)

    client = broken_at(fail)
    assert post(client, name, path=EFFECTS).status_code == 500
    assert post(client, name, path=EFFECTS).status_code == 409
    assert effects(actor) == 1


def test_killed_before_the_commit_it_is_done_after_a_while(client, actor, name):
    dying = rest_app()
    is_dying = [True]

    @dying.post(EFFECTS, dependencies=[Depends(once)])
    def act(caller: CurrentActor) -> dict[str, int]:
        with unit_of_work(caller) as uow:
            uow.execute("UPDATE workspace SET name = name || '+'")
            if is_dying.pop() if is_dying else False:
                raise Killed
        return {}

    caller = client.on(dying)
    with pytest.raises(Killed):
        post(caller, name, path=EFFECTS)
    assert post(caller, name, path=EFFECTS).status_code == 409
    later(seconds=61)
    assert post(caller, name, path=EFFECTS).status_code == 200
    assert effects(actor) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_go_well_the_next_time_is_tried_again(client, actor, name, status):
    moody = rest_app()
    answers = [status, None]

    @moody.post(EFFECTS, dependencies=[Depends(once)])
    def act(caller: CurrentActor) -> dict[str, int]:
        with unit_of_work(caller) as uow:
            uow.execute("UPDATE workspace SET name = name || '+'")
            if fault := answers.pop(0):
                raise HTTPException(fault, "not now")
        return {}

    caller = client.on(moody)
    assert post(caller, name, path=EFFECTS).status_code == status
    assert post(caller, name, path=EFFECTS).status_code == 200
    assert effects(actor) == 1


def elsewhere(work):
    """Do something as another request would, outside of the one under way."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_who_was_overtaken_has_no_effect(client, actor, name):
    slow = rest_app()
    caller = client.on(slow)
    inner = []

    def overtake():
        later(seconds=61)
        return post(caller, name, path=EFFECTS).status_code

    @slow.post(EFFECTS, dependencies=[Depends(once)])
    def act(who: CurrentActor) -> dict[str, int]:
        with unit_of_work(who) as uow:
            if not inner:
                inner.append(True)
                inner.append(elsewhere(overtake))
            uow.execute("UPDATE workspace SET name = name || '+'")
        return {"tries": len(inner)}

    assert post(caller, name, path=EFFECTS).status_code == 409
    assert inner == [True, 200]
    assert effects(actor) == 1
    assert post(caller, name, path=EFFECTS).headers["idempotency-replayed"] == "true"


def test_an_answer_too_long_to_be_kept_is_sent_and_has_one_effect(broken_at, actor, name):
    client = broken_at(lambda: {"x" * 1_100_000: 1})
    first = post(client, name, path=EFFECTS)
    assert first.status_code == 201
    assert len(first.content) > 1_100_000
    later(seconds=61)
    assert post(client, name, path=EFFECTS).status_code == 409
    assert effects(actor) == 1


def test_a_body_that_comes_in_parts_is_one_request(client, said, name):
    raw = json.dumps(said).encode()

    async def parts():
        for start in range(0, len(raw), 10):
            yield raw[start : start + 10]

    headers = {"Idempotency-Key": name, "Content-Type": "application/json"}
    first = client.post(INBOUND, content=parts(), headers=headers)
    second = client.post(INBOUND, content=raw, headers=headers)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"


def test_a_row_belongs_to_its_workspace(client, said, name):
    post(client, name, said)
    with unit_of_work(SYSTEM) as uow:
        other = create_workspace(uow)
        assert uow.execute("SELECT count(*) FROM kept_answer").scalar_one() == 0
    with unit_of_work(Actor.system(other.id)) as uow:
        assert uow.execute("SELECT count(*) FROM kept_answer").scalar_one() == 0
        assert kept_answers.redact(uow) == 0

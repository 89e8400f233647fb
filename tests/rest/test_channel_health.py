"""A channel's health, templates and changes over HTTP."""

from backend import channels
from backend.channels import TemplateChange
from tests.channels.conftest import provider, wanted
from tests.channels.stand_in import TOKEN
from tests.factories import NOON, run_as
from tests.rest.test_channels import CLOUD, CREDENTIALS

FIXTURES = (provider, wanted)


def body(provider, **changes):
    credentials = CREDENTIALS | {"access_token": TOKEN}
    settings = {"base_url": provider.url}
    return CLOUD | {"credentials": credentials, "settings": settings, "check": True} | changes


def test_a_channel_that_is_to_be_checked_is_connected_only_when_it_works(client, provider):
    made = client.ok("POST", "/v1/channels", json=body(provider))
    assert made["is_checked"]
    health = client.ok("GET", f"/v1/channels/{made['id']}/health")
    assert (health["quality"], health["check_error"]) == ("green", "")
    wrong = client.post("/v1/channels", json=body(provider, credentials=CREDENTIALS))
    assert (wrong.status_code, wrong.json()["field"]) == (422, "credentials.access_token")
    assert CREDENTIALS["access_token"] not in wrong.text


def test_an_unknown_setting_is_refused_with_the_known_ones(client):
    response = client.post("/v1/channels", json=CLOUD | {"settings": {"proxy": "x"}})
    assert (response.status_code, response.json()["field"]) == (422, "settings.proxy")


def test_a_base_address_that_is_not_public_is_refused(client):
    given = CLOUD | {"settings": {"base_url": "http://10.0.0.1"}}
    response = client.post("/v1/channels", json=given)
    assert (response.status_code, response.json()["field"]) == (422, "settings.base_url")


def test_a_channel_is_renamed_and_taken_out_of_use(client, mock_channel):
    path = f"/v1/channels/{mock_channel.id}"
    changed = client.ok("PATCH", path, json={"name": "Trial", "is_active": False})
    assert (changed["name"], changed["is_active"]) == ("Trial", False)
    assert client.ok("GET", path) == changed


def test_templates_are_listed_in_pages(client, actor, mock_channel):
    def tell(uow, actor):
        told = [
            TemplateChange(
                address=None,
                provider_template_id=name,
                occurred_at=NOON,
                name=name,
                language="en",
                status="approved",
            )
            for name in ("a", "b", "c")
        ]
        pairs = [(mock_channel.id, one) for one in told]
        channels.apply_template_changes(uow, actor.workspace_id, pairs)

    run_as(actor, tell)
    pages = client.pages(f"/v1/channels/{mock_channel.id}/templates", limit=2)
    assert [[one["name"] for one in page] for page in pages] == [["a", "b"], ["c"]]


def test_a_secret_is_added_and_the_old_one_retired(client, provider):
    made = client.ok("POST", "/v1/channels", json=body(provider))
    path = f"/v1/channels/{made['id']}"
    new = {"credentials": {"app_secret": "canary-new"}}
    for response in (
        client.put(f"{path}/add-secret", json=new),
        client.post(f"{path}/retire-secret"),
    ):
        assert response.status_code == 200
        assert "canary" not in response.text


def test_a_test_message_answers_with_what_the_provider_said(client, provider):
    made = client.ok("POST", "/v1/channels", json=body(provider))
    path = f"/v1/channels/{made['id']}/test"
    asked = {"recipient": "+12065550123", "text": "hi"}
    assert client.ok("POST", path, json=asked)["provider_message_id"]
    provider.refusal = "131047"
    refused = client.ok("POST", path, json=asked)
    assert (refused["code"], refused["fault"]) == ("131047", "window")

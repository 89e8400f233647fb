"""A file is handed to whoever may read the conversation, so that it can do nothing there."""

import pytest

from backend import auth
from backend.auth import Role
from backend.auth.sessions import SESSION_COOKIE
from backend.channels import MessageKind
from backend.kit.ids import new_id
from backend.rest import rest_app
from tests.factories import PASSWORD, create_user, run_as
from tests.media.conftest import HTML, PDF, PNG
from tests.platform._far_side import ok
from tests.rest.calling import Client
from tests.rest.conftest import anonymous, client, client_of, stranger  # noqa: F401  fixtures


@pytest.fixture
def app():
    return rest_app()


def address(shown):
    return f"/v1/media/{shown.id}"


def test_a_picture_is_shown_in_place(client, fetched):  # noqa: F811
    answer = client.get(address(fetched(ok(PNG + HTML), filename="a.html")))
    assert (answer.status_code, answer.content) == (200, PNG + HTML)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")


def test_a_document_is_handed_over_to_be_saved(client, fetched):  # noqa: F811
    shown = fetched(ok(PDF), kind=MessageKind.DOCUMENT, filename='../a\r\n"ção.pdf')
    said = client.get(address(shown)).headers["content-disposition"]
    assert said.startswith('attachment; filename="a_')
    assert said.endswith("%C3%A7%C3%A3o.pdf")
    assert "\n" not in said


def test_a_file_of_another_workspace_looks_like_none(stranger, fetched):  # noqa: F811
    assert stranger.get(address(fetched(ok(PNG)))).status_code == 404
    assert stranger.get(f"/v1/media/{new_id()}").status_code == 404


def test_nobody_unknown_gets_a_file(anonymous, fetched):  # noqa: F811
    assert anonymous.get(address(fetched(ok(PNG)))).status_code == 401


def test_a_key_for_something_else_gets_no_file(client_of, actor, fetched):  # noqa: F811
    shown = fetched(ok(PNG))
    assert client_of(actor, "rules:read").get(address(shown)).status_code == 403


def test_what_was_refused_is_not_handed_out(client, fetched):  # noqa: F811
    assert client.get(address(fetched(ok(HTML)))).status_code == 404


def test_a_file_that_the_store_lost_is_not_found(client, fetched, copies):  # noqa: F811
    shown = fetched(ok(PNG))
    copies()[0].unlink()
    assert client.get(address(shown)).status_code == 404


def test_the_screens_session_shows_a_file(app, actor, fetched):
    shown = fetched(ok(PNG))
    email = "viewer@leadflow.example"
    run_as(actor, create_user, role=Role.OPERATOR, email=email)
    token = auth.sign_in(email=email, password=PASSWORD).token
    browser = Client(app, {"Cookie": f"{SESSION_COOKIE}={token}"})
    assert browser.get(address(shown)).content == PNG
    guest = Client(app, {"Cookie": f"{SESSION_COOKIE}=made-up"})
    assert guest.get(address(shown)).status_code == 401

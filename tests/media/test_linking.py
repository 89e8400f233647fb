"""A provider fetches a file behind a link that we signed; nobody else gets anything by it."""

import base64
from datetime import timedelta

import pytest

from backend import media
from backend.kit.ids import new_id
from backend.media import MediaNotFound
from backend.media.linking import LIFETIME
from backend.platform import secrets
from backend.rest import rest_app
from tests.factories import run_as
from tests.media.conftest import HTML, PNG
from tests.platform._far_side import ok
from tests.rest.conftest import anonymous, client_of  # noqa: F401  fixtures

BASE = "https://chat.leadflow.example/"


@pytest.fixture
def app():
    return rest_app()


@pytest.fixture
def link(actor):
    """Return a function that makes a link to a file and returns its path."""

    def make(media_id):
        found = run_as(
            actor, lambda uow, who: media.link_for(uow, who.workspace_id, media_id, BASE)
        )
        assert found.startswith("https://chat.leadflow.example/media/")
        return found.removeprefix("https://chat.leadflow.example")

    return make


def test_a_link_hands_the_file_out_without_an_account(anonymous, fetched, link):  # noqa: F811
    answer = anonymous.get(link(fetched(ok(PNG)).id))
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_provider_may_ask_for_the_head_alone(anonymous, fetched, link):  # noqa: F811
    answer = anonymous.request("HEAD", link(fetched(ok(PNG)).id))
    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(PNG)))


def test_every_changed_byte_breaks_the_link(anonymous, fetched, link):  # noqa: F811
    token = link(fetched(ok(PNG)).id).removeprefix("/media/")
    sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(sealed)):
        wrong = bytearray(sealed)
        wrong[place] ^= 1
        changed = base64.urlsafe_b64encode(wrong).decode().rstrip("=")
        assert anonymous.get(f"/media/{changed}").status_code == 404


@pytest.mark.parametrize("token", ["a", "made-up", "%00", "AAAA" * 18, "A" * 1000, "\N{SNOWMAN}"])
def test_what_we_did_not_sign_opens_nothing(anonymous, token):  # noqa: F811
    assert anonymous.get(f"/media/{token}").status_code == 404


def test_a_link_expires_after_a_day(anonymous, fetched, link, monkeypatch):  # noqa: F811
    shown = fetched(ok(PNG))
    monkeypatch.setattr("backend.media.linking.LIFETIME", timedelta(0))
    assert anonymous.get(link(shown.id)).status_code == 404
    assert timedelta(hours=24) == LIFETIME


def test_there_is_no_link_to_what_is_not_here(fetched, link):
    refused = fetched(ok(HTML))
    for media_id in (refused.id, new_id()):
        with pytest.raises(MediaNotFound):
            link(media_id)


def test_a_link_lasts_through_a_rotation_of_the_keys(anonymous, fetched, link):  # noqa: F811
    path = link(fetched(ok(PNG)).id)
    secrets.put_new_key_first()
    assert anonymous.get(path).status_code == 200

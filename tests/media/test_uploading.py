"""An operator's file is checked by its bytes, kept, and carried by one message."""

import hashlib
from io import BytesIO

import pytest

from backend import media
from backend.kit.ids import new_id
from backend.media import MediaNotFound, MediaState
from backend.media.tasks import sweep
from backend.rest import rest_app
from tests.factories import run_as
from tests.media.conftest import HTML, PDF, PNG, SVG
from tests.rest.conftest import anonymous, client, client_of, stranger  # noqa: F401  fixtures

MB = 1024 * 1024


@pytest.fixture
def app():
    return rest_app()


@pytest.fixture
def upload(client, channel):  # noqa: F811
    """Return a function that uploads bytes under a name."""

    def send(content, name="offer.pdf", claimed="text/html"):
        files = {"file": (name, content, claimed)}
        return client.post(f"/v1/channels/{channel.id}/media", files=files)

    return send


@pytest.mark.parametrize(
    ("content", "kind", "mime_type"),
    [
        (PNG, "image", "image/png"),
        (PDF, "document", "application/pdf"),
        (b"OggS\0\2" + b"\0" * 40, "audio", "audio/ogg"),
        (b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 40, "document", "image/webp"),
        (b"hello", "document", "text/plain"),
    ],
)
def test_a_file_is_what_its_bytes_say(upload, content, kind, mime_type):
    answer = upload(content)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["kind"], told["mime_type"], told["size"]) == (kind, mime_type, len(content))


def test_what_was_uploaded_can_be_read_back(upload, client):  # noqa: F811
    told = upload(PDF).json()
    answer = client.get(f"/v1/media/{told['id']}")
    assert answer.content == PDF
    assert 'filename="offer.pdf"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("content", [HTML, SVG, b"", b"MZ" + b"\0" * 60, b"\xff\xfe\0\1"])
def test_what_cannot_be_sent_is_refused_in_words(upload, copies, content):
    answer = upload(content, name="a.png", claimed="image/png")
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert copies() == []


def test_a_picture_larger_than_whatsapp_takes_is_refused(upload):
    answer = upload(PNG + b"\0" * (5 * MB))
    assert (answer.status_code, "larger than 5 MB" in answer.text) == (422, True)


def test_a_document_of_several_megabytes_is_taken(upload):
    assert upload(PDF + b"\n" * (3 * MB)).status_code == 201


def test_a_body_beyond_every_limit_is_not_read(upload):
    assert upload(PDF + b"\n" * (18 * MB)).status_code == 413


def test_a_channel_of_another_workspace_takes_nothing(stranger, channel, copies):  # noqa: F811
    files = {"file": ("a.txt", b"hello")}
    assert stranger.post(f"/v1/channels/{channel.id}/media", files=files).status_code == 404
    assert copies() == []


def test_reading_is_not_enough_to_upload(client_of, actor, channel):  # noqa: F811
    reader = client_of(actor, "conversations:read")
    files = {"file": ("a.txt", b"hello")}
    assert reader.post(f"/v1/channels/{channel.id}/media", files=files).status_code == 403


def test_an_upload_is_carried_by_one_message(actor, upload):
    media_id = upload(PNG).json()["id"]
    message_id = new_id()

    def attach(uow, who, message):
        return media.attach(uow, who.workspace_id, media_id, message)

    run_as(actor, attach, message_id)
    (shown,) = run_as(actor, media.of_messages, [message_id])[message_id]
    assert (str(shown.id), shown.state) == (media_id, MediaState.STORED)
    with pytest.raises(MediaNotFound):
        run_as(actor, attach, new_id())


def test_an_upload_that_broke_off_fails_by_itself(actor, channel, change, view):
    found = media.inspect(BytesIO(PNG), "a.png")
    begun = run_as(actor, media.store_upload, channel.id, found)
    change("UPDATE media SET lease_until = now() - interval '1 second'")
    sweep()
    assert view(begun.id).state == MediaState.FAILED
    assert found.sha256 == hashlib.sha256(PNG).hexdigest()
    with pytest.raises(MediaNotFound):
        run_as(actor, lambda uow, who: media.kept(uow, who.workspace_id, begun, found))

"""A file of a message says what it is, or why it is not here."""

import pytest

from backend.channels import MessageKind
from backend.kit.ids import MediaId, new_id
from backend.media import MediaState, MediaView
from leadflow_app import display
from leadflow_app.pages.inbox.files import file_rows

ID = new_id()


def row(**given):
    values = {
        "id": MediaId(ID),
        "message_id": new_id(),
        "kind": MessageKind.IMAGE,
        "state": MediaState.STORED,
        "filename": None,
        "mime_type": "image/png",
        "size": 2_500_000,
        "error": None,
        "is_inline": True,
    }
    (shown,) = file_rows([MediaView(**{**values, **given})])
    return shown


@pytest.mark.parametrize(
    ("kind", "mime_type", "way"),
    [
        (MessageKind.IMAGE, "image/png", "picture"),
        (MessageKind.STICKER, "image/webp", "sticker"),
        (MessageKind.AUDIO, "audio/ogg", "sound"),
        (MessageKind.AUDIO, "video/mp4", "film"),
        (MessageKind.VIDEO, "video/mp4", "film"),
        (MessageKind.DOCUMENT, "image/png", "picture"),
    ],
)
def test_a_file_is_drawn_as_what_was_found_in_it(kind, mime_type, way):
    shown = row(kind=kind, mime_type=mime_type)
    assert (shown.way, shown.address) == (way, f"/v1/media/{ID}")


def test_a_document_has_a_name_and_a_size():
    shown = row(
        kind=MessageKind.DOCUMENT,
        filename="offer.pdf",
        mime_type="application/pdf",
        is_inline=False,
    )
    assert (shown.way, shown.name, shown.detail) == ("paper", "offer.pdf", "2.5 MB")


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        (MediaState.WAITING, "the provider answered 500", "Being fetched"),
        (MediaState.FETCHING, None, "Being fetched"),
        (MediaState.REFUSED, "the file is text/html", "Not kept: the file is text/html"),
        (MediaState.FAILED, "too slow", "Could not be fetched: too slow"),
        (MediaState.GONE, "the provider no longer has the file", "Expired at the provider"),
        (MediaState.ERASED, None, "Erased"),
    ],
)
def test_what_is_not_here_says_why(state, error, words):
    shown = row(state=state, error=error, mime_type=None, size=None, is_inline=False)
    assert (shown.way, shown.address, shown.detail) == ("absent", "", words)


def test_a_picture_has_words_for_those_who_do_not_see_it():
    assert row().alt == "Photo without a description"
    assert row(filename="roof.png").alt == "Photo: roof.png"


@pytest.mark.parametrize(
    ("octets", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB"), (16_777_216, "16.8 MB")],
)
def test_a_size_is_written_as_people_do(octets, words):
    assert display.size(octets) == words

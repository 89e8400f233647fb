"""What a file is, whatever it claims to be, and what is taken."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from backend.channels import MessageKind
from backend.media import policy
from tests.media.conftest import HTML, PDF, PNG, SVG

IDS = [
    *("png", "polyglot", "pdf", "ogg", "text", "cut-text"),
    *("html", "svg", "marked-html", "binary", "not-utf8", "empty"),
]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (PNG, "image/png"),
        (PNG + HTML, "image/png"),
        (PDF, "application/pdf"),
        (b"OggS\0\2" + b"\0" * 40, "audio/ogg"),
        (b"a shopping list\nmilk", "text/plain"),
        ("caf\u00e9".encode()[:4], "text/plain"),
        (HTML, None),
        (SVG, None),
        (b"\xef\xbb\xbf <html>", None),
        (b"a\0b", None),
        (b"\xff\xfe\xfd\xfc", None),
        (b"", None),
    ],
    ids=IDS,
)
def test_the_first_bytes_say_what_a_file_is(head, mime_type):
    assert policy.sniffed_type(head) == mime_type


@pytest.mark.parametrize(
    "head", [b"MZ" + b"\0" * 80, b"PK\x03\x04" + b"\0" * 80], ids=["exe", "zip"]
)
def test_programs_and_archives_are_not_taken(head):
    found = policy.sniffed_type(head)
    assert policy.refusal(MessageKind.DOCUMENT, mime_type=found)


def test_a_picture_is_no_sound():
    said = policy.refusal(MessageKind.AUDIO, mime_type="image/png")
    assert said == "the file is image/png, which is not accepted as an audio"


def test_a_kind_without_files_of_its_own_may_carry_what_a_document_may():
    assert policy.limit_of(MessageKind.TEMPLATE) == policy.limit_of(MessageKind.DOCUMENT)


@pytest.mark.parametrize(
    ("kind", "shown"), [(MessageKind.STICKER, "500 KB"), (MessageKind.IMAGE, "5 MB")]
)
def test_the_largest_size_is_said(kind, shown):
    assert shown in policy.too_large(kind)


DIGEST = hashlib.sha256(PNG).digest()


@pytest.mark.parametrize(
    "claimed",
    [DIGEST.hex(), DIGEST.hex().upper(), base64.b64encode(DIGEST).decode(), None, "", "nonsense"],
    ids=["hex", "upper", "base64", "none", "empty", "unreadable"],
)
def test_a_digest_is_known_in_both_ways_of_writing(claimed):
    assert policy.is_same_digest(claimed, DIGEST)


def test_another_digest_is_another_file():
    other = hashlib.sha256(PDF).digest()
    assert not policy.is_same_digest(other.hex(), DIGEST)
    assert not policy.is_same_digest(base64.b64encode(other).decode(), DIGEST)


def test_the_wait_doubles_up_to_an_hour():
    waits = [policy.wait_before(attempt) for attempt in (1, 2, 3, 100)]
    assert waits == [*(timedelta(seconds=n) for n in (15, 30, 60)), timedelta(hours=1)]


def test_a_provider_keeps_a_file_for_seven_days():
    assert not policy.is_gone(NOW - timedelta(days=7), NOW)
    assert policy.is_gone(NOW - timedelta(days=7, seconds=1), NOW)

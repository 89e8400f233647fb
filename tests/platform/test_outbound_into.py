"""An answer that is written to a file as it comes, and never held as a whole."""

import gzip
import tracemalloc
from io import BytesIO
from ipaddress import ip_network

import pytest

from backend.platform.outbound import Call, Outbound
from backend.platform.outbound_errors import AnswerTooLarge, TargetUnreachable
from tests.platform._far_side import far_side, ok, saying, sending_on

OPEN = Outbound((ip_network("127.0.0.0/8"),))
MB = 1024 * 1024


def fetched(reply, file, **given):
    with far_side(reply) as far:
        call = Call("GET", far.url("/file"), allow_http=True, into=file, **given)
        return OPEN.send(call)


def test_the_body_of_a_success_goes_into_the_file_alone():
    file = BytesIO()
    answer = fetched(ok(b"a picture"), file)
    assert (answer.status, answer.body, file.getvalue()) == (200, b"", b"a picture")


def test_what_was_packed_is_unpacked_on_its_way():
    file = BytesIO()
    fetched(ok(gzip.compress(b"a picture"), b"Content-Encoding: gzip"), file)
    assert file.getvalue() == b"a picture"


def test_the_body_of_a_refusal_stays_in_the_answer():
    file = BytesIO()
    answer = fetched(ok(b"no such file", status=b"404 Not Found"), file)
    assert (answer.status, answer.body, file.getvalue()) == (404, b"no such file", b"")


def test_a_redirect_leaves_nothing_in_the_file():
    file = BytesIO()
    with far_side(ok(b"a picture")) as storage:
        answer = fetched(sending_on(storage.url("/real")), file, redirects=1)
    assert (answer.status, file.getvalue()) == (200, b"a picture")


def test_a_body_beyond_the_limit_is_broken_off():
    file = BytesIO()
    with pytest.raises(AnswerTooLarge):
        fetched(ok(b"x" * 5000), file, answer_bytes=4999)
    assert len(file.getvalue()) <= 4999


def test_a_small_packed_body_cannot_fill_the_disk():
    file = BytesIO()
    packed = gzip.compress(bytes(20 * MB))
    with pytest.raises(AnswerTooLarge):
        fetched(ok(packed, b"Content-Encoding: gzip"), file, answer_bytes=MB)
    assert len(file.getvalue()) <= MB


def test_a_body_that_breaks_off_is_an_error():
    reply = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    with pytest.raises(TargetUnreachable):
        fetched(reply, BytesIO())


def test_memory_does_not_grow_with_the_body(tmp_path):
    reply = ok(bytes(24 * MB))
    tracemalloc.start()
    try:
        with (tmp_path / "file").open("wb") as file:
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            fetched(reply, file, answer_bytes=32 * MB)
            peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert (tmp_path / "file").stat().st_size == 24 * MB
    # The far side's own copy of head and body is made in this process too.
    assert peak < 40 * MB

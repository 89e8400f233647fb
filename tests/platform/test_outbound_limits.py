"""What a far side can do to whoever calls it: nothing that lasts, nothing that fills memory."""

import gzip
import itertools
import socket
import struct
import time
import tracemalloc
import zlib
from ipaddress import ip_network

import pytest

from backend.platform.outbound import ANSWER_BYTES, Call, Outbound
from backend.platform.outbound_errors import (
    AnswerTooLarge,
    TargetError,
    TargetTooSlow,
    TargetUnreachable,
)
from tests.platform._far_side import far_side, ok, saying

OPEN = Outbound((ip_network("127.0.0.0/8"),))
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SECRET = b"token of the far side"
SECONDS = 0.5


def dripping(*beginning: bytes, drop: bytes):
    """Begin, and then send a little again and again."""

    def reply(connection):
        for part in beginning:
            connection.sendall(part)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return reply


def flooding(*beginning: bytes, wave: bytes, sent: list[int] | None = None):
    """Begin, and then send as much as the other side takes."""

    def reply(connection):
        for part in beginning:
            connection.sendall(part)
        for number in itertools.count(1):
            connection.sendall(wave)
            if sent is not None:
                sent[:] = [number * len(wave)]

    return reply


def silent(connection):
    connection.recv(1)


def failure(kind: type[TargetError], reply, **given) -> TargetError:
    with far_side(reply) as there, pytest.raises(kind) as failed:
        OPEN.send(Call("GET", there.url(), **given))
    assert type(failed.value) is kind
    assert SECRET.decode() not in failed.value.message
    return failed.value


@pytest.mark.parametrize(
    "reply",
    [
        silent,
        dripping(drop=b"H"),
        dripping(HEAD, drop=b"X-A: b\r\n"),
        dripping(drop=b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(HEAD + b"\r\n", drop=b"a"),
        dripping(CHUNKED, drop=b"1\r\na\r\n"),
        dripping(HEAD + b"Content-Length: 1000\r\n\r\n", drop=b"a"),
    ],
    ids=["silent", "status", "headers", "continue", "body", "chunks", "length"],
)
def test_dripping_does_not_lengthen_the_time(reply):
    began = time.monotonic()
    failed = failure(TargetTooSlow, reply, seconds=SECONDS)
    assert SECONDS <= time.monotonic() - began < SECONDS + 1
    assert failed.message == "127.0.0.1 did not answer in time"
    assert failed.has_left


def test_a_handshake_that_does_not_begin_is_not_waited_for():
    with far_side(silent) as there:
        began = time.monotonic()
        with pytest.raises(TargetTooSlow) as failed:
            OPEN.send(Call("GET", f"https://127.0.0.1:{there.port}/", seconds=SECONDS))
    assert time.monotonic() - began < SECONDS + 1
    assert not failed.value.has_left


def test_without_time_nothing_is_begun():
    with far_side(ok()) as there, pytest.raises(TargetTooSlow):
        OPEN.send(Call("GET", there.url(), seconds=0))
    assert there.accepted == 0


def test_redirects_share_the_time():
    def reply(connection):
        time.sleep(0.2)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")

    began = time.monotonic()
    with far_side(reply) as there, pytest.raises(TargetTooSlow):
        OPEN.send(Call("GET", there.url(), redirects=100, seconds=SECONDS))
    assert time.monotonic() - began < SECONDS + 1


def test_a_side_that_does_not_listen_holds_nobody_up():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(TargetTooSlow):
            OPEN.send(Call("POST", url, content=bytes(50_000_000), seconds=SECONDS))
    assert time.monotonic() - began < SECONDS + 1


def test_a_body_may_have_as_many_bytes_as_were_asked_for():
    with far_side(ok(b"a" * 1000)) as there:
        assert len(OPEN.send(Call("GET", there.url(), answer_bytes=1000)).body) == 1000
        with pytest.raises(AnswerTooLarge):
            OPEN.send(Call("GET", there.url(), answer_bytes=999))


def test_a_body_may_come_in_the_smallest_chunks():
    with far_side(saying(CHUNKED, b"1\r\na\r\n" * ANSWER_BYTES, b"0\r\n\r\n")) as there:
        assert OPEN.send(Call("GET", there.url())).body == b"a" * ANSWER_BYTES


@pytest.mark.parametrize(
    ("beginning", "wave"),
    [
        (HEAD + b"\r\n", SECRET * 100),
        (CHUNKED, b"1\r\na\r\n" * 100),
        (CHUNKED, b"1;" + b"x" * 1000 + b"\r\na\r\n"),
        (HEAD, b"X-Header: a\r\n" * 100),
        (HEAD + b"X-Header: ", b"a" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (b"", b"HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n" * 100),
    ],
    ids=[
        *("body", "chunks", "extensions"),
        *("headers", "a header", "continue", "hints"),
    ],
)
def test_an_answer_without_end_is_cut_off(beginning, wave):
    sent: list[int] = [0]
    failed = failure(AnswerTooLarge, flooding(beginning, wave=wave, sent=sent))
    assert failed.message == "127.0.0.1 answered more than LeadFlow reads"
    assert sent[0] < 20_000_000


def test_headers_behind_a_body_are_cut_off_too():
    failure(TargetUnreachable, flooding(CHUNKED + b"0\r\n", wave=b"X-Trailer: a\r\n" * 100))


def test_an_answer_that_is_too_large_still_says_what_became_of_the_call():
    created = saying(b"HTTP/1.1 201 Created\r\n\r\n", b"a" * (ANSWER_BYTES + 1))
    with far_side(created) as there, pytest.raises(AnswerTooLarge) as failed:
        OPEN.send(Call("POST", there.url(), content=b"{}"))
    assert (failed.value.status, failed.value.has_left) == (201, True)


def packed(body: bytes, encoding: bytes = b"gzip"):
    return ok(body, b"Content-Encoding: " + encoding)


@pytest.mark.parametrize("encoding", [b"gzip", b"x-gzip", b" GZip "])
def test_a_packed_body_is_unpacked(encoding):
    with far_side(packed(gzip.compress(b"a" * 5000), encoding)) as there:
        assert OPEN.send(Call("GET", there.url())).body == b"a" * 5000


def test_a_body_packed_in_pieces_is_unpacked_whole():
    pieces = gzip.compress(b"ab") + gzip.compress(b"") + gzip.compress(b"cd")
    with far_side(packed(pieces)) as there:
        assert OPEN.send(Call("GET", there.url())).body == b"abcd"


def test_a_bomb_goes_off_in_a_small_room():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    with far_side(packed(bomb)) as there:
        tracemalloc.start()
        with pytest.raises(AnswerTooLarge):
            OPEN.send(Call("GET", there.url()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(gzip.compress(b"a")), b"gzip, gzip"),
        (b"a", b"br"),
        (zlib.compress(b"a"), b"deflate"),
        (b"a", b"zstd"),
        (SECRET, b"gzip"),
        (gzip.compress(b"a" * 5000)[:-6], b"gzip"),
        (gzip.compress(b"a") + SECRET, b"gzip"),
    ],
    ids=["twice", "br", "deflate", "zstd", "plain", "cut off", "trailing"],
)
def test_what_was_not_asked_for_is_not_unpacked(body, encoding):
    failure(TargetUnreachable, packed(body, encoding))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        SECRET,
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nX-A: b\x00c\r\n\r\n",
        CHUNKED + b"zz\r\na\r\n",
        CHUNKED + b"5\r\nab",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_what_is_not_http_is_said_so_without_its_words(said):
    failed = failure(TargetUnreachable, saying(said), seconds=5)
    assert failed.reason in {"does not answer in HTTP as it should", "broke off the connection"}
    assert failed.has_left


def test_a_connection_that_is_reset_broke_off():
    def reset(connection):
        connection.sendall(HEAD)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert failure(TargetUnreachable, reset).message == "127.0.0.1 broke off the connection"


def test_nobody_at_the_port_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TargetUnreachable) as failed:
        OPEN.send(Call("POST", f"http://127.0.0.1:{port}/", content=b"{}"))
    assert failed.value.message == "127.0.0.1 cannot be connected to"
    assert not failed.value.has_left


def test_an_answer_given_before_the_body_was_read_counts():
    refusing = ok(status=b"413 Content Too Large")
    with far_side(refusing, reads_bodies=False) as there:
        answer = OPEN.send(Call("POST", there.url(), content=bytes(20_000_000)))
    assert answer.status == 413

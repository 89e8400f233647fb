"""The way out, over real connections to servers on loopback.

Where a server has to be on the internet, the name server says so, and `routed` takes the
connection that was meant for its public address to loopback.
"""

import socket
import time
from ipaddress import ip_address, ip_network
from itertools import chain, repeat

import pytest

from backend.kit.errors import ErrorKind
from backend.platform import outbound
from backend.platform.outbound import Answer, Call, Outbound
from backend.platform.outbound_errors import (
    HostUnknown,
    TargetError,
    TargetRefused,
    TargetTooSlow,
    TargetUnreachable,
)
from backend.platform.outbound_targets import Rule
from backend.platform.outbound_wire import dial
from tests.platform._far_side import Authority, far_side, ok, sending_on

LOOPBACK = ip_network("127.0.0.0/8")
FIRST, SECOND = "93.184.216.34", "151.101.1.69"
OPEN = Outbound((LOOPBACK,))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.new(tmp_path_factory.mktemp("authority"))


def answering(*answers):
    """A name server that gives each answer once, and the last one for ever."""
    given = chain(answers, repeat(answers[-1]))

    def resolve(host, port):
        resolve.asked.append((host, port))
        return [ip_address(text) for text in next(given)]

    resolve.asked = []
    return resolve


def routed(**servers):
    """Dial servers by the public addresses that they are said to have; note every attempt."""

    def connect(address, port, seconds):
        connect.dialled.append((str(address), port))
        server = servers.get(f"at_{str(address).replace('.', '_')}")
        if server is None:
            raise ConnectionRefusedError
        return dial(ip_address("127.0.0.1"), server.port, seconds)

    connect.dialled = []
    return connect


def call(url, **given):
    return Call("GET", url, **given)


def failure(kind: type[TargetError], asked: Call, way_out: Outbound = OPEN) -> TargetError:
    with pytest.raises(kind) as failed:
        way_out.send(asked)
    assert type(failed.value) is kind
    return failed.value


# What a call is


def test_an_opened_range_is_called(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")
    with far_side(ok(b'{"id": 7}', b"X-Limit: 9")) as crm:
        posted = Call("POST", crm.url("/leads?a=b"), {"Authorization": "Bearer key"}, b"{}")
        answer = outbound.send(posted)
    assert answer == Answer(200, {"content-length": "9", "x-limit": "9"}, b'{"id": 7}')
    assert answer.is_success
    assert crm.requests == [
        f"POST /leads?a=b HTTP/1.1\r\nhost: 127.0.0.1:{crm.port}\r\nuser-agent: LeadFlow\r\n"
        "accept: */*\r\nauthorization: Bearer key\r\naccept-encoding: gzip\r\n"
        "connection: close\r\ncontent-length: 2\r\n\r\n{}".encode()
    ]


def test_without_the_setting_loopback_is_refused_before_any_connection():
    with far_side(ok()) as crm:
        with pytest.raises(TargetRefused) as refused:
            outbound.send(call(crm.url()))
        with pytest.raises(TargetRefused):
            outbound.check_target(crm.url())
        with pytest.raises(TargetRefused):
            outbound.resolve_target(crm.url("/", "localhost"))
    assert crm.accepted == 0
    assert refused.value.reason == Rule.NOT_PUBLIC
    assert "LEADFLOW_ALLOW_PRIVATE_TARGETS" in refused.value.expected
    assert not refused.value.has_left


def test_a_mapped_address_of_an_opened_range_is_called():
    with far_side(ok(b"here")) as crm:
        assert OPEN.send(call(crm.url("/", "[::ffff:127.0.0.1]"))).body == b"here"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    with far_side(ok(b"proxy")) as proxy, far_side(ok(b"crm")) as crm:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert OPEN.send(call(crm.url())).body == b"crm"
    assert proxy.accepted == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Key": "a\r\nX-Admin: yes"},
        {"X-Key\r\nX-Admin": "yes"},
        {"X-Key": "a\x00"},
        {"X-Key": "ключ"},
        {"": "a"},
        {"Host": "127.0.0.1"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "upgrade"},
    ],
)
def test_a_header_cannot_change_what_is_asked(headers):
    with far_side(ok()) as crm:
        refused = failure(TargetRefused, call(crm.url(), headers=headers))
    assert crm.accepted == 0
    assert refused.message == "127.0.0.1 cannot be sent one of the headers"


# Where a call goes


def test_a_name_server_that_changes_its_mind_is_asked_once():
    resolve = answering([FIRST], ["127.0.0.1"])
    with far_side(ok(b"public")) as public, far_side(ok(b"inside")) as inside:
        connect = routed(at_93_184_216_34=public, at_127_0_0_1=inside)
        way_out = Outbound(resolve=resolve, dial=connect)
        first = way_out.send(call("http://crm.example.com/", allow_http=True))
        asked, dialled = list(resolve.asked), list(connect.dialled)
        refused = failure(TargetRefused, call("http://crm.example.com/", allow_http=True), way_out)
    assert first.body == b"public"
    assert asked == [("crm.example.com", 80)]
    assert dialled == connect.dialled == [(FIRST, 80)]
    assert refused.reason == Rule.NOT_PUBLIC
    assert inside.accepted == 0
    assert b"host: crm.example.com\r\n" in public.requests[0]


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    connect = routed()
    way_out = Outbound(resolve=answering([FIRST, "10.0.0.7"]), dial=connect)
    failure(TargetRefused, call("https://crm.example.com/"), way_out)
    assert connect.dialled == []


def test_the_next_address_is_tried_when_one_does_not_take_connections():
    resolve = answering([SECOND, FIRST])
    with far_side(ok(b"here")) as crm:
        way_out = Outbound(resolve=resolve, dial=routed(at_93_184_216_34=crm))
        assert way_out.send(call("http://crm.example.com/", allow_http=True)).body == b"here"


def test_no_more_than_a_few_addresses_are_tried():
    connect = routed()
    way_out = Outbound(resolve=answering([f"93.184.216.{n}" for n in range(50)]), dial=connect)
    unreachable = failure(TargetUnreachable, call("https://crm.example.com/"), way_out)
    assert len(connect.dialled) == 4
    assert unreachable.kind is ErrorKind.UNAVAILABLE
    assert unreachable.message == "crm.example.com cannot be connected to"


def test_every_address_has_its_share_of_the_time():
    shares = []

    def connect(_address, _port, seconds):
        shares.append(seconds)
        raise TimeoutError

    way_out = Outbound(resolve=answering([FIRST, SECOND]), dial=connect)
    slow = failure(TargetTooSlow, call("https://crm.example.com/"), way_out)
    assert shares == pytest.approx([2.5, 5.0], abs=0.5)
    assert not slow.has_left


def encrypted(authority, certified, host="crm.example.com"):
    """Call a host that shows a certificate for `certified`; returns what came of it."""
    with far_side(ok(b"sealed"), tls=authority.server(certified)) as crm:
        way_out = Outbound(
            resolve=answering([FIRST]),
            dial=routed(at_93_184_216_34=crm),
            tls=authority.client,
        )
        return way_out.send(call(f"https://{host}/"))


def test_the_certificate_is_checked_against_the_name_although_an_address_is_dialled(authority):
    assert encrypted(authority, "crm.example.com").body == b"sealed"


@pytest.mark.parametrize("certified", ["other.example.com", FIRST, "127.0.0.1"])
def test_a_certificate_for_something_else_is_not_enough(authority, certified):
    with pytest.raises(TargetUnreachable) as failed:
        encrypted(authority, certified)
    assert failed.value.reason == "shows a certificate that is not valid for this name"
    assert not failed.value.has_left


def test_an_address_may_have_a_certificate_too(authority):
    assert encrypted(authority, FIRST, host=FIRST).body == b"sealed"


def test_an_authority_that_nobody_knows_is_not_trusted(authority):
    with far_side(ok(), tls=authority.server("crm.example.com")) as crm:
        connect = routed(at_93_184_216_34=crm)
        way_out = Outbound(resolve=answering([FIRST]), dial=connect)
        failure(TargetUnreachable, call("https://crm.example.com/"), way_out)


def test_the_name_is_told_in_the_handshake(authority):
    context, names = authority.server("crm.example.com"), []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with far_side(ok(), tls=context) as crm:
        connect = routed(at_93_184_216_34=crm)
        Outbound(resolve=answering([FIRST]), dial=connect, tls=authority.client).send(
            call("https://crm.example.com/")
        )
    assert names == ["crm.example.com"]


# Names that lead nowhere


def failing(code):
    def resolve(host, port):
        raise socket.gaierror(code, f"{host}:{port}")

    return resolve


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_a_name_without_an_address_is_unknown_and_cannot_be_saved(code):
    way_out = Outbound(resolve=failing(code))
    failure(HostUnknown, call("https://crm.example.com/"), way_out)
    with pytest.raises(TargetRefused) as refused:
        way_out.check_target("https://crm.example.com/", field="base_url")
    assert refused.value.message == "crm.example.com is a name without an address"
    assert refused.value.field == "base_url"


def test_an_empty_answer_of_the_name_server_is_no_address():
    failure(HostUnknown, call("https://crm.example.com/"), Outbound(resolve=answering([])))


def test_a_name_server_that_fails_says_nothing_about_the_address():
    way_out = Outbound(resolve=failing(socket.EAI_AGAIN))
    with pytest.raises(TargetUnreachable) as failed:
        way_out.check_target("https://crm.example.com/")
    assert type(failed.value) is TargetUnreachable


def test_a_slow_name_server_is_not_waited_for():
    def resolve(_host, _port):
        time.sleep(2)
        return []

    began = time.monotonic()
    asked = call("https://crm.example.com/", seconds=0.2)
    failure(TargetTooSlow, asked, Outbound(resolve=resolve))
    assert time.monotonic() - began < 1


# Redirects


def test_a_redirect_is_an_answer():
    with far_side(ok()) as there, far_side(sending_on(there.url())) as here:
        answer = OPEN.send(call(here.url()))
    assert (answer.status, answer.is_success) == (302, False)
    assert there.accepted == 0


def test_a_redirect_is_followed_as_often_as_was_asked():
    with (
        far_side(ok(b"there")) as there,
        far_side(sending_on(there.url("/b"), b"307 Temporary Redirect")) as between,
        far_side(sending_on(between.url("/a"))) as here,
    ):
        assert OPEN.send(call(here.url(), redirects=2)).body == b"there"
        failed = failure(TargetUnreachable, call(here.url(), redirects=1))
    assert failed.message == "127.0.0.1 redirects again and again"
    assert len(there.requests) == 1


def test_a_redirect_may_be_relative():
    with far_side(sending_on("../b?c#d")) as here:
        failure(TargetUnreachable, call(here.url("/x/a"), redirects=1))
    assert [line.split()[1] for line in here.requests] == [b"/x/a", b"/b?c"]


def test_a_post_is_not_sent_on():
    with far_side(ok()) as there, far_side(sending_on(there.url())) as here:
        posted = Call("POST", here.url(), content=b"{}", redirects=3)
        assert OPEN.send(posted).status == 302
    assert there.accepted == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "//192.168.0.1/",
        "http://2130706433/",
        "http://127.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://ada:secret@127.0.0.1/",
        "http://local host/",
        "http://[::1/",
        "file:///etc/passwd",
        "gopher://10.0.0.1:6379/_FLUSHALL",
        "http://crm.example.com:22/",
    ],
)
def test_a_redirect_to_a_hostile_address_is_refused(location):
    with far_side(sending_on(location)) as here:
        way_out = Outbound((LOOPBACK,), answering([FIRST]), dial)
        refused = failure(TargetRefused, call(here.url(), redirects=5, allow_http=True), way_out)
    assert refused.message.startswith("the place that 127.0.0.1 redirects to ")
    assert location.partition("//")[2].strip("/") not in str(refused)
    assert refused.message == str(refused)
    assert refused.has_left


def test_a_redirect_to_a_name_that_leads_inside_is_refused():
    with far_side(ok()) as inside, far_side(sending_on("https://crm.example.com/")) as here:
        way_out = Outbound((ip_network("127.0.0.1/32"),), answering(["127.0.0.2"]), dial)
        refused = failure(TargetRefused, call(here.url(), redirects=1), way_out)
    assert inside.accepted == 0
    assert "crm.example.com" not in refused.message


def test_a_redirect_does_not_leave_encryption(authority):
    with far_side(ok()) as plain:
        sent_on = sending_on(plain.url())
        with far_side(sent_on, tls=authority.server("127.0.0.1")) as here:
            url = f"https://127.0.0.1:{here.port}/"
            way_out = Outbound((LOOPBACK,), tls=authority.client)
            refused = failure(TargetRefused, call(url, redirects=1, allow_http=True), way_out)
    assert refused.reason == Rule.NOT_ENCRYPTED
    assert plain.accepted == 0


CREDENTIALS = {"Authorization": "Bearer key", "Cookie": "a=b", "D360-API-KEY": "key"}


def test_credentials_stay_with_their_origin():
    headers = CREDENTIALS | {"Accept": "text/csv"}
    with far_side(ok()) as there, far_side(sending_on(there.url())) as here:
        OPEN.send(call(here.url(), headers=headers, redirects=1))
    assert all(value.encode() in here.requests[0] for value in headers.values())
    assert not any(value.encode() in there.requests[0] for value in CREDENTIALS.values())
    assert b"accept: text/csv\r\n" in there.requests[0]


def test_credentials_go_along_within_an_origin():
    with far_side(sending_on("/again")) as here:
        failure(TargetUnreachable, call(here.url(), headers=CREDENTIALS, redirects=1))
    assert all(b"authorization: Bearer key\r\n" in request for request in here.requests)
    assert len(here.requests) == 2

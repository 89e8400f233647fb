"""Addresses as attackers write them. Names resolve as `NAMES` says, and to nothing else."""

import socket
from ipaddress import IPv4Address, IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.errors import ErrorKind
from backend.platform.outbound import Outbound
from backend.platform.outbound_errors import TargetError, TargetRefused
from backend.platform.outbound_targets import Rule, Target, read_target

PUBLIC = "93.184.216.34"
NAMES = {
    "crm.example.com": [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"],
    "xn--mnchen-3ya.example": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "169.254.169.254.nip.io": ["169.254.169.254"],
    "127-0-0-1.sslip.io": ["127.0.0.1"],
    "mixed.example": [PUBLIC, "10.0.0.7"],
    "mixed-last.example": [PUBLIC, "2606:2800:220:1::1", "fd00::7"],
    "mapped.example": ["::ffff:10.0.0.7"],
    "database": ["172.18.0.2"],
}
RANGE = IPv4Network("10.20.0.0/16")


def resolve(host, port):
    del port
    return [ip_address(text) for text in NAMES[host]]


def never(address, port, seconds):
    raise AssertionError((address, port, seconds))


def refusal(url, *opened, **options):
    with pytest.raises(TargetRefused) as refused:
        Outbound(tuple(opened), resolve, never).check_target(url, **options)
    return refused.value


HOSTILE = {
    "loopback": ("https://127.0.0.1/", Rule.NOT_PUBLIC),
    "loopback, not the first": ("https://127.8.9.10/", Rule.NOT_PUBLIC),
    "loopback by name": ("https://localhost/", Rule.NOT_PUBLIC),
    "loopback by name, in capitals": ("https://LOCALHOST/", Rule.NOT_PUBLIC),
    "loopback by somebody's name server": ("https://127-0-0-1.sslip.io/", Rule.NOT_PUBLIC),
    "this network": ("https://0.0.0.0/", Rule.NOT_PUBLIC),
    "this network, not zero": ("https://0.1.2.3/", Rule.NOT_PUBLIC),
    "private, ten": ("https://10.0.0.1/", Rule.NOT_PUBLIC),
    "private, 172": ("https://172.16.0.1/", Rule.NOT_PUBLIC),
    "private, last of 172": ("https://172.31.255.255/", Rule.NOT_PUBLIC),
    "private, 192": ("https://192.168.1.1/", Rule.NOT_PUBLIC),
    "a neighbour by its short name": ("https://database/", Rule.NOT_PUBLIC),
    "carrier's NAT": ("https://100.64.0.1/", Rule.NOT_PUBLIC),
    "metadata": ("https://169.254.169.254/latest/meta-data/", Rule.NOT_PUBLIC),
    "metadata by name": ("https://metadata.google.internal/", Rule.NOT_PUBLIC),
    "metadata by somebody's name server": ("https://169.254.169.254.nip.io/", Rule.NOT_PUBLIC),
    "metadata of containers": ("https://169.254.170.2/v2/credentials", Rule.NOT_PUBLIC),
    "metadata behind a carrier's NAT": ("https://100.100.100.200/", Rule.NOT_PUBLIC),
    "metadata among protocols": ("https://192.0.0.192/opc/v2/", Rule.NOT_PUBLIC),
    "metadata that looks public": ("https://168.63.129.16/", Rule.NOT_PUBLIC),
    "metadata in IPv6": ("https://[fd00:ec2::254]/", Rule.NOT_PUBLIC),
    "documentation": ("https://192.0.2.1/", Rule.NOT_PUBLIC),
    "benchmarks": ("https://198.18.0.1/", Rule.NOT_PUBLIC),
    "multicast": ("https://224.0.0.1/", Rule.NOT_PUBLIC),
    "reserved": ("https://250.1.1.1/", Rule.NOT_PUBLIC),
    "broadcast": ("https://255.255.255.255/", Rule.NOT_PUBLIC),
    "one address of two is private": ("https://mixed.example/", Rule.NOT_PUBLIC),
    "one address of three is private": ("https://mixed-last.example/", Rule.NOT_PUBLIC),
    "the only address is mapped": ("https://mapped.example/", Rule.NOT_PUBLIC),
    "decimal": ("https://2130706433/", Rule.NUMBER),
    "decimal of metadata": ("https://2852039166/", Rule.NUMBER),
    "hexadecimal": ("https://0x7f000001/", Rule.NUMBER),
    "hexadecimal parts": ("https://0x7f.0x0.0x0.0x1/", Rule.NUMBER),
    "hexadecimal and short": ("https://0x7f.1/", Rule.NUMBER),
    "hexadecimal in capitals": ("https://0X7F.0.0.1/", Rule.NUMBER),
    "octal": ("https://0177.0.0.1/", Rule.NUMBER),
    "octal in one": ("https://017700000001/", Rule.NUMBER),
    "octal at the end": ("https://127.0.0.01/", Rule.NUMBER),
    "short": ("https://127.1/", Rule.NUMBER),
    "shortest": ("https://0/", Rule.NUMBER),
    "too many parts": ("https://127.0.0.1.1/", Rule.NUMBER),
    "too big": ("https://127.0.0.256/", Rule.NUMBER),
    "overflowing": ("https://4294967297/", Rule.NUMBER),
    "trailing dot": ("https://127.0.0.1./", Rule.HOST),
    "trailing dot after a name": ("https://localhost./", Rule.HOST),
    "empty label": ("https://localhost..example/", Rule.HOST),
    "percent-encoded": ("https://%31%32%37.0.0.1/", Rule.NUMBER),
    "percent-encoded dots": ("https://127%2e0%2e0%2e1/", Rule.HOST),
    "full-width digits": ("https://１２７.0.0.1/", Rule.HOST),
    "enclosed digits": ("https://①②⑦.⓪.⓪.①/", Rule.HOST),
    "enclosed letters": ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", Rule.HOST),
    "ideographic dots": ("https://127。0。0。1/", Rule.HOST),
    "long s": ("https://localhoſt/", Rule.HOST),
    "soft hyphen": ("https://local\u00adhost/", Rule.CHARACTERS),
    "invisible joiner": ("https://local\u200dhost/", Rule.CHARACTERS),
    "no host": ("https:///etc/passwd", Rule.NO_HOST),
    "no host but a port": ("https://:443/", Rule.NO_HOST),
    "IPv6 loopback": ("https://[::1]/", Rule.NOT_PUBLIC),
    "IPv6 loopback in full": ("https://[0000:0000::0001]/", Rule.NOT_PUBLIC),
    "IPv6 unspecified": ("https://[::]/", Rule.NOT_PUBLIC),
    "IPv6 mapped": ("https://[::ffff:127.0.0.1]/", Rule.NOT_PUBLIC),
    "IPv6 mapped, in hexadecimal": ("https://[::ffff:7f00:1]/", Rule.NOT_PUBLIC),
    "IPv6 mapped metadata": ("https://[::ffff:a9fe:a9fe]/", Rule.NOT_PUBLIC),
    "IPv6 compatible": ("https://[::127.0.0.1]/", Rule.NOT_PUBLIC),
    "IPv6 translated": ("https://[::ffff:0:127.0.0.1]/", Rule.NOT_PUBLIC),
    "6to4": ("https://[2002:7f00:1::]/", Rule.NOT_PUBLIC),
    "Teredo": ("https://[2001:0:7f00:1:0:0:80ff:fffe]/", Rule.NOT_PUBLIC),
    "NAT64": ("https://[64:ff9b::127.0.0.1]/", Rule.NOT_PUBLIC),
    "local NAT64": ("https://[64:ff9b:1::7f00:1]/", Rule.NOT_PUBLIC),
    "ISATAP": ("https://[2600:1f00::5efe:7f00:1]/", Rule.NOT_PUBLIC),
    "IPv6 link-local": ("https://[fe80::1]/", Rule.NOT_PUBLIC),
    "IPv6 unique local": ("https://[fc00::1]/", Rule.NOT_PUBLIC),
    "IPv6 site-local": ("https://[fec0::1]/", Rule.NOT_PUBLIC),
    "IPv6 multicast": ("https://[ff02::1]/", Rule.NOT_PUBLIC),
    "IPv6 documentation": ("https://[2001:db8::1]/", Rule.NOT_PUBLIC),
    "IPv6 zone": ("https://[fe80::1%25eth0]/", Rule.ZONE),
    "IPv6 zone of a public address": ("https://[2606:4700::1%eth0]/", Rule.ZONE),
    "IPv6 without brackets": ("https://::1/", Rule.NO_HOST),
    "IPv6 that never ends": ("https://[::1/", Rule.IPV6),
    "IPv6 of the future": ("https://[v1.fe80]/", Rule.IPV6),
    "IPv6 with a name behind it": ("https://[::1]example.com/", Rule.IPV6),
    "an IPv4 address in brackets": ("https://[127.0.0.1]/", Rule.IPV6),
    "user name": ("https://crm.example.com@127.0.0.1/", Rule.USER),
    "user name and password": ("https://ada:secret@crm.example.com/", Rule.USER),
    "two user names": ("https://a@crm.example.com@127.0.0.1/", Rule.USER),
    "backslash": ("https://crm.example.com\\@127.0.0.1/", Rule.CHARACTERS),
    "backslashes for slashes": ("https:\\\\127.0.0.1\\", Rule.CHARACTERS),
    "tab": ("https://crm.example\t.com/", Rule.CHARACTERS),
    "line break": ("https://crm.example.com/\r\nHost: 127.0.0.1", Rule.CHARACTERS),
    "null": ("https://crm.example.com\x00.127.0.0.1/", Rule.CHARACTERS),
    "space in front": (" https://crm.example.com/", Rule.CHARACTERS),
    "no-break space": ("https://crm.example.com\u00a0/", Rule.CHARACTERS),
    "one slash": ("https:/127.0.0.1/", Rule.SCHEME),
    "no scheme": ("//127.0.0.1/", Rule.SCHEME),
    "file": ("file:///etc/passwd", Rule.SCHEME),
    "gopher": ("gopher://127.0.0.1:6379/_FLUSHALL", Rule.SCHEME),
    "ftp": ("ftp://crm.example.com/", Rule.SCHEME),
    "data": ("data:text/html,hello", Rule.SCHEME),
    "javascript": ("javascript://crm.example.com/%0aalert(1)", Rule.SCHEME),
    "a scheme inside": ("jar:https://127.0.0.1!/", Rule.SCHEME),
    "long s in the scheme": ("http\u017f://crm.example.com/", Rule.SCHEME),
    "nothing": ("", Rule.SCHEME),
    "without encryption": ("http://crm.example.com/", Rule.NOT_ENCRYPTED),
    "port of SSH": ("https://crm.example.com:22/", Rule.UNUSUAL_PORT),
    "port of Redis": ("https://crm.example.com:6379/", Rule.UNUSUAL_PORT),
    "port zero": ("https://crm.example.com:0/", Rule.PORT),
    "port too high": ("https://crm.example.com:65536/", Rule.PORT),
    "port that wraps around": ("https://crm.example.com:4294967739/", Rule.PORT),
    "port in other digits": ("https://crm.example.com:４４３/", Rule.PORT),
    "port with a sign": ("https://crm.example.com:+443/", Rule.PORT),
    "port without a number": ("https://crm.example.com:/", Rule.PORT),
    "two ports": ("https://crm.example.com:443:22/", Rule.PORT),
    "too long": ("https://crm.example.com/" + "a" * 2048, Rule.LENGTH),
    "too long a name": ("https://" + "a." * 127 + "example/", Rule.HOST),
    "too long a label": ("https://" + "a" * 64 + ".example/", Rule.HOST),
    "a label of hyphens": ("https://-.example/", Rule.HOST),
}


@pytest.mark.parametrize(("url", "rule"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_address_is_refused_and_never_dialled(url, rule):
    refused = refusal(url, field="base_url")
    assert (refused.reason, refused.field, refused.kind) == (rule, "base_url", ErrorKind.INVALID)
    assert refused.expected


@pytest.mark.parametrize("url", ["https://mixed.example/", "https://metadata.google.internal/"])
def test_a_refusal_does_not_tell_what_a_name_resolves_to(url):
    refused = refusal(url)
    said = f"{refused.message} {refused.expected}"
    assert not [text for texts in NAMES.values() for text in texts if text in said]


def test_a_refusal_repeats_no_password():
    refused = refusal("https://ada:hidden@crm.example.com/")
    assert "hidden" not in f"{refused.message} {refused.expected}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://crm.example.com", Target("https", "crm.example.com", 443, "/")),
        ("HTTPS://CRM.Example.COM:8443/A", Target("https", "crm.example.com", 8443, "/A")),
        ("https://münchen.example/ä", Target("https", "xn--mnchen-3ya.example", 443, "/%C3%A4")),
        ("https://crm.example.com?q=[a]#@x", Target("https", "crm.example.com", 443, "/?q=[a]")),
        ("https://93.184.216.34/a?b=c%20d", Target("https", PUBLIC, 443, "/a?b=c%20d")),
        ("https://[2606:4700::0:1111]/", Target("https", "2606:4700::1111", 443, "/")),
    ],
)
def test_a_good_address_is_read_and_allowed(url, expected):
    assert read_target(url) == expected
    pinned = Outbound(resolve=resolve).resolve_target(url)
    assert pinned.target == expected
    assert pinned.addresses


def test_a_resolved_target_names_every_address():
    pinned = Outbound(resolve=resolve).resolve_target("https://crm.example.com/")
    assert [str(address) for address in pinned.addresses] == NAMES["crm.example.com"]


def test_plain_http_is_allowed_by_name_only():
    Outbound(resolve=resolve).check_target("http://crm.example.com/", allow_http=True)
    refused = refusal("http://crm.example.com:8080/", allow_http=True)
    assert refused.reason == Rule.UNUSUAL_PORT


@pytest.mark.parametrize(
    "url", ["http://10.20.0.1:9000/", "https://10.20.255.255/", "http://[::ffff:10.20.0.1]:81/"]
)
def test_into_an_opened_range_any_port_and_plain_http_are_allowed(url):
    Outbound((RANGE,), resolve, never).check_target(url)


@pytest.mark.parametrize(
    "url", ["https://10.21.0.1/", "https://127.0.0.1/", "https://[2002:0a14:1::]/"]
)
def test_what_is_beside_an_opened_range_stays_refused(url):
    assert refusal(url, RANGE).reason == Rule.NOT_PUBLIC


def test_an_opened_range_and_the_internet_under_one_name_follow_the_rules_of_the_internet():
    both = Outbound((ip_network("10.0.0.0/24"),), resolve, never)
    both.check_target("https://mixed.example/")
    with pytest.raises(TargetRefused):
        both.check_target("http://mixed.example/")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://crm.example.com/", "crm.example.com"),
        ("https://crm.example.com:443/", "crm.example.com"),
        ("https://crm.example.com:8443/", "crm.example.com:8443"),
        ("https://[2606:4700::1]:8443/", "[2606:4700::1]:8443"),
        ("http://crm.example.com:443/", "crm.example.com:443"),
    ],
)
def test_the_authority_names_a_port_that_is_not_the_usual(url, authority):
    assert read_target(url).authority == authority


@given(st.text() | st.from_regex(r"https?://[^/]*(/.*)?", fullmatch=True))
def test_whatever_is_written_is_refused_or_read_the_same_again(url):
    try:
        target = read_target(url)
    except TargetError:
        return
    assert read_target(target.url) == target
    assert target.url.isascii()


@given(st.from_regex(r"[0-9a-fx.]{1,20}", fullmatch=True))
def test_a_number_is_what_the_system_takes_it_for(host):
    """What `inet_aton` understands, in any base, is either refused or the same address."""
    try:
        target = read_target(f"https://{host}/")
        packed = socket.inet_aton(target.host)
    except (TargetError, OSError):
        return
    assert target.literal == IPv4Address(packed)

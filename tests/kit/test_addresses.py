from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.addresses import EVERYWHERE, canonical, is_public, is_within

ALL = 2**32 - 1
SPECIAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/29",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
)

# Every form in which IPv6 carries an IPv4 address: the prefix, and how far left the address is.
CARRIED = {
    "IPv4-mapped": ("::ffff:0:0", 0),
    "IPv4-translated": ("::ffff:0:0:0", 0),
    "IPv4-compatible": ("::", 0),
    "6to4": ("2002::", 80),
    "Teredo server": ("2001::", 64),
    "NAT64": ("64:ff9b::", 0),
    "local NAT64, last": ("64:ff9b:1::", 0),
    "local NAT64, /64": ("64:ff9b:1::", 24),
    "ISATAP, local": ("fe80::5efe:0:0", 0),
    "ISATAP, private address": ("2600:1f00::5efe:0:0", 0),
    "ISATAP, public address": ("2600:1f00::200:5efe:0:0", 0),
}

special_addresses = st.sampled_from(SPECIAL).flatmap(
    lambda network: st.ip_addresses(network=ip_network(network))
)
any_ipv4 = st.ip_addresses(v=4)


def carrying(form: str, address: IPv4Address) -> IPv6Address:
    prefix, shift = CARRIED[form]
    return IPv6Address(int(IPv6Address(prefix)) | int(address) << shift)


def teredo_client(address: IPv4Address) -> IPv6Address:
    return IPv6Address(int(IPv6Address("2001:0:808:808::")) | (int(address) ^ ALL))


@given(st.one_of(special_addresses, any_ipv4.filter(lambda one: not one.is_global)))
def test_no_special_address_is_public_in_any_form(address):
    assert not is_public(address)
    assert not is_public(teredo_client(address))
    assert [form for form in CARRIED if is_public(carrying(form, address))] == []


@given(any_ipv4)
def test_what_is_public_is_also_global_to_python(address):
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=6))
def test_what_is_public_in_ipv6_is_also_global_to_python(address):
    where = canonical(address)
    assert not is_public(address) or (where.is_global and not where.is_multicast)


@given(any_ipv4.filter(is_public))
def test_only_forms_without_a_tunnel_carry_a_public_address(address):
    assert [form for form in CARRIED if is_public(carrying(form, address))] == [
        "IPv4-mapped",
        "NAT64",
    ]
    assert not is_public(teredo_client(address))


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"]
)
def test_the_internet_is_public(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "168.63.129.16",
        "fd00:ec2::254",
        "fe80::1",
        "2600::1%eth0",
        "fec0::1",
        "ff0e::1",
        "3fff::1",
        "5f00::1",
        "100::1",
        "2001:db8::1",
        "4000::1",
        "::",
        "::1",
    ],
)
def test_what_only_looks_public_is_not(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    ("text", "networks", "expected"),
    [
        ("127.0.0.1", "127.0.0.0/8", True),
        ("::ffff:127.0.0.1", "127.0.0.0/8", True),
        ("64:ff9b::7f00:1", "127.0.0.0/8", True),
        ("2002:7f00:1::", "127.0.0.0/8", False),
        ("2002:7f00:1::", "2002::/16", True),
        ("128.0.0.1", "127.0.0.0/8", False),
        ("::1", "127.0.0.0/8", False),
        ("fe80::1", "fe80::/10", True),
        ("fe80::1%eth0", "fe80::/10", False),
    ],
)
def test_a_network_holds_what_stands_for_its_addresses(text, networks, expected):
    assert is_within(ip_address(text), [ip_network(networks)]) is expected


@given(st.ip_addresses())
def test_everywhere_is_everywhere(address):
    assert is_within(address, EVERYWHERE)

"""Internet addresses: which of them the whole world can reach.

The tables are our own and follow IANA's two registries of special-purpose addresses (RFC 6890):
those of `ipaddress` differ from one Python to the next and count multicast as global.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

EVERYWHERE: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

_SPECIAL_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, and the unspecified address
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a machine in Azure; it only looks public
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Only this eighth of IPv6 is given out to the world.
_UNICAST_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, and Teredo, which carries an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP (RFC 5214) carries an IPv4 address behind these 32 bits; "u" may be set or not.
_ISATAP_MARKS = frozenset({0x0000_5EFE, 0x0200_5EFE})


def canonical(address: Address) -> Address:
    """Return where packets to an address end: what is IPv4 in the clothes of IPv6 is IPv4.

    These are the IPv4-mapped form and NAT64 (RFC 6052). The tunnels (6to4, Teredo, ISATAP, the
    IPv4-compatible form, local NAT64) stay as they are: no host on the internet is found there.
    """
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def is_public(address: Address) -> bool:
    """Whether an address is of the internet, and not of a machine, a network or a protocol."""
    where = canonical(address)
    if isinstance(where, IPv4Address):
        return not any(where in network for network in _SPECIAL_IPV4)
    if where.scope_id is not None or where not in _UNICAST_IPV6:
        return False
    is_special = any(where in network for network in _SPECIAL_IPV6)
    return not is_special and (int(where) >> 32) & 0xFFFF_FFFF not in _ISATAP_MARKS


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address, or the IPv4 address that it stands for, is in one of the networks."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    where = canonical(address)
    return any(address in network or where in network for network in networks)

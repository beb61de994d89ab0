"""
Which addresses may be connected to.

A table of our own: what `ipaddress` calls global changes from one Python to the next
and includes multicast, cloud metadata and addresses that are translated to private
ones.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulseboard.core.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Trust(enum.Enum):
    """Who chose the target."""

    CODE = "code"  # settings or code: may be private, such as one's own services
    PEOPLE = "people"  # admin or API: public only, and the allowed networks


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Whether an address may be connected to.

    Args:
        reason: Empty when allowed, else a sentence that names no address.
    """

    allowed: bool
    reason: str = ""


ALLOWED = Verdict(True)
FORBIDDEN = Verdict(False, "The target is not allowed.")


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


#: Refused whoever asks, allowed networks or not.
NEVER = _networks(
    # no single host
    "0.0.0.0/8",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "ff00::/8",
    # link-local, with the metadata services of most clouds (169.254.169.254)
    "169.254.0.0/16",
    "fe80::/10",
    # metadata services elsewhere
    "100.100.100.200/32",  # Alibaba
    "168.63.129.16/32",  # Azure
    "192.0.0.0/24",  # Oracle uses .192; the rest is for protocols
    "fd00:ec2::/32",  # Amazon
    "fd20:ce::/32",  # Google
    "fd00:42::42/128",  # Scaleway
    "fd00:c1::a9fe:a9fe/128",  # Oracle
)

#: Refused to people besides: not the public Internet.
NOT_PUBLIC = _networks(
    "10.0.0.0/8",
    "100.64.0.0/10",  # carrier-grade NAT
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.2.0/24",  # documentation, as the next two
    "198.51.100.0/24",
    "203.0.113.0/24",
    "192.88.99.0/24",  # relays of 6to4
    "192.168.0.0/16",
    "198.18.0.0/15",  # benchmarks
    "2001::/23",  # protocols, Teredo among them
    "2001:db8::/32",  # documentation, as the next
    "3fff::/20",
    "2002::/16",  # 6to4
)

#: All of IPv6 that is the public Internet today.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")

#: Prefix and the place of an IPv4 address in it, in bits from the right end.
EMBEDDING: tuple[tuple[ipaddress.IPv6Network, tuple[int, ...]], ...] = tuple(
    (ipaddress.IPv6Network(prefix), shifts)
    for prefix, shifts in (
        ("::/96", (0,)),  # IPv4-compatible
        ("::ffff:0:0:0/96", (0,)),  # IPv4-translated
        ("64:ff9b::/96", (0,)),  # NAT64
        ("2002::/16", (80,)),  # 6to4
        ("2001::/32", (64,)),  # Teredo: the server; the client is XORed, below
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.IPv6Network("64:ff9b:1::/48")
TEREDO = ipaddress.IPv6Network("2001::/32")
#: Interface ids of ISATAP, in any network, before the IPv4 address.
ISATAP = (0x00005EFE, 0x02005EFE)

ALL_32 = 2**32 - 1


def judge_address(
    address: str | Address, trust: Trust, allowed_networks: Sequence[Network] = ()
) -> Verdict:
    """
    Return whether *address* may be connected to.

    Args:
        address: As the resolver gave it; text must be in the usual notation.
        allowed_networks: Let people reach more (``ALLOWED_NETWORKS``); they open
            nothing of `NEVER`.
    """
    parsed = parse_address(address)
    if parsed is None:
        return FORBIDDEN
    inner = embedded(parsed)
    if any(is_in(each, NEVER) for each in (parsed, *inner) if not _is_loopback(each)):
        return FORBIDDEN
    if trust is Trust.CODE or is_in(parsed, allowed_networks):
        return ALLOWED
    if all(_is_public(each) for each in (parsed, *inner)):
        return ALLOWED
    return FORBIDDEN


def parse_address(address: str | Address) -> Address | None:
    """Return *address*, IPv4-mapped ones as IPv4; None if malformed."""
    if isinstance(address, str):
        try:
            address = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return None
    if address.version == 6 and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def embedded(address: Address) -> tuple[Address, ...]:
    """Return the IPv4 addresses that *address* may be translated or tunnelled to."""
    if address.version == 4 or int(address) <= 1:
        return ()
    number = int(address)
    found = [
        number >> shift & ALL_32
        for prefix, shifts in EMBEDDING
        if address in prefix
        for shift in shifts
    ]
    if address in TEREDO:
        found.append(~number & ALL_32)
    if number >> 32 & ALL_32 in ISATAP:
        found.append(number & ALL_32)
    if address in NAT64_LOCAL:
        found += _local_nat64(number)
    return tuple(ipaddress.IPv4Address(each) for each in found)


@functools.lru_cache(maxsize=64)
def parse_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """
    Return the networks written in *texts*, such as ``10.0.0.0/8`` or ``10.1.2.3``.

    Raises:
        ConfigError: One is malformed, has bits beyond its length, or is everything.
    """
    return tuple(_network(text) for text in texts)


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise ConfigError(
            f"ALLOWED_NETWORKS: expected a network such as '10.0.0.0/8', got {text!r} "
            f"({error})"
        ) from None
    if network.prefixlen == 0:
        raise ConfigError(
            f"ALLOWED_NETWORKS: {text!r} is every address; name the networks you mean"
        )
    return network


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


def _is_loopback(address: Address) -> bool:
    return int(address) == 1 and address.version == 6


def _is_public(address: Address) -> bool:
    if is_in(address, NOT_PUBLIC):
        return False
    return address.version == 4 or address in PUBLIC_IPV6 or address in NAT64


def _local_nat64(number: int) -> list[int]:
    """
    Return what a local translator may make of *number*, by each prefix length.

    Bits 64 to 71 stay zero (RFC 6052), so the shorter prefixes are cut in two. A
    candidate below 1.0.0.0 only says that another length is in use.
    """
    at_48 = (number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF
    at_56 = (number >> 64 & 0xFF) << 24 | number >> 32 & 0xFFFFFF
    at_64 = number >> 24 & ALL_32
    at_96 = number & ALL_32
    return [each for each in (at_48, at_56, at_64, at_96) if each >> 24]

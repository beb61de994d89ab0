"""Addresses of clients: which one to believe, and how much of it to keep."""

from __future__ import annotations

import ipaddress

#: Longer ``X-Forwarded-For`` headers are read from the right only.
HEADER_LIMIT = 4096

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(remote: str, forwarded_for: str, trusted_proxies: int) -> str:
    """
    Return the client's address as text, empty when it is not known.

    Args:
        remote: Address of the peer; empty or a path on a Unix socket.
        forwarded_for: ``X-Forwarded-For``. Each proxy appends the address it saw, so
            the entry as many places from the right as there are trusted proxies is
            the last one that nobody could forge.
        trusted_proxies: 0 believes no header.
    """
    if trusted_proxies > 0 and forwarded_for:
        entries = forwarded_for[-HEADER_LIMIT:].split(",")
        if len(entries) >= trusted_proxies:
            seen = _parse(entries[-trusted_proxies])
            if seen is not None:
                return str(seen)
    peer = _parse(remote)
    return "" if peer is None else str(peer)


def shortened(address: str) -> str:
    """Return *address* as it may be stored: cut to /24 or /48, empty if malformed."""
    return _network(address, 24, 48)


def neighborhood(address: str) -> str:
    """Return what one client can hardly leave: its address, or its /64 of IPv6."""
    return _network(address, 32, 64)


def _network(text: str, ipv4_bits: int, ipv6_bits: int) -> str:
    address = _parse(text)
    if address is None:
        return ""
    bits = ipv4_bits if address.version == 4 else ipv6_bits
    network = ipaddress.ip_network((address, bits), strict=False)
    return str(network.network_address)


def _parse(text: str) -> Address | None:
    """Read ``192.0.2.1``, ``192.0.2.1:80``, ``2001:db8::1`` or ``[2001:db8::1]:80``."""
    text = text.strip().strip('"')[:100]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped

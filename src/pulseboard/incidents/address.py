"""Addresses of subscribers: compared, and masked for those who need not know."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit


def canonical(address: str) -> str:
    """Return *address* as two people would agree that it is the same."""
    address = address.strip()
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address.lower()
    host, _, path = rest.partition("/")
    # What follows the host tells capitals apart.
    return f"{scheme.lower()}://{host.lower()}/{path}"


def digest_of(address: str, salt: str) -> str:
    """Return what is kept of an address that must not be kept."""
    return hashlib.sha256(f"{salt}\0{canonical(address)}".encode()).hexdigest()


def host_of(address: str) -> str:
    """Return the host of a URL, empty for an address of mail."""
    return urlsplit(address).hostname or "" if "://" in address else ""


def masked(address: str) -> str:
    """Return ``an•••@e•••.org`` for ``anna@example.org``; for a URL, less still."""
    if "://" in address:
        return f"https://{_domain(host_of(address))}/•••"
    name, at, host = address.rpartition("@")
    if not at:
        return "•••"
    return f"{name[:2] if len(name) > 3 else name[:1]}•••@{_domain(host)}"


def shown(address: str) -> str:
    """Return what admins see: all of an address of mail, the host of a URL."""
    return f"https://{host_of(address)}/•••" if "://" in address else address


def _domain(host: str) -> str:
    domain, dot, top = host.rpartition(".")
    return f"{domain[:1]}•••{dot}{top}"

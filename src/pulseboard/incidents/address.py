"""Mail addresses of subscribers: compared, and masked for those who need not know."""

from __future__ import annotations

import hashlib


def canonical(address: str) -> str:
    """Return *address* as two people would agree that it is the same."""
    return address.strip().lower()


def digest_of(address: str, salt: str) -> str:
    """Return what is kept of an address that must not be kept."""
    return hashlib.sha256(f"{salt}\0{canonical(address)}".encode()).hexdigest()


def masked(address: str) -> str:
    """Return ``an•••@e•••.org`` for ``anna@example.org``."""
    name, at, host = address.rpartition("@")
    if not at:
        return "•••"
    domain, dot, top = host.rpartition(".")
    return f"{name[:2] if len(name) > 3 else name[:1]}•••@{domain[:1]}•••{dot}{top}"

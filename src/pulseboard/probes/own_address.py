"""
Where this application itself is asked: a URL that is only a path means it.

    PUBLIC_URL, else the socket a web process listens on (see `whereabouts`)

Trusted without an allow-list: nobody chose that address but who runs us.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

#: How many parents may hold the socket: a worker, its arbiter, a reloader.
PARENTS = 3

Socket = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAddress:
    """
    Args:
        base: Scheme, host and port, without a slash at the end.
        headers: Sent along, so that Django takes the request for one of its own.
    """

    base: str
    headers: dict[str, str] = field(default_factory=dict)


def is_own(url: object) -> bool:
    """Return whether *url* is a path of this application."""
    return isinstance(url, str) and url.startswith("/") and not url.startswith("//")


def public_address(public_url: str) -> OwnAddress | None:
    """Return the address of `PUBLIC_URL`, None when it is not set."""
    base = public_url.rstrip("/")
    return OwnAddress(base=base) if base else None


def bound_address(
    sockets: Sequence[Socket], allowed_hosts: Iterable[str], proxy_header: Sequence[str]
) -> OwnAddress | None:
    """
    Return the address of the first of *sockets*, None without one.

    Args:
        allowed_hosts: ``ALLOWED_HOSTS``; the first plain name is asked for.
        proxy_header: ``SECURE_PROXY_SSL_HEADER``, empty when it is not set. Without
            it an application that insists on HTTPS would only redirect.
    """
    if not sockets:
        return None
    host, port = sockets[0]
    headers = {"host": accepted_host(allowed_hosts)}
    if len(proxy_header) == 2:
        name, value = proxy_header
        headers[name.removeprefix("HTTP_").replace("_", "-").lower()] = value
    return OwnAddress(base=f"http://{_reachable(host)}:{port}", headers=headers)


def accepted_host(allowed_hosts: Iterable[str]) -> str:
    """Return a host name that Django accepts, ``localhost`` when any will do."""
    for host in allowed_hosts:
        if (name := host.strip().lstrip(".")) and "*" not in name:
            return name
    return "localhost"


def listening_sockets() -> list[Socket]:
    """Return what this process listens on; nothing without psutil."""
    try:
        import psutil
    except ImportError:
        return []
    try:
        return _listening(psutil.Process())
    except psutil.Error:
        return []


def sockets_of_parents() -> list[Socket]:
    """
    Return what the processes above this one listen on, the nearest first.

    A server's parent may hold the socket; so may a supervisor with a page of its own.
    """
    try:
        import psutil
    except ImportError:
        return []
    found: list[Socket] = []
    try:
        for each in psutil.Process().parents()[:PARENTS]:
            found += _listening(each)
    except psutil.Error:
        pass
    return found


def _listening(process: psutil.Process) -> list[Socket]:
    connections = process.net_connections(kind="tcp")
    found = {
        (each.laddr.ip, each.laddr.port)
        for each in connections
        if each.status == "LISTEN"
    }
    return sorted(found, key=lambda each: each[1])


def _reachable(host: str) -> str:
    """Return *host* for a URL; listening on all addresses is no address."""
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return f"[{address}]" if address.version == 6 else str(address)

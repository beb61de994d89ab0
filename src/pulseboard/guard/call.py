"""A request of ours, and what becomes of it when it is sent elsewhere."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.request_headers import HARMLESS, checked_headers
from pulseboard.guard.target import DEFAULT_PORTS, Forbidden, Url, join_url, parse_url
from pulseboard.guard.verdict import Network, Trust

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
REDIRECTS = (301, 302, 303, 307, 308)
REDIRECTS_LIMIT = 3


@dataclass(frozen=True, kw_only=True)
class Call:
    """
    A request that was found in order.

    Args:
        headers: Names in lower case; without those that the protocol needs.
    """

    method: str
    url: Url
    headers: Mapping[str, str]
    body: bytes = b""

    @functools.cached_property
    def sent_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers with those that the protocol needs."""
        needed = {
            "host": self._host,
            "accept": "*/*",
            "accept-encoding": "gzip",
            "user-agent": "pulseboard",
            "connection": "close",
        }
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            needed["content-length"] = str(len(self.body))
        if self.url.user_info:
            plain = unquote(self.url.user_info).encode("utf-8", "replace")
            needed["authorization"] = f"Basic {base64.b64encode(plain).decode()}"
        return tuple({**needed, **self.headers}.items())

    @functools.cached_property
    def as_http1(self) -> bytes:
        """The request as HTTP/1.1 sends it."""
        lines = [f"{self.method} {self.url.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.sent_headers]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + self.body

    @property
    def _host(self) -> str:
        is_usual = self.url.port == DEFAULT_PORTS[self.url.scheme]
        return self.url.host_in_url + ("" if is_usual else f":{self.url.port}")


def checked_call(
    method: str,
    url: str,
    *,
    trust: Trust,
    networks: Sequence[Network],
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Call:
    """
    Return the request as it may be sent.

    Raises:
        ConfigError: The method, the URL or a header is malformed.
        Blocked: The URL is a forbidden address.
    """
    return Call(
        method=checked_method(method),
        url=_target(url, trust, networks),
        headers=checked_headers(headers or {}, trust),
        body=body,
    )


def checked_method(method: str) -> str:
    """Return *method* or raise ConfigError."""
    if method not in METHODS:
        raise ConfigError("expected a method such as GET")
    return method


def redirected_call(
    call: Call, status: int, location: str, trust: Trust, networks: Sequence[Network]
) -> Call:
    """
    Return the request that a redirect asks for.

    Raises:
        Blocked: It leads to a forbidden address.
        ConnectFailed: It leads to another scheme, or would take a body elsewhere.
    """
    try:
        url = _target(join_url(call.url, location), trust, networks)
    except ConfigError:
        raise ConnectFailed(Failure.REDIRECT) from None
    same_origin = url.origin == call.url.origin
    if url.user_info or (call.body and status in (307, 308) and not same_origin):
        raise ConnectFailed(Failure.REDIRECT)
    keeps_method = status in (307, 308) or call.method in ("GET", "HEAD")
    return Call(
        method=call.method if keeps_method else "GET",
        url=replace(url, user_info=call.url.user_info if same_origin else ""),
        headers=_carried(call.headers, same_origin, keeps_method),
        body=call.body if keeps_method else b"",
    )


def _target(text: str, trust: Trust, networks: Sequence[Network]) -> Url:
    try:
        return parse_url(text, trust, networks)
    except Forbidden:
        raise Blocked from None


def _carried(
    headers: Mapping[str, str], same_origin: bool, keeps_method: bool
) -> dict[str, str]:
    """Return what may go along; another origin learns nothing that we were given."""
    if not same_origin:
        return {name: headers[name] for name in HARMLESS if name in headers}
    return {
        name: value
        for name, value in headers.items()
        if keeps_method or not name.startswith("content-")
    }

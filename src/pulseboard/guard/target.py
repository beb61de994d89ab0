"""Targets as people write them, read strictly: what two readers could read twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Network, Trust, judge_address, parse_address

URL_LENGTH = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

#: Letters that no part of a target needs; white space and backslash among them.
PRINTABLE = re.compile(r"[!-\[\]-~]+", re.ASCII)
LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
#: A last label that resolvers read as a number: ``127.1``, ``0x7f000001``.
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*", re.ASCII)
HOST_AND_PORT = re.compile(r"\[([^\[\]]+)\](?::([0-9]+))?|([^:\[\]]+)(?::([0-9]+))?")


class Forbidden(ConfigError):
    """Well-formed, but an address that may not be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """
    An address of HTTP, in parts.

    Args:
        host: Name or IP address, without brackets.
        path: With query, at least ``/``.
        user_info: ``user:password`` as written, still quoted; empty without one.
    """

    scheme: str
    host: str
    port: int
    path: str
    user_info: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What must stay the same for secrets to be sent along."""
        return self.scheme, self.host.lower(), self.port

    @property
    def host_in_url(self) -> str:
        """The host as URLs write it: IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host_in_url}{port}{self.path}"


def parse_url(text: str, trust: Trust, allowed_networks: Sequence[Network] = ()) -> Url:
    """
    Return the parts of *text*.

    Raises:
        ConfigError: Not an http or https URL in the plain notation; as Forbidden,
            an address that *trust* may not reach. A name is judged when dialled.
    """
    if not isinstance(text, str) or len(text) > URL_LENGTH:
        raise ConfigError(f"expected a URL of at most {URL_LENGTH} characters")
    if not PRINTABLE.fullmatch(text):
        raise ConfigError(
            "expected a URL without spaces, backslashes or letters beyond ASCII; "
            "write such a name as xn--…"
        )
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS or not separator or rest[:1] in ("", "/", "?", "#"):
        raise ConfigError("expected a URL such as https://example.org/health")
    authority, path = _cut(rest)
    user_info, _, host_and_port = authority.rpartition("@")
    if "@" in authority and (trust is not Trust.CODE or "@" in user_info):
        raise ConfigError("expected a URL without a user name or password")
    if ":" in host_and_port.partition(":")[2] and not host_and_port.startswith("["):
        raise ConfigError("expected an IPv6 address in brackets")
    host, port = parse_host_and_port(
        host_and_port, DEFAULT_PORTS[scheme], trust, allowed_networks
    )
    return Url(scheme=scheme, host=host, port=port, path=path, user_info=user_info)


def parse_host_and_port(
    text: str,
    default_port: int | None,
    trust: Trust,
    allowed_networks: Sequence[Network] = (),
) -> tuple[str, int]:
    """
    Return host and port of ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``.

    Raises:
        ConfigError: As for `parse_host` and `parse_port`, or the port is missing.
    """
    if parse_address(text) is not None:  # a bare IPv6 address
        return parse_host(text, trust, allowed_networks), _needed(default_port)
    found = HOST_AND_PORT.fullmatch(text)
    if found is None or (found[1] and ":" not in found[1]):
        raise ConfigError("expected a host and a port, such as db.example.org:5432")
    host = parse_host(found[1] or found[3], trust, allowed_networks)
    written = found[2] or found[4]
    return host, _needed(default_port) if written is None else parse_port(written)


def parse_host(
    text: str, trust: Trust, allowed_networks: Sequence[Network] = ()
) -> str:
    """
    Return the host name or address *text*, without a dot at its end.

    Raises:
        ConfigError: Malformed, a number in disguise, or a forbidden address.
    """
    text = text.removesuffix(".")
    if not text or len(text) > 253:
        raise ConfigError("expected a host of 1 to 253 characters")
    if "%" in text:
        raise ConfigError("expected a host without '%'")
    if parse_address(text) is not None:
        if not judge_address(text, trust, allowed_networks).allowed:
            raise Forbidden("this target is not allowed")
        return text
    labels = text.split(".")
    if not all(LABEL.fullmatch(label) for label in labels):
        raise ConfigError("expected a host name such as example.org")
    if NUMBER.fullmatch(labels[-1]):
        raise ConfigError("expected an IPv4 address as four plain numbers")
    return text


def parse_port(value: object) -> int:
    """Return the port *value*, 1 to 65535, or raise ConfigError."""
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch("[1-9][0-9]{0,4}", text, re.ASCII):
        raise ConfigError("expected a port from 1 to 65535")
    port = int(text)
    if port > 65535:
        raise ConfigError("expected a port from 1 to 65535")
    return port


def join_url(base: Url, location: str) -> str:
    """Return where ``Location: location`` leads from *base*; not yet judged."""
    if location.startswith("//"):
        return f"{base.scheme}:{location}"
    if location.startswith("/"):
        return f"{base.scheme}://{base.host_in_url}:{base.port}{location}"
    return location if "://" in location else _relative(base, location)


def _relative(base: Url, location: str) -> str:
    if ":" in location.partition("/")[0] or urlsplit(location).scheme:
        raise ConfigError("expected a redirect to http or https")
    folder = base.path.partition("?")[0].rpartition("/")[0]
    if location.startswith("?"):
        return str(base).partition("?")[0] + location
    return f"{base.scheme}://{base.host_in_url}:{base.port}{folder}/{location}"


def _cut(rest: str) -> tuple[str, str]:
    """Return authority and path with query; the fragment is never sent."""
    rest = rest.partition("#")[0]
    end = min(
        (place for place in (rest.find("/"), rest.find("?")) if place >= 0),
        default=len(rest),
    )
    path = rest[end:]
    return rest[:end], path if path.startswith("/") else f"/{path}"


def _needed(port: int | None) -> int:
    if port is None:
        raise ConfigError("expected a port after the host, such as :5432")
    return port

"""The one thing an endpoint of any kind is aimed at, and whether it may be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build
from pulseboard.core.redaction import redact
from pulseboard.guard.ports import check_port
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.target import (
    DEFAULT_PORTS,
    parse_host,
    parse_host_and_port,
    parse_url,
)
from pulseboard.guard.tls_context import is_pem
from pulseboard.guard.verdict import Network, Trust
from pulseboard.probes.checked import naming
from pulseboard.probes.own_address import OwnAddress, is_own
from pulseboard.probes.probe import Probe

#: Never asked: it stands for our own address until that is known.
SOMEWHERE = "https://this-application.invalid"
OWN_UNKNOWN = "Where this application is asked is not known; set PUBLIC_URL."
#: Options that code may give as the path of a file.
FILES = ("authorities", "client_certificate", "client_key")
WEB_SCHEMES = {"ws": "http", "wss": "https"}

OwnFinder = Callable[[], OwnAddress | None]


class Maker:
    """
    Makes the probe of an endpoint; for a path of ours, with our address as it is then.

    Args:
        values: Options of the kind by name.

    Raises:
        ConfigError: The options do not make a probe.
    """

    def __init__(
        self, probe_class: type[Probe], values: Mapping[str, Any], own: OwnFinder
    ) -> None:
        self._own = own
        self._made: tuple[OwnAddress | None, Probe | None] = (None, None)
        self.path = values["url"] if is_own(values.get("url")) else ""
        if self.path:
            values = {**values, "url": SOMEWHERE + self.path}
        self.probe = build(probe_class, values, where="")

    @property
    def is_own(self) -> bool:
        """Whether this application itself is asked."""
        return bool(self.path)

    @property
    def target(self) -> str:
        """What people read as the target; secrets in it are hidden."""
        return redact(self.path) if self.path else target_text(self.probe)

    def prepare(self) -> Probe:
        """Return the probe to ask now, or raise ConfigError."""
        if not self.path:
            return self.probe
        own = self._own()
        if own is None:
            raise ConfigError(OWN_UNKNOWN)
        before, made = self._made
        if made is None or own != before:
            made = self._aimed_at(own)
            self._made = (own, made)
        return made

    def _aimed_at(self, own: OwnAddress) -> Probe:
        changed: dict[str, Any] = {"url": own.base + self.path}
        if own.headers:
            given: Mapping[str, str] = getattr(self.probe, "headers", {})
            names = {name.lower() for name in given}
            ours = {name: own.headers[name] for name in own.headers.keys() - names}
            changed["headers"] = {**ours, **given}
        return replace(self.probe, **changed)


def spread(target: str, known: Collection[str]) -> dict[str, Any]:
    """
    Return *target* as options of a kind that has the options *known*.

    Raises:
        ConfigError: The kind needs a host and port, and this is neither.
    """
    if "url" in known:
        return {"url": target}
    if "host" in known:
        if "port" not in known or not _has_port(target):
            return {"host": target}
        host, port = parse_host_and_port(target, None, Trust.CODE)
        return {"host": host, "port": port}
    for name in ("name", "domain"):
        if name in known:
            return {name: target}
    raise ConfigError("target: this kind takes none; use its own options")


def target_text(probe: Probe) -> str:
    """Return what *probe* is aimed at, without secrets; empty when it is many."""
    if url := getattr(probe, "url", ""):
        return redact(str(url))
    host = str(getattr(probe, "host", "") or "")
    if host:
        port = getattr(probe, "port", None)
        return host if port is None else f"{_bracketed(host)}:{port}"
    for name in ("name", "domain"):
        if text := getattr(probe, name, ""):
            return str(text)
    return ""


def refuse(
    probe: Probe,
    trust: Trust,
    networks: Sequence[Network],
    *,
    is_own: bool,
    by_people: bool,
) -> None:
    """
    Refuse what *trust* may not ask for; names of hosts are judged when dialled.

    Raises:
        ConfigError: Beginning with the option at fault.
    """
    if not is_own:
        _refuse_target(probe, trust, networks)
    if not by_people:
        return
    if is_own and getattr(probe, "follow_redirects", False):
        # Our own redirects could lead anywhere in our network.
        raise ConfigError("follow_redirects: not for a path of this application")
    with naming("headers"):
        checked_headers(getattr(probe, "headers", {}), Trust.PEOPLE)
    for option in ("steps", "clean_up"):
        for step in getattr(probe, option, ()):
            with naming(option):
                checked_headers(step.headers, Trust.PEOPLE)
    for name in FILES:
        if (text := getattr(probe, name, "")) and not is_pem(text):
            raise ConfigError(f"{name}: expected text in PEM")
    if getattr(probe, "host_header", ""):
        raise ConfigError("host_header: can be set in code only")


def _refuse_target(probe: Probe, trust: Trust, networks: Sequence[Network]) -> None:
    for name in ("url", "rdap_server"):
        if url := getattr(probe, name, ""):
            with naming(name):
                _refuse_url(_as_http(str(url)), trust, networks)
    for url in getattr(probe, "urls", ()):
        with naming("steps"):
            _refuse_url(url, trust, networks)
    asks_the_system = getattr(probe, "name_server", None) == ""
    if asks_the_system and trust is not Trust.CODE and _port(probe) not in (0, 53):
        # The system's own resolver stands in our network; its other ports do, too.
        raise ConfigError("port: expected 53 without a name_server")
    for name in ("host", "name_server"):
        if host := getattr(probe, name, ""):
            with naming(name):
                parse_host(str(host), trust, networks)
            with naming("port"):
                check_port(_usual_ports(probe), _port(probe), host, trust, networks)


def _refuse_url(url: str, trust: Trust, networks: Sequence[Network]) -> None:
    parsed = parse_url(url, trust, networks)
    check_port(DEFAULT_PORTS.values(), parsed.port, parsed.host, trust, networks)


def _usual_ports(probe: Probe) -> frozenset[int]:
    ports: frozenset[int] = getattr(probe, "usual_ports", frozenset())
    return ports


def _port(probe: Probe) -> int:
    port: int = getattr(probe, "port", 0)
    return port


def _as_http(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{WEB_SCHEMES.get(scheme.lower(), scheme)}{separator}{rest}"


def _has_port(target: str) -> bool:
    after = target.rpartition("]")[2] if target.startswith("[") else target
    return after.count(":") == 1


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

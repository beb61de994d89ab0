"""Whom a probe would tell its secrets, and how well that is made sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulseboard.guard.target import parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.probes.probe import Probe

#: Web addresses, of which only the origin counts.
ADDRESSES = {"url": "target", "rdap_server": "rdap_server"}
#: Options of which any change counts, by the option that people are told of.
PLACES = {"host": "target", "port": "target"} | {
    name: name
    for name in (
        "name_server", "server_name", "host_header", "authorities", "steps",
        "clean_up", "tls", "start_tls",
    )
}  # fmt: skip
SCHEMES = {"ws": "http", "wss": "https"}


def aim_of(kind: str, probe: Probe) -> list[tuple[str, str]]:
    """Return what *probe* is aimed at, each part with the option that says it."""
    found = [("kind", kind)]
    for name, option in ADDRESSES.items():
        if url := getattr(probe, name, ""):
            found.append((option, _origin(str(url))))
    for name, option in PLACES.items():
        if hasattr(probe, name):
            found.append((option, f"{name} {getattr(probe, name)!r}"))
    if not getattr(probe, "verify_tls", True):
        found.append(("verify_tls", "no"))
    return found


def elsewhere(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> Mapping[str, str]:
    """Return a sentence for each option by which *after* is less safe than *before*."""
    said = "it is another now: type the secret values again"
    known = {option for option, _ in after}
    changed = [each for each, text in after if (each, text) not in before]
    gone = [each for each, _ in before if each not in known and each != "verify_tls"]
    return dict.fromkeys([*changed, *gone], said)


def _origin(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    as_http = f"{SCHEMES.get(scheme.lower(), scheme)}{separator}{rest}"
    return str(parse_url(as_http, Trust.CODE).origin)

"""What requests carry, as endpoints take it: headers one by one, logins, durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from pulseboard.core.errors import ConfigError
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.verdict import Trust
from pulseboard.probes.importers.draft import Draft

_GO_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")
_GO_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3600,
}


def set_headers(draft: Draft, headers: Mapping[str, Any], what: str) -> None:
    """Set the *headers* that people may set, and tell of the others."""
    kept: dict[str, str] = {}
    for name, value in headers.items():
        text = "" if value is None else str(value)
        try:
            checked_headers({**kept, name: text}, Trust.PEOPLE)
        except ConfigError:
            draft.drop(f"{what}.{name}", "this header cannot be set")
        else:
            kept[name] = text
    if kept:
        draft.spec["headers"] = kept


def add_header(draft: Draft, name: str, value: str) -> None:
    """Set the header *name* unless there is one."""
    headers = draft.spec.setdefault("headers", {})
    if name.lower() not in {each.lower() for each in headers}:
        headers[name] = value


def set_place(draft: Draft, url: str, port: int, what: str) -> bool:
    """Aim *draft* at the host of *url*, or refuse it; return whether that went well."""
    try:
        parts = urlsplit(url if "://" in url else f"any://{url}")
        host, port = parts.hostname or "", parts.port or port
    except ValueError:
        host = ""
    if not host or not port:
        draft.refuse(what, "expected a host and a port")
        return False
    draft.spec["target"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return True


def host_of(url: str) -> str:
    """Return the host of *url*; empty without one."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def login_of(url: str) -> tuple[str, str, str]:
    """Return user, password and path of *url*; empty where it has none."""
    try:
        parts = urlsplit(url)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return "", "", ""
    return unquote(user), unquote(password), parts.path.strip("/")


#: A century.
MOST_NANOSECONDS = 10**9 * 86400 * 36525


def go_seconds(value: object) -> float | None:
    """Return a duration as Go writes it (``1h30m``) in seconds; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        # A bare number counts nanoseconds; YAML also knows `.nan` and `.inf`.
        sound = -MOST_NANOSECONDS < value < MOST_NANOSECONDS
        return value * 1e-9 if sound else None
    text = str(value)[:40].strip()
    parts = _GO_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return round(sum(float(number) * _GO_SECONDS[unit] for number, unit in parts), 9)

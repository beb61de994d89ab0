"""
Which values of an endpoint are secret, and how they are kept apart.

    spec --split--> what may be shown + {path: secret}
    both --join---> spec

A path names the place: ``headers.x-api-key``, ``auth``. What is secret is decided
here alone: options that a kind hides from its own ``repr``, and the values of headers
that are not known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pulseboard.core.errors import ConfigError

#: Stands where a secret was; sent back, it means "as it is".
UNCHANGED = "(unchanged)"

HEADERS = "headers"
#: Headers whose values are shown; every other is taken for a key of some kind.
SHOWN_HEADERS = frozenset(
    {
        "accept",
        "accept-language",
        "cache-control",
        "content-type",
        "host",
        "origin",
        "referer",
        "user-agent",
        "x-requested-with",
    }
)

REFERENCE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,99})")
#: People may name only these: any other could be a key of the application.
PREFIX_FOR_PEOPLE = "PROBE_SECRET_"


def split(
    spec: Mapping[str, Any], hidden: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return *spec* with `UNCHANGED` where a secret was, and the secrets by path.

    Args:
        hidden: Options of the kind that are secret as a whole.
    """
    shown: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for key, value in spec.items():
        if key == HEADERS and isinstance(value, Mapping):
            shown[key] = _split_headers(value, secret)
        elif key in hidden and value not in (None, ""):
            secret[key], shown[key] = value, UNCHANGED
        else:
            shown[key] = value
    return shown, secret


def join(shown: Mapping[str, Any], secret: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the whole of it.

    Raises:
        ConfigError: `UNCHANGED` stands where no secret was before.
    """
    spec = dict(shown)
    for key, value in shown.items():
        if value == UNCHANGED:
            spec[key] = _known(secret, key)
        elif key == HEADERS and isinstance(value, Mapping):
            spec[key] = {
                name: _known(secret, _header_path(name)) if text == UNCHANGED else text
                for name, text in value.items()
            }
    return spec


def resolved(value: object, environ: Mapping[str, str], *, by_people: bool) -> object:
    """
    Return *value*, or what the environment holds when it is ``env:NAME``.

    Raises:
        ConfigError: There is no such variable, or people may not name it.
    """
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    name = found[1]
    if by_people and not name.startswith(PREFIX_FOR_PEOPLE):
        raise ConfigError(
            f"expected an environment variable that begins with {PREFIX_FOR_PEOPLE}"
        )
    if name not in environ:
        raise ConfigError(f"the environment has no variable {name}")
    return environ[name]


def _split_headers(
    headers: Mapping[str, Any], secret: dict[str, Any]
) -> dict[str, Any]:
    shown = {}
    for name, value in headers.items():
        if str(name).lower() in SHOWN_HEADERS:
            shown[name] = value
        else:
            secret[_header_path(name)], shown[name] = value, UNCHANGED
    return shown


def _header_path(name: str) -> str:
    return f"{HEADERS}.{name.lower()}"


def _known(secret: Mapping[str, Any], path: str) -> Any:
    if path not in secret:
        raise ConfigError(f"{path.partition('.')[0]}: expected a value for {path}")
    return secret[path]

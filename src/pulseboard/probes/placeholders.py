"""
Values carried from one step of a journey to the next: ``{token}``.

A placeholder is one name between braces and nothing else: no attribute, no index, no
format. What looks like one and is unknown is refused, so that no typing error is sent
to a server; braces around anything else stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import quote, quote_plus

from pulseboard.core.errors import ConfigError

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
#: Also what other languages of templates would take for one.
_LIKE_ONE = re.compile(r"\{([A-Za-z0-9_][A-Za-z0-9_.!:\[\]]*)\}", re.ASCII)

Escape = Callable[[str], str]


def placeholders(text: str) -> list[str]:
    """Return what *text* has between braces that looks like a name."""
    return _LIKE_ONE.findall(text)


def check_placeholders(text: str, known: Collection[str], field: str) -> None:
    """Refuse a placeholder in *text* that is none of *known*."""
    for name in placeholders(text):
        if name not in known:
            raise ConfigError(
                f"{field}: nothing is saved as {{{name[:40]}}} before; braces that "
                "mean themselves need a space after the first"
            )


def filled(text: str, values: Mapping[str, str], escape: Escape) -> str:
    """
    Return *text* with its placeholders replaced, once: values are not read again.

    Raises:
        KeyError: There is no such value.
    """
    return _LIKE_ONE.sub(lambda found: escape(values[found[1]]), text)


def as_it_is(value: str) -> str:
    """For headers, which refuse line breaks by themselves."""
    return value


def in_path(value: str) -> str:
    """For paths and queries: no letter of *value* has a meaning there."""
    return quote(value, safe="")


def in_json(value: str) -> str:
    """For the inside of a text in JSON."""
    return json.dumps(value)[1:-1]


def in_form(value: str) -> str:
    """For ``application/x-www-form-urlencoded``."""
    return quote_plus(value)

"""Values as conditions write them."""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z_][\w-]*|-?[0-9]{1,18}(\.[0-9]{1,18})?")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def quoted(text: str) -> str:
    """Return *text* in double quotes."""
    return '"' + "".join(_ESCAPES.get(letter, letter) for letter in text) + '"'


def value(text: str) -> str:
    """Return *text* without quotes where that means the same, else in quotes."""
    return text if _BARE.fullmatch(text) else quoted(text)

"""
Pieces of what a server said, short and harmless enough for a sentence.

People without an account may read the sentence: no address, host or URL stands in it,
whoever wrote it, and no more than a few words of the answer.
"""

from __future__ import annotations

import re

from pulseboard.core.redaction import HIDDEN, one_line, redact

LONGEST_PIECE = 40

_HOSTS = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://[^\s\"]*"  # URL
    # IPv6: with :: or three colons, which a time of day has not
    r"|(?<![\w:])(?=[0-9a-f]{0,4}:(?::|[0-9a-f]{1,4}:[0-9a-f]{0,4}:))[0-9a-f:.]{2,45}"
    r"|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:[:/][0-9]+)?"  # IPv4
    r"|\b(?:[a-z0-9_-]{1,63}\.){1,8}[a-z][a-z0-9-]{1,62}\b\.?(?::[0-9]+)?"  # name
    r"|\blocalhost\b(?::[0-9]+)?",
    re.IGNORECASE,
)


def piece(text: str) -> str:
    """Return *text* on one line, cut, without secrets, addresses and hosts."""
    # Cut before the patterns see it: they are linear, but the text has no end.
    line = one_line(redact(text, limit=LONGEST_PIECE * 4), limit=LONGEST_PIECE * 4)
    return one_line(_HOSTS.sub(HIDDEN, line), limit=LONGEST_PIECE)


def shown(value: object) -> str:
    """Return *value* of JSON as a sentence names it: small ones as they are."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.6g}" if isinstance(value, float) else piece(str(value))
        case str():
            return f'"{piece(value)}"'
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"

"""
Where a command prints. What it prints may hold what strangers wrote.

A terminal obeys escape sequences, so on one they are taken out; elsewhere (a file, a
pipe) they are made visible, and nothing is lost.
"""

from __future__ import annotations

import json
import re
from typing import Protocol

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, moves
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]"
)
#: C0, C1, line separators, characters that turn the direction, halves of characters.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff]"
)


class Stream(Protocol):
    """What we need of a stream; Django wraps its own around the real one."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


class Screen:
    """
    Args:
        out: For what was asked for.
        complaints: For what went wrong.
    """

    def __init__(self, out: Stream, complaints: Stream) -> None:
        self._out = out
        self._complaints = complaints

    def line(self, text: str = "") -> None:
        """Print *text* as one line."""
        _print(self._out, text)

    def complain(self, text: str) -> None:
        """Print *text* as one line of bad news."""
        _print(self._complaints, text)

    def document(self, value: object) -> None:
        """Print *value* as JSON, which escapes all that is not ASCII."""
        self._out.write(json.dumps(value, indent=2) + "\n")
        self._out.flush()


def harmless(text: str, *, is_terminal: bool) -> str:
    """Return *text* as one line without anything a terminal would obey."""
    if is_terminal:
        return _CONTROL.sub(" ", _SEQUENCES.sub("", text))
    return _CONTROL.sub(lambda found: _escaped(found[0]), text)


def _print(stream: Stream, text: str) -> None:
    line = harmless(text, is_terminal=stream.isatty())
    try:
        stream.write(line + "\n")
    except UnicodeEncodeError:  # a poor locale: escaped, and nothing is lost
        stream.write(line.encode("ascii", "backslashreplace").decode() + "\n")
    # Into a pipe or a log a line would wait for others to fill a block.
    stream.flush()


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"

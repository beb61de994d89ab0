"""A place in one line of conditions, and the words read from there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NoReturn

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line

_SPACES = re.compile(r"[ \t]*")
_BARE = re.compile(r'[^\s",]+')
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>")
_OPERATOR_LIKE = re.compile(r"[=!<>&|~]+")
_LETTERS = re.compile(r"[a-z]+")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class Cursor:
    """
    A place in one line.

    Args:
        line: Number of the line, from 1, for messages.
    """

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.line = line
        self.place = 0

    def skip_spaces(self) -> None:
        """Go to the next character that is no space."""
        self.place = _end_of(_SPACES, self.text, self.place)

    def at_end(self) -> bool:
        """Return whether only spaces or a comment are left."""
        self.skip_spaces()
        return self.place >= len(self.text) or self.text[self.place] == "#"

    def take(self, pattern: re.Pattern[str]) -> str:
        """Return what matches *pattern* here, and go past it; empty without a match."""
        found = pattern.match(self.text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        return found[0]

    def take_text(self, text: str) -> bool:
        """Go past *text* when it stands here."""
        if not self.text.startswith(text, self.place):
            return False
        self.place += len(text)
        return True

    def operator(self) -> str:
        """
        Return the comparison here, empty without one.

        Raises:
            ConfigError: Something stands here that only looks like one.
        """
        self.skip_spaces()
        start = self.place
        if (found := self.take(_OPERATOR)) and not self.take(_OPERATOR_LIKE):
            return found
        self.place = start
        if looks := self.take(_OPERATOR_LIKE):
            self.fail(f"expected == != < <= > or >=, got {looks!r}", at=start)
        return ""

    def letters(self) -> str:
        """Return the lower-case word here, empty without one."""
        self.skip_spaces()
        return self.take(_LETTERS)

    def bare(self) -> str:
        """Return what stands here up to a space, comma or quote; may be empty."""
        self.skip_spaces()
        return self.take(_BARE)

    def quoted(self) -> str | None:
        """Return the text in double quotes that begins here, None without one."""
        self.skip_spaces()
        start = self.place
        if not self.take_text('"'):
            return None
        letters: list[str] = []
        while self.place < len(self.text):
            letter = self._next()
            if letter == '"':
                return "".join(letters)
            letters.append(self._escaped() if letter == "\\" else letter)
        self.fail("expected a closing double quote", at=start)

    def _next(self) -> str:
        self.place += 1
        return self.text[self.place - 1]

    def _escaped(self) -> str:
        letter = self._next() if self.place < len(self.text) else ""
        if letter not in _ESCAPES:
            self.fail(
                r"expected one of \" \\ \n \t \r after a backslash", at=self.place - 1
            )
        return _ESCAPES[letter]

    def got(self) -> str:
        """Return what stands here, for a message."""
        rest = one_line(self.text[self.place :], limit=30)
        return repr(rest) if rest else "the end of the line"

    def fail(self, message: str, *, at: int | None = None) -> NoReturn:
        """Raise ConfigError with the place and *message*."""
        column = (self.place if at is None else at) + 1
        raise ConfigError(f"line {self.line}, column {column}: {message}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that names what *word* may have meant; empty without one."""
    close = difflib.get_close_matches(word[:60].lower(), list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return place if found is None else found.end()

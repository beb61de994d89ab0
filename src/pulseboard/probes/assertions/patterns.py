"""
Texts that match: wildcards, and regular expressions when there is RE2.

Both take time in proportion to the text. Python's own ``re`` does not, so it never
sees a pattern that somebody wrote.
"""

from __future__ import annotations

from typing import Protocol

from pulseboard.core.errors import ConfigError

LONGEST_PATTERN = 200

#: Of the text that is searched; the rest is not looked at.
LONGEST_TEXT = 64 * 1024


class Pattern(Protocol):
    """A compiled regular expression."""

    def search(self, text: str) -> object | None: ...


def is_like(text: str, wildcards: str) -> bool:
    """Return whether all of *text* is *wildcards*, in which ``*`` is any text."""
    first, *others = wildcards.split("*")
    if not others:
        return text == wildcards
    *inner, last = others
    if len(text) < len(first) + len(last):
        return False
    if not text.startswith(first) or not text.endswith(last):
        return False
    return _in_order(inner, text, len(first), len(text) - len(last))


def _in_order(pieces: list[str], text: str, start: int, end: int) -> bool:
    for each in pieces:
        found = text.find(each, start, end)
        if found < 0:
            return False
        start = found + len(each)
    return True


def compile_pattern(pattern: str, *, any_case: bool = False) -> Pattern:
    """
    Return *pattern* compiled.

    Raises:
        ConfigError: It is too long or malformed, or RE2 is not installed.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ConfigError(f"expected at most {LONGEST_PATTERN} characters in a pattern")
    try:
        import re2
    except ImportError:
        raise ConfigError(
            "regular expressions need the extra re2 (pip install 'pulseboard[re2]'); "
            "contains and like need nothing"
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not any_case
    options.max_mem = 1 << 20
    try:
        compiled: Pattern = re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        raise ConfigError("expected a regular expression that RE2 can read") from None
    return compiled


def is_found(compiled: Pattern, text: str) -> bool:
    """Return whether *compiled* matches somewhere in the first 64 KiB of *text*."""
    # A lone surrogate has no UTF-8, which is what RE2 reads.
    sound = text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
    return compiled.search(sound) is not None

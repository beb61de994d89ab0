"""
Instants within sentences as ``<time>``, so that a browser may say them in its zone.

A sentence is escaped as a whole; what a `Voice` wrote for an instant is found again by
characters that no text of ours or of a person holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from pulseboard.statuspage.text import Form, Part, Voice, say

_START, _MIDDLE, _END = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"{_START}([^{_MIDDLE}]*){_MIDDLE}([^{_END}]*){_END}")
_LOST = str.maketrans("", "", _START + _MIDDLE + _END)


class Html(str):
    """Text that is markup already; templates do not escape it again."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def timed(part: Part, voice: Voice) -> Html:
    """Return *part* as HTML: its instants in ``<time>``, all else escaped."""
    return Html(_MARKS.sub(_element, escape(say(part, _Marking(voice)))))


def time_element(iso: str, text: str) -> Html:
    """Return *text* as the instant *iso*."""
    return Html(f'<time datetime="{escape(iso)}">{escape(text)}</time>')


@dataclass(frozen=True, slots=True)
class _Marking:
    """A voice that marks what it says of instants."""

    voice: Voice

    def gettext(self, message: str) -> str:
        return self.voice.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.voice.ngettext(one, many, count)

    def number(self, value: float, decimals: int) -> str:
        return self.voice.number(value, decimals)

    def moment(self, at: datetime, form: Form) -> str:
        utc = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = self.voice.moment(at, form).translate(_LOST)
        return f"{_START}{utc}{_MIDDLE}{text}{_END}"


def _element(found: re.Match[str]) -> str:
    return f'<time datetime="{found[1]}">{found[2]}</time>'

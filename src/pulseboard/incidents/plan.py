"""
What is to be told of a planned window, when.

::

    a day before ──▶ ahead ──▶ began ──▶ ended
                       │ its times change
                       └──▶ moved
    it will not be: cancelled, if it was told of and is not over
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pulseboard.maintenance.occurrence import Occurrence

#: How long before its start a planned window is told of.
AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    The last word on a window.

    Args:
        what: ``ahead``, ``moved``, ``began``, ``ended`` or ``cancelled``.
        told_at: When it was said.
    """

    what: str
    starts_at: datetime
    ends_at: datetime
    told_at: datetime

    @classmethod
    def read(cls, facts: Mapping[str, Any], told_at: datetime) -> Told:
        """Return what the stored *facts* say."""
        return cls(
            what=facts["what"],
            starts_at=datetime.fromisoformat(facts["began_at"]),
            ends_at=datetime.fromisoformat(facts["ended_at"]),
            told_at=told_at,
        )

    @property
    def is_open(self) -> bool:
        """Whether people still wait for what was told."""
        return self.what in ("ahead", "moved", "began")

    def agrees_with(self, window: Occurrence) -> bool:
        """Return whether these are the times of *window*."""
        return (self.starts_at, self.ends_at) == (window.starts_at, window.ends_at)


def step_of(window: Occurrence, last: Told | None, now: datetime) -> str:
    """Return what is to be told of *window* by *now*, empty when nothing is."""
    if now >= window.ends_at:
        # The end of what nobody heard of is no news.
        return "ended" if last is not None and last.is_open else ""
    if window.starts_at <= now and not _began(window, last):
        return "began"
    if last is not None and last.is_open and not last.agrees_with(window):
        return "moved"
    return "ahead" if _is_near(window, last, now) else ""


def is_called_off(window: Occurrence | None, last: Told, now: datetime) -> bool:
    """
    Return whether what was told last will not be.

    Args:
        window: As it is now; None when it is gone.
    """
    is_gone = window is None or window.is_cancelled
    return is_gone and last.is_open and now < last.ends_at


def _began(window: Occurrence, last: Told | None) -> bool:
    """Return whether it was told that *window* has begun."""
    if last is None or last.starts_at != window.starts_at:
        return False
    return last.what == "began" or last.told_at >= window.starts_at


def _is_near(window: Occurrence, last: Told | None, now: datetime) -> bool:
    is_near = now < window.starts_at <= now + AHEAD
    if last is None or not last.agrees_with(window):
        return is_near
    return is_near and last.told_at < window.starts_at - AHEAD

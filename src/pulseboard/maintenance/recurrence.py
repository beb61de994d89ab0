"""
A rule and a zone become instants.

    rule ─▶ times on the clock ─▶ instants ─▶ windows of one real length

A window begins when the clock of its zone shows the time and lasts its real length,
so one that spans a clock change ends an hour off by the clock. A start that the clock
jumps over is at the jump; one that comes twice happens once, the first time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.cron_rule import CronRule
from pulseboard.maintenance.repeat_rule import RepeatRule
from pulseboard.maintenance.wall_clock import instant_of, local_of

#: No question reaches further back from its end, nor brings more than that many.
LONGEST_QUESTION = timedelta(days=410)
MOST_WINDOWS = 10_000
LONGEST_WINDOW = timedelta(days=7)
#: A rule that has no date in so many years has none.
YEARS_AHEAD = 10
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)

_YEAR = timedelta(days=366)
#: More than any clock ever jumped.
_MARGIN = timedelta(days=2)


class Window(NamedTuple):
    """From *starts_at* up to, but without, *ends_at*."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """
    Args:
        first: Earliest start on the clock of *zone*, naive; with a rule of days also
            the time of day of all.
        last_on: Last day that one may start on; None: no end.
        length: Real time, whatever the clock does meanwhile.
    """

    rule: RepeatRule | CronRule
    zone: tzinfo
    first: datetime
    last_on: date | None = None
    length: timedelta

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first.date() <= LATEST:
            raise ConfigError(f"Expected a day from {EARLIEST} to {LATEST}.")
        if not timedelta(0) < self.length <= LONGEST_WINDOW:
            raise ConfigError("Expected a length of at most 7 days.")

    def windows(self, start: datetime, end: datetime) -> list[Window]:
        """Return the windows that overlap the time from *start* to *end*, in order."""
        start = max(start, end - LONGEST_QUESTION)
        found = []
        for starts_at in self._starts(start - self.length, end):
            window = Window(starts_at, starts_at + self.length)
            if window.ends_at > start and window.starts_at < end:
                found.append(window)
        return found

    def upcoming(self, now: datetime, most: int) -> list[Window]:
        """Return the next windows, a running one included; fewer when there are not."""
        found: list[Window] = []
        # What lies ahead of a first day in the future is counted from there.
        since = max(now, instant_of(self.first, self.zone))
        for number in range(YEARS_AHEAD):
            start = since + number * _YEAR
            for window in self.windows(start, start + _YEAR):
                if not found or window > found[-1]:
                    found.append(window)
                if len(found) == most:
                    return found
        return found

    def _starts(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield instants in order, a few more on either side, none twice."""
        after = local_of(_within(start), self.zone) - _MARGIN
        before = local_of(_within(end), self.zone) + _MARGIN
        before = min(before, self._end())
        locals_ = self.rule.starts(self.first, after, before)
        # Two times in the hour that is jumped over stand for the same instant.
        instants = (instant_of(local, self.zone) for local in locals_)
        until_at = getattr(self.rule, "until_at", None)
        for instant, _ in itertools.islice(itertools.groupby(instants), MOST_WINDOWS):
            if until_at is not None and instant > until_at:
                return
            yield instant

    def _end(self) -> datetime:
        """Return the naive time before which all must start."""
        last_on = min(self.last_on or LATEST, LATEST)
        return datetime.combine(last_on, datetime.min.time()) + timedelta(days=1)


def _within(instant: datetime) -> datetime:
    """Return *instant*, or the end of what is looked at if it lies beyond."""
    earliest = datetime(EARLIEST.year, 1, 1, tzinfo=UTC) - _YEAR
    latest = datetime(LATEST.year, 1, 1, tzinfo=UTC) + _YEAR
    return max(earliest, min(instant, latest))

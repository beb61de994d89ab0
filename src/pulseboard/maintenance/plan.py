"""
What is planned, and what became of it: together they say when maintenance is.

    once ──────────┐
    rule and zone ─┼─▶ planned windows ─▶ as kept, or as planned ─▶ until cancelled
    by hand ───────┘

What was kept wins over what is planned: an occurrence that was ended early, skipped,
begun by hand, or that lies in the past of a plan that has been changed since. So a
change of plans never moves what has already been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pulseboard.maintenance.recurrence import (
    LONGEST_QUESTION,
    LONGEST_WINDOW,
    Recurrence,
    Window,
)


class Planned(NamedTuple):
    """One window of a plan. *is_cancelled*: it will not be, or was not."""

    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Args:
        once: For what happens once.
        recurrence: For what repeats. None for both: begun and ended by hand.
        planned_from: The rule holds for starts from here on; None: for all.
        cancelled_at: From then on nothing happens, and what runs ends.
        kept: Start to end of what was written down; no length means skipped.
    """

    once: Window | None = None
    recurrence: Recurrence | None = None
    planned_from: datetime | None = None
    cancelled_at: datetime | None = None
    kept: Mapping[datetime, datetime] = field(default_factory=dict)

    def windows(self, start: datetime, end: datetime) -> list[Planned]:
        """Return what overlaps the time from *start* to *end*, in order."""
        start = max(start, end - LONGEST_QUESTION)
        planned = self._planned(start, end)
        starts = sorted({*planned, *self.kept})
        found = [self._as_it_was(each, planned.get(each)) for each in starts]
        return [each for each in found if each.starts_at < end and each.ends_at > start]

    def upcoming(self, now: datetime, most: int) -> list[Planned]:
        """Return the next *most* that are not cancelled, a running one included."""
        # A kept one may take the place of one that is planned.
        kept = [at for at in self.kept if at > now - LONGEST_WINDOW]
        planned = dict(self._ahead(now, most + len(kept)))
        starts = {*planned, *kept}
        found = [self._as_it_was(each, planned.get(each)) for each in starts]
        coming = [
            each for each in found if each.ends_at > now and not each.is_cancelled
        ]
        return sorted(coming)[:most]

    def _planned(self, start: datetime, end: datetime) -> dict[datetime, datetime]:
        if self.once is not None:
            return dict([self.once])
        if self.recurrence is None:
            return {}
        windows = self.recurrence.windows(start, end)
        return dict([each for each in windows if self._is_of_plan(each)])

    def _ahead(self, now: datetime, most: int) -> list[Window]:
        if self.once is not None:
            return [self.once]
        if self.recurrence is None:
            return []
        windows = self.recurrence.upcoming(now, most)
        return [each for each in windows if self._is_of_plan(each)]

    def _is_of_plan(self, window: Window) -> bool:
        return self.planned_from is None or window.starts_at >= self.planned_from

    def _as_it_was(self, starts_at: datetime, planned: datetime | None) -> Planned:
        """Return the window at *starts_at*: kept if it was, else until *planned*."""
        ends_at = self.kept.get(starts_at, planned or starts_at)
        if ends_at <= starts_at or self._was_cancelled_before(starts_at):
            return Planned(starts_at, max(starts_at, planned or ends_at), True)
        if self.cancelled_at is not None:
            ends_at = min(ends_at, self.cancelled_at)
        return Planned(starts_at, ends_at)

    def _was_cancelled_before(self, starts_at: datetime) -> bool:
        return self.cancelled_at is not None and starts_at >= self.cancelled_at

"""One planned window at one time, whatever repeats it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """
    Args:
        key: Stable over rebuilds: the same window and start give the same key. One
            that happens once keeps its key when it is moved.
        ends_at: Not part of the window.
        zone: Name of the zone it was planned in, such as ``Europe/Madrid``.
        everything: All monitors and components are meant.
        monitors: Names. components: Slugs.
        groups: Still to be looked up; `store` answers with their monitors instead.
        mutes: Alerts neither open nor remind.
        excludes: Its time is left out of uptime.
        shows: It is on the public page.
        sequence: Rises when it is changed, as calendars want it.
        changed_at: When it was changed last; None while it is not stored.
        is_cancelled: It will not be, or was not. Only calendars ask for these.
    """

    key: str
    title: str
    description: str = ""
    starts_at: datetime
    ends_at: datetime
    zone: str = "UTC"
    everything: bool = False
    monitors: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    mutes: bool = True
    excludes: bool = True
    shows: bool = True
    sequence: int = 0
    changed_at: datetime | None = None
    is_cancelled: bool = False

    def is_open(self, now: datetime) -> bool:
        """Return whether *now* lies in it."""
        return self.starts_at <= now < self.ends_at

    def covers(self, monitor: str, components: Collection[str] = ()) -> bool:
        """Return whether *monitor*, a part of *components* (slugs), is meant."""
        named = monitor in self.monitors
        return self.everything or named or not self.components.isdisjoint(components)

    def concerns(self, component: str, monitors: Collection[str]) -> bool:
        """
        Return whether people are told that *component* (its slug) is worked on.

        Args:
            monitors: All that it is made of; one of several is not the component.
        """
        if self.everything or component in self.components:
            return True
        return bool(monitors) and self.monitors.issuperset(monitors)

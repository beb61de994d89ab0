"""
What the public page says at one moment: plain values that every form is made from.

    assembled (store) ─▶ Snapshot ─▶ page, JSON, Markdown, feeds, calendar, badges

Nothing in here names a monitor, a host or an address: only components that are
public, and what people wrote for the public.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from pulseboard.incidents.story import Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A stretch of one day with one status other than operational."""

    status: PublicStatus
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """
    One day or one hour of a service. The seconds add up to the real length.

    Args:
        day: The date in the page's zone.
        hour: Of the day, 0 to 23; None for a whole day.
        status: The worst of it; NO_DATA when nothing was measured.
        affected_seconds: Degraded or worse.
        ratio: Uptime, 0 to 1; None when nothing was measured.
        troubles: The longest few, in order of time.
        incidents: Keys of the stories that touch it.
    """

    day: date
    hour: int | None = None
    began_at: datetime
    ended_at: datetime
    status: PublicStatus
    up_seconds: float = 0.0
    degraded_seconds: float = 0.0
    down_seconds: float = 0.0
    maintenance_seconds: float = 0.0
    unknown_seconds: float = 0.0
    ratio: float | None = None
    troubles: tuple[Trouble, ...] = ()
    incidents: tuple[str, ...] = ()

    @property
    def affected_seconds(self) -> float:
        """How long it was degraded or worse; planned work does not count."""
        return self.degraded_seconds + self.down_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    A line of the page: one component.

    Args:
        since: Since when it has *status*; None when unknown.
        response_seconds: Median of the last 24 hours; None when nothing is timed.
        uptimes: Window to ratio (0 to 1, None: nothing measured), for the windows
            ``24h 7d 30d 90d 365d``.
        days: 90, oldest first, the last is today. hours: 24, likewise.
        collecting_since: When its history begins, if that is within the 90 days.
        known_from: Likewise, if that is within the longest window of `uptimes`.
        is_demo: Its history is demo data, and is marked.
    """

    slug: str
    name: str
    description: str = ""
    group: str = ""
    status: PublicStatus
    since: datetime | None = None
    response_seconds: float | None = None
    uptimes: dict[str, float | None] = field(default_factory=dict)
    days: tuple[Bar, ...] = ()
    hours: tuple[Bar, ...] = ()
    collecting_since: datetime | None = None
    known_from: datetime | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """The system over the last 24 hours; None where not measured or not shown."""

    response_seconds: float | None = None
    error_ratio: float | None = None
    cpu_ratio: float | None = None
    memory_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    How a page looks and what it shows, as its operator chose.

    Args:
        slug: Names the page; the default page has ``default``.
        zone: Whose days the bars are, such as ``Europe/Madrid``.
        language: Of the page unless the visitor asks for another; a language tag.
        refresh_seconds: Between two polls of an open page.
        logo: Address of the image on this host; empty without one.
        theme: ``auto``, ``light``, ``dark`` or ``contrast``.
        colours: Token to ``#rrggbb`` for ``primary success warning danger``.
        policy: What counts as up.
    """

    slug: str = "default"
    title: str = "Status"
    description: str = ""
    zone: str = "UTC"
    language: str = "en"
    refresh_seconds: int = 60
    logo: str = ""
    theme: str = "auto"
    colours: dict[str, str] = field(default_factory=dict)
    shows_response_times: bool = True
    shows_uptime: bool = True
    shows_history: bool = True
    shows_performance: bool = True
    shows_resources: bool = False
    shows_charts: bool = True
    accepts_subscribers: bool = True
    may_be_embedded: bool = False
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """
    The page at *built_at*.

    Args:
        observed_at: The runner's last sign of life: what the page is stale by.
            None: nothing was ever measured.
        stale_after_seconds: Age of *observed_at* from which on nobody knows.
        services: In the operator's order, groups together.
        stories: Active ones and those of the last 90 days, newest first.
        windows: Maintenance: running, and coming in the next 7 days, in order.
    """

    look: Look
    built_at: datetime
    observed_at: datetime | None
    stale_after_seconds: float = 90.0
    services: tuple[Service, ...] = ()
    stories: tuple[Story, ...] = ()
    windows: tuple[Occurrence, ...] = ()
    performance: Performance | None = None

    @property
    def known_at(self) -> datetime | None:
        """When it was last known to be so; None for a page with nothing known."""
        if self.observed_at is not None:
            return self.observed_at
        known = any(each.status is not PublicStatus.NO_DATA for each in self.services)
        return self.built_at if known else None

    def is_stale(self, now: datetime) -> bool:
        """Return whether the last sign of life is too old to speak for *now*."""
        known_at = self.known_at
        if known_at is None:
            return False
        return (now - known_at).total_seconds() > self.stale_after_seconds

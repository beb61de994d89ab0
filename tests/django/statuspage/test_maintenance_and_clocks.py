"""
X38, F35: maintenance that repeats across clock changes, over an outage, ended early.

The page's bars, its percentages and the uptime of the history must agree on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.support import pages
from tests.support.pages import C, H

from pulseboard.history.store import uptime_of
from pulseboard.maintenance import store as maintenance
from pulseboard.maintenance.models import Maintenance
from pulseboard.statuspage import store
from pulseboard.statuspage.models import PageSnapshot, StatusPage
from pulseboard.statuspage.snapshot import Bar, Service
from pulseboard.statuspage.store import figures

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
#: Zone, the Sunday (or Friday) of a clock change, and how long that day is.
CHANGES = [
    ("America/New_York", date(2026, 3, 8), 23.0),
    ("America/New_York", date(2026, 11, 1), 25.0),
    ("Europe/Berlin", date(2026, 3, 29), 23.0),
    ("Europe/Berlin", date(2026, 10, 25), 25.0),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Africa/Casablanca", date(2026, 2, 15), 25.0),
    ("Africa/Casablanca", date(2026, 3, 22), 23.0),
]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    figures.forget()
    yield
    figures.forget()


def local(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def weekly(zone: str, day: date) -> Maintenance:
    """Plan 01:00 to 04:00 on the weekday of *day*, every week."""
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()]
    return Maintenance.objects.create(
        title="Weekly upgrade",
        kind="rrule",
        rule=f"FREQ=WEEKLY;BYDAY={weekday}",
        zone=zone,
        first_on=day - timedelta(days=21),
        start_time=time(1, 0),
        duration_minutes=180,
        everything=True,
    )


def shown(zone: str, now: datetime) -> Service:
    """Return the only service of the page at *now*, its days in *zone*."""
    page = store.ensure_default()
    StatusPage.objects.filter(pk=page.pk).update(zone=zone)
    page.refresh_from_db()
    pages.tick(now)
    figures.forget()
    return store.build(page, now).services[0]


def bar_of(service: Service, day: date) -> Bar:
    return next(each for each in service.days if each.day == day)


def agreed(service: Service, now: datetime) -> None:
    """Assert that the page's week is the history's, with the same time left out."""
    start = now - timedelta(days=7)
    excluded = maintenance.windows_for(["shop"], start, now)
    ours = uptime_of(["shop"], start, now, excluded=excluded)["shop"].ratio
    assert service.uptimes["7d"] == pytest.approx(ours, abs=1e-9)


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_window_over_a_clock_change_is_left_out_to_the_second(
    zone: str, day: date, hours: float
) -> None:
    """X38, F35: the day has its real length, and so has the window"""
    noon = local(zone, day + timedelta(days=1), 12)
    down = local(zone, day, 3, 30)
    told = [(H, noon - timedelta(days=60)), (C, down), (H, down + 2 * HOUR)]
    pages.component("shop", pages.monitor("shop", told, now=noon))
    weekly(zone, day)
    found = shown(zone, noon)
    bar = bar_of(found, day)
    window = next(
        each
        for each in maintenance.occurrences(bar.began_at, bar.ended_at)
        if each.starts_at >= bar.began_at
    )
    length = (bar.ended_at - bar.began_at) / HOUR
    assert length == hours
    assert window.ends_at - window.starts_at == 3 * HOUR
    assert bar.maintenance_seconds == 3 * 3600
    outside = down + 2 * HOUR - max(down, window.ends_at)
    assert bar.down_seconds == outside.total_seconds()
    parts = (
        bar.up_seconds
        + bar.degraded_seconds
        + bar.down_seconds
        + bar.maintenance_seconds
        + bar.unknown_seconds
    )
    assert parts == hours * 3600
    agreed(found, noon)


@pytest.mark.parametrize(
    "zone", sorted({zone for zone, _, _ in CHANGES}), ids=lambda zone: zone
)
def test_ending_early_gives_the_rest_back_to_uptime(zone: str) -> None:
    """X38: what is down after the early end counts as down"""
    day = date(2026, 11, 15)
    down = local(zone, day, 1, 30)
    ended = local(zone, day, 2)
    noon = local(zone, day, 12)
    told = [(H, noon - timedelta(days=60)), (C, down), (H, local(zone, day, 3))]
    pages.component("shop", pages.monitor("shop", told, now=noon))
    window = weekly(zone, day)
    open_now = maintenance.open_windows(ended)
    assert [each.title for each in open_now] == ["Weekly upgrade"]
    maintenance.end_now(window, open_now[0].key, "ana", ended)
    assert maintenance.open_windows(ended + timedelta(seconds=1)) == []
    found = shown(zone, noon)
    bar = bar_of(found, day)
    assert bar.maintenance_seconds == 3600
    assert bar.down_seconds == 3600
    agreed(found, noon)


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_the_page_says_maintenance_while_it_lasts(zone: str) -> None:
    """S14, X38: whatever is measured meanwhile"""
    day = date(2026, 11, 15)
    now = local(zone, day, 2)
    told = [(H, now - timedelta(days=60)), (C, now - timedelta(minutes=10))]
    pages.component("shop", pages.monitor("shop", told, now=now))
    weekly(zone, day)
    assert shown(zone, now).status.value == "maintenance"


@pytest.mark.parametrize("excludes", [True, False])
def test_maintenance_lasts_since_its_window_began(excludes: bool) -> None:
    """X38: whether or not it is left out of uptime"""
    day = date(2026, 11, 15)
    now = local("Europe/Berlin", day, 2)
    told = [(H, now - timedelta(days=60)), (C, now - timedelta(hours=5))]
    pages.component("shop", pages.monitor("shop", told, now=now))
    window = weekly("Europe/Berlin", day)
    Maintenance.objects.filter(pk=window.pk).update(excludes=excludes)
    found = shown("Europe/Berlin", now)
    assert found.status.value == "maintenance"
    assert found.since == local("Europe/Berlin", day, 1)


def test_a_hidden_window_announces_nothing() -> None:
    """X38: its time is left out, and the present is as measured"""
    day = date(2026, 11, 15)
    now = local("Europe/Berlin", day, 2)
    told = [(H, now - timedelta(days=60)), (C, now - timedelta(minutes=10))]
    pages.component("shop", pages.monitor("shop", told, now=now))
    window = weekly("Europe/Berlin", day)
    Maintenance.objects.filter(pk=window.pk).update(shows=False)
    found = shown("Europe/Berlin", now)
    assert found.status.value == "major_outage"
    assert found.since == now - timedelta(minutes=10)
    assert found.days[-1].maintenance_seconds == 3600


def test_a_window_that_is_ended_by_hand_marks_the_pages() -> None:
    """X38"""
    now = datetime.now(UTC)
    page = store.ensure_default()
    store.rebuild(now)
    window = weekly("Europe/Berlin", now.date())
    store.rebuild(now)
    assert not store.is_outdated()
    maintenance.skip_next(window, "ana", now)
    assert store.is_outdated()
    store.rebuild(now)
    assert not store.is_outdated()
    PageSnapshot.objects.filter(page=page).delete()
    assert store.is_outdated()

"""S6, X40: uptime from confirmed intervals, and the intervals as its receipt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from pulseboard.core.status import Status
from pulseboard.core.text import percent_text
from pulseboard.history import store
from pulseboard.history.models import OPEN_MS, StatusInterval

pytestmark = pytest.mark.django_db

H, W, C, U = Status.HEALTHY, Status.WARNING, Status.CRITICAL, Status.UNKNOWN


def at(hour: float) -> datetime:
    return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hour)


def note(*changes: tuple[float, Status], monitor: str = "shop") -> None:
    for hour, status in changes:
        store.note_confirmed(monitor, status, at(hour))


def intervals() -> list[tuple[float, float | None, Status]]:
    """Hours and status of all intervals, earliest first."""
    rows = StatusInterval.objects.order_by("began_ms")
    return [
        (
            (row.began_at - at(0)) / timedelta(hours=1),
            row.ended_at and (row.ended_at - at(0)) / timedelta(hours=1),
            [H, W, C, U][row.status],
        )
        for row in rows
    ]


def test_a_change_closes_one_interval_and_opens_the_next():
    note((0, H), (5, C), (6, H))
    assert intervals() == [(0, 5, H), (5, 6, C), (6, None, H)]


def test_saying_the_same_again_changes_nothing():
    note((0, H), (5, C), (5, C), (7, C))
    assert intervals() == [(0, 5, H), (5, None, C)]


def test_a_change_before_the_open_interval_replaces_it():
    note((0, H), (5, C), (4, U))
    assert intervals() == [(0, 5, H), (5, None, U)]


def test_a_change_back_before_the_open_interval_goes_on_with_the_one_before():
    note((0, H), (5, C), (4, H))
    assert intervals() == [(0, None, H)]


def test_a_clock_gone_wrong_rewrites_nothing_that_was_closed():
    """F33"""
    note((0, H), (5, C), (6, H), (-100_000, C))
    assert intervals() == [(0, 5, H), (5, None, C)]


def test_the_database_allows_one_open_interval_per_monitor():
    note((0, H))
    row = StatusInterval.objects.get()
    with pytest.raises(IntegrityError):
        StatusInterval.objects.create(
            series=row.series, status=2, began_ms=row.began_ms + 5, ended_ms=OPEN_MS
        )


def test_uptime_is_weighted_by_time():
    """S6"""
    note((0, H), (6, C), (12, W), (18, U))
    found = store.uptime_of(["shop"], at(0), at(24))["shop"]
    assert (found.up_seconds, found.down_seconds, found.unknown_seconds) == (
        12 * 3600, 6 * 3600, 6 * 3600,
    )  # fmt: skip
    assert found.ratio == pytest.approx(2 / 3)
    assert found.warning_seconds == 6 * 3600


def test_maintenance_is_left_out():
    """X38"""
    note((0, H), (6, C), (7, H))
    excluded = {"shop": [(at(5), at(8))]}
    found = store.uptime_of(["shop"], at(0), at(24), excluded=excluded)["shop"]
    assert (found.ratio, found.excluded_seconds) == (1.0, 3 * 3600)


def test_time_before_the_first_run_and_after_the_last_is_unknown():
    note((12, H))
    found = store.uptime_of(
        ["shop"], at(0), at(24), known_until={"shop": at(18)}
    )["shop"]  # fmt: skip
    assert (found.up_seconds, found.unknown_seconds) == (6 * 3600, 18 * 3600)
    assert found.ratio == 1.0


def test_a_change_dated_back_into_packed_hours_counts(observed, start):
    store.remember([observed(60 * n) for n in range(120)])
    store.roll_up(start + timedelta(days=1), budget_rows=1000)
    note((12, H), (12.5, C))
    assert store.uptime_of(["shop"], at(12), at(14))["shop"].down_seconds == 1.5 * 3600


def test_one_short_outage_in_two_years_never_prints_as_all():
    """Acceptance 8"""
    note((0, H), (5, C), (5 + 1 / 3600, H))
    found = store.uptime_of(["shop"], at(0), at(24 * 730))["shop"]
    assert percent_text(found.ratio) == "99.99%"


def test_all_monitors_cost_one_query():
    for n in range(50):
        note((0, H), (n / 10, C), (n / 10 + 1, H), monitor=f"m{n}")
    monitors = [f"m{n}" for n in range(50)]
    with CaptureQueriesContext(connection) as queries:
        found = store.uptime_of(monitors, at(0), at(24))
    assert len(queries) == 1
    assert all(found[m].down_seconds == 3600 for m in monitors[1:])
    with CaptureQueriesContext(connection) as queries:
        store.day_bars(monitors, 90, UTC, now=at(24))
    assert len(queries) == 1


def test_monitors_not_asked_for_stay_out():
    note((0, H), monitor="internal")
    assert set(store.uptime_of(["shop"], at(0), at(1))) == {"shop"}


def test_day_bars_are_days_of_their_zone():
    """F35"""
    zone = ZoneInfo("Europe/Berlin")
    note((-60 * 24, H))
    now = datetime(2026, 10, 26, 12, tzinfo=zone)
    bars = store.day_bars(["shop"], 3, zone, now=now)
    assert bars.days == [date(2026, 10, day) for day in (24, 25, 26)]
    lengths = [day.up_seconds / 3600 for day in bars.uptimes["shop"]]
    assert lengths == [24, 25, 12]


def test_a_bar_of_a_day_with_two_bad_minutes_is_not_whole():
    """ux 15"""
    note((0, H), (30, C), (30 + 2 / 60, H))
    bars = store.day_bars(["shop"], 3, UTC, now=at(60))
    assert [day.down_seconds for day in bars.uptimes["shop"]] == [0, 120, 0]
    assert [day.ratio == 1 for day in bars.uptimes["shop"]] == [True, False, True]


def test_every_percentage_has_its_intervals():
    """X40"""
    note((0, H), (5, C), (6, H))
    spans = store.intervals_of(["shop"], at(5.5), at(8))["shop"]
    assert [(span.ended_ms - span.began_ms) / 3.6e6 for span in spans] == [0.5, 2]
    assert [span.status for span in spans] == [C, H]

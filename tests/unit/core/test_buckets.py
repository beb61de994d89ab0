"""X13, F35: whole numbers for time, real lengths for days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.buckets import (
    Grid,
    day_edges_ms,
    epoch_hour,
    epoch_ms,
    instant,
    local_days,
)

moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # there is no midnight that day
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_it_was_there(zone, day, hours):
    """F35"""
    began, ended = day_edges_ms([day], ZoneInfo(zone))
    assert (ended - began) / 3_600_000 == hours


def test_days_follow_one_another():
    days = local_days(date(2026, 3, 30), 3)
    assert days == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
    edges = day_edges_ms(days, ZoneInfo("Europe/Berlin"))
    assert len(edges) == 4
    assert edges == sorted(edges)


def test_no_days_have_no_edges():
    assert day_edges_ms([], UTC) == []


@given(moments)
def test_milliseconds_go_both_ways(moment):
    assert (
        timedelta(0) <= moment - instant(epoch_ms(moment)) < timedelta(milliseconds=1)
    )


def test_an_hour_is_counted_from_1970():
    assert epoch_hour(datetime(1970, 1, 2, 3, 59, 59, tzinfo=UTC)) == 27


@given(
    moments,
    st.timedeltas(timedelta(seconds=1), timedelta(days=800)),
    st.integers(1, 400),
    st.sampled_from([1, 3600, 86_400]),
)
def test_a_grid_covers_its_range_in_about_as_many_buckets(start, span, buckets, finest):
    grid = Grid.over(start, start + span, buckets, finest_seconds=finest)
    assert grid.first_second <= start.timestamp()
    assert grid.end_second >= (start + span).timestamp()
    assert grid.width_seconds % finest == 0
    assert grid.first_second % grid.width_seconds == 0
    assert grid.count <= buckets + 1
    assert len(grid.starts()) == grid.count

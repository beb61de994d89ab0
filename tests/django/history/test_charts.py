"""X13, G17: one line of a chart, whatever form its values are kept in by now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulseboard.core.status import Status
from pulseboard.history import store
from pulseboard.history.models import PackedHour, Run
from pulseboard.history.retention import Keep

pytestmark = pytest.mark.django_db


def test_a_line_goes_on_from_packed_hours_into_rows(observed, start):
    store.remember([observed(60 * n, duration=1 + n) for n in range(180)])
    store.roll_up(start + timedelta(hours=2, minutes=30), budget_rows=1000)
    assert (Run.objects.count(), PackedHour.objects.count()) == (120, 1)
    points = store.series_points("shop", "", start, start + timedelta(hours=3), 12)
    assert [point.values for point in points] == [15] * 12
    for n, point in enumerate(points):
        first = 1 + 15 * n
        assert point.at == start + timedelta(minutes=15 * n)
        assert point.minimum == pytest.approx(first, rel=0.02)
        assert point.median == pytest.approx(first + 7, rel=0.02)
        assert point.p95 == pytest.approx(first + 13, rel=0.02)
        assert point.maximum == pytest.approx(first + 14, rel=0.02)


def test_p95_is_within_two_percent_at_any_age(observed, start):
    """Performance 3a"""
    durations = [0.05 + 0.001 * (n % 100) for n in range(1440)]
    store.remember(
        [observed(60 * n - 43_200, duration=d) for n, d in enumerate(durations)]
    )
    exact = sorted(durations)[int(0.95 * 1439)]
    midnight = start - timedelta(hours=12)
    day = (midnight, midnight + timedelta(days=1))
    store.roll_up(day[1] + timedelta(days=1), budget_rows=10_000)
    for age in (2, 100, 1000):
        store.prune(day[1] + timedelta(days=age), Keep(), budget_rows=10_000)
        points = store.series_points("shop", "", *day, 1)
        assert points[0].values == 1440
        assert points[0].p95 == pytest.approx(exact, rel=0.02)


def test_what_was_not_measured_is_a_gap(observed, start):
    """ux 23"""
    store.remember([observed(0, size=5), observed(3000), observed(6000, size=5)])
    points = store.series_points("shop", "size", start, start + timedelta(hours=2), 3)
    assert [point.values for point in points] == [1, 0, 1]
    assert points[1][1:] == (0, None, None, None, None)


def test_an_unknown_line_is_all_gaps(start):
    points = store.series_points("none", "x", start, start + timedelta(hours=1), 6)
    assert [point.values for point in points] == [0] * 6


@pytest.mark.parametrize("days", [1, 7, 30, 90, 700])
def test_any_range_reads_some_hundred_rows_at_most(observed, start, days):
    """X13"""
    store.remember([observed(7200 * n) for n in range(12 * 30)])
    end = start + timedelta(days=30)
    store.roll_up(end + timedelta(days=1), budget_rows=10_000)
    with CaptureQueriesContext(connection) as queries:
        points = store.series_points("shop", "", end - timedelta(days=days), end, 300)
    keys = sum(query["sql"].count(",") for query in queries)
    assert keys < 800
    assert sum(point.values for point in points) == pytest.approx(
        12 * min(days, 30), abs=12
    )


def test_cards_get_the_last_hour_of_all_in_one_query(observed, start):
    store.remember([observed(60 * n, "HC"[n % 2], queue=n) for n in range(90)])
    store.remember([observed(60 * n, monitor="db", duration=0.5) for n in range(90)])
    now = start + timedelta(minutes=90)
    with CaptureQueriesContext(connection) as queries:
        found = store.recent_points(["shop", "db", "new"], {"shop": "queue"}, now=now)
    assert len(queries) == 1
    assert [each.value for each in found["shop"]] == list(range(30, 90))
    assert found["shop"][0].status is Status.HEALTHY
    assert found["db"][0].value == 0.5
    assert found["new"] == []


def test_no_question_is_too_long_to_be_answered(observed, start):
    store.remember([observed(0)])
    ancient = start - timedelta(days=100_000)
    points = store.series_points("shop", "", ancient, start, 10**9)
    assert len(points) <= 1501

"""D2: everything stored has a retention, and goes in small batches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulseboard.core.status import Status
from pulseboard.history import store
from pulseboard.history.models import (
    DaySummary,
    HealthMetric,
    HourSummaries,
    PackedHour,
    Run,
    StatusInterval,
)
from pulseboard.history.retention import Keep

pytestmark = pytest.mark.django_db

FOREVER = Keep(metrics=None, samples=None, hours=None, days=None)


@pytest.fixture
def year(observed, start):
    """One run every twelve hours for a year."""
    store.remember([observed(43_200 * n) for n in range(730)])
    end = start + timedelta(days=365)
    store.roll_up(end + timedelta(days=1), budget_rows=10_000)
    return end


@pytest.mark.parametrize(
    ("keep", "model", "left"),
    [
        (Keep(metrics=timedelta(days=7)), HealthMetric, 14),
        (Keep(samples=timedelta(days=90)), PackedHour, 180),
        (Keep(hours=timedelta(days=100)), HourSummaries, 100),
        (Keep(days=timedelta(days=200)), DaySummary, 200),
        (Keep(), DaySummary, 365),
        (FOREVER, HealthMetric, 730),
        (FOREVER, PackedHour, 730),
        (Keep(metrics=timedelta(0)), HealthMetric, 730),
    ],
)
def test_each_form_is_kept_for_its_own_time(year, keep, model, left):
    """D2"""
    store.prune(year, keep, budget_rows=100_000)
    assert model.objects.count() == pytest.approx(left, abs=1)


def test_a_call_deletes_no_more_than_its_budget_and_the_oldest_first(year):
    keep = Keep(metrics=timedelta(days=7), samples=None, hours=None)
    assert store.prune(year, keep, budget_rows=100) == 100
    assert HealthMetric.objects.count() == 630
    oldest = HealthMetric.objects.last()
    assert year - oldest.timestamp == timedelta(days=315)
    assert store.prune(year, keep, budget_rows=10_000) == pytest.approx(616, abs=1)
    assert store.prune(year, keep, budget_rows=10_000) == 0


def test_no_statement_deletes_more_than_five_hundred_rows(year):
    """D2: never locks the table for long"""
    with CaptureQueriesContext(connection) as queries:
        store.prune(year, Keep(metrics=timedelta(days=1)), budget_rows=10_000)
    deletes = [q["sql"] for q in queries if q["sql"].startswith("DELETE")]
    assert len(deletes) > 2
    assert max(sql.count(",") for sql in deletes) < 500


def test_rows_that_nothing_packs_do_not_pile_up(observed, start):
    store.remember([observed(0)])
    store.prune(start + timedelta(days=91), Keep(), budget_rows=100)
    assert Run.objects.count() == 0


def test_the_open_interval_is_never_pruned(start):
    store.note_confirmed("shop", Status.HEALTHY, start)
    store.note_confirmed("shop", Status.CRITICAL, start + timedelta(hours=1))
    keep = Keep(days=timedelta(days=1))
    store.prune(start + timedelta(days=900), keep, budget_rows=100)
    assert [row.get_status_display() for row in StatusInterval.objects.all()] == [
        "Critical"
    ]

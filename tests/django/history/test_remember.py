"""G11, F02: runs are stored once, metrics when they are due."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.history import store
from pulseboard.history.models import HealthMetric, Run, Series
from pulseboard.history.observed import Observed

pytestmark = pytest.mark.django_db


def test_a_run_is_stored_with_its_status_duration_and_readings(observed, start):
    store.remember([observed(1.5, "W", duration=0.25, queue_length=7)])
    run = Run.objects.get()
    assert run.at == start + timedelta(seconds=1.5)
    assert run.get_status_display() == "Warning"
    assert (run.duration_seconds, run.readings) == (0.25, {"queue_length": 7})
    assert (run.reason, run.series.monitor) == ("threshold", "shop")


def test_a_metric_row_carries_the_contract(observed, start):
    """G11"""
    store.remember([observed(0, "C", duration=0.0123, disk_free_bytes=9)])
    row = HealthMetric.objects.get()
    assert (row.metric_name, row.status, row.timestamp) == ("shop", "critical", start)
    assert row.metric_value == {
        "readings": {"disk_free_bytes": 9},
        "summary": "as seen",
        "response_time_ms": 12.3,
        "reason": "threshold",
    }


def test_a_host_imports_the_model_from_pulseboard_models():
    """G11"""
    from pulseboard import models

    assert models.HealthMetric is HealthMetric
    assert [field.name for field in HealthMetric._meta.fields][1:] == [
        "metric_name", "metric_value", "status", "timestamp",
    ]  # fmt: skip


def test_metrics_are_read_newest_first(observed):
    """G11"""
    store.remember([observed(600), observed(0)])
    store.remember([observed(300)])
    times = [row.timestamp for row in HealthMetric.objects.all()]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3


def test_a_metric_row_per_change_and_one_in_five_minutes(observed):
    """G11"""
    for n, letter in enumerate("HHHHHHCCH"):
        store.remember([observed(60 * n, letter)])
    rows = HealthMetric.objects.order_by("timestamp")
    assert [row.timestamp.minute for row in rows] == [0, 5, 6, 8]
    assert Run.objects.count() == 9


def test_one_batch_writes_the_metric_rows_of_many(observed):
    """G11"""
    store.remember([observed(60 * n, letter) for n, letter in enumerate("HHHHHHCCH")])
    assert HealthMetric.objects.count() == 4


def test_the_same_batch_again_changes_nothing(observed):
    """F02: a spool is merged after an outage, perhaps twice"""
    batch = [observed(60 * n, letter) for n, letter in enumerate("HHHHHHCCH")]
    store.remember(batch)
    store.remember(batch[3:])
    store.remember([*batch, *batch])
    assert Run.objects.count() == 9
    assert HealthMetric.objects.count() == 4


def test_late_runs_get_metric_rows_for_their_changes(observed):
    """F02"""
    runs = [observed(60 * n, letter) for n, letter in enumerate("HHCCHHHH")]
    store.remember([*runs[:1], *runs[6:]])
    store.remember(runs[1:6])
    rows = HealthMetric.objects.order_by("timestamp")
    assert [(row.timestamp.minute, row.status) for row in rows] == [
        (0, "healthy"),
        (2, "critical"),
        (4, "healthy"),
        (6, "healthy"),
    ]


def test_an_empty_history_is_a_start(observed, start):
    """D3"""
    store.remember([])
    assert store.series_points("shop", "", start, start + timedelta(hours=1), 6)
    assert store.recent_points(["shop"], {}, now=start) == {"shop": []}
    assert (
        store.uptime_of(["shop"], start, start + timedelta(hours=1))[
            "shop"
        ].unknown_seconds
        == 3600
    )
    assert store.roll_up(start, budget_rows=100) == 0


def test_a_lost_history_begins_again(observed):
    """D3"""
    store.remember([observed(0)])
    Run.objects.all().delete()
    HealthMetric.objects.all().delete()
    Series.objects.all().delete()
    store.remember([observed(60)])
    assert Run.objects.count() == HealthMetric.objects.count() == 1


def test_what_a_summary_must_not_show_is_hidden(start):
    outcome = Outcome(
        Status.CRITICAL, "postgres://me:s3cret@db/x\nfailed", reason=Reason.ERROR
    )
    store.remember([Observed("db", start, outcome, 0.1)])
    value = HealthMetric.objects.get().metric_value
    assert "s3cret" not in value["summary"]
    assert "\n" not in value["summary"]
    assert value["reason"] == "error"


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400])
def test_a_number_no_database_can_hold_is_left_out(observed, value):
    store.remember([observed(0, strange=value, fine=1.0)])
    assert Run.objects.get().readings == {"fine": 1.0}


def test_a_check_that_invents_readings_fills_no_table(observed, start):
    for n in range(3):
        readings = {f"r{n}_{each}": 1.0 for each in range(60)}
        store.remember([observed(n, **readings)])
    store.roll_up(start + timedelta(hours=3), budget_rows=1000)
    assert Series.objects.filter(monitor="shop").exclude(reading="").count() == 50


def test_the_queries_do_not_grow_with_the_monitors(observed):
    store.remember([observed(0, monitor=f"m{n}") for n in range(40)])
    with CaptureQueriesContext(
        connection,
    ) as few:
        store.remember([observed(30, monitor=f"m{n}") for n in range(2)])
    with CaptureQueriesContext(connection) as many:
        store.remember([observed(60, monitor=f"m{n}") for n in range(40)])
    assert len(many) == len(few)


def test_a_name_that_differs_in_case_alone_is_remembered(observed, start):
    """On MariaDB both are one name, elsewhere two; none may fail."""
    for monitor in ("shop", "Shop"):
        store.remember([observed(0, monitor=monitor), observed(60, monitor=monitor)])
        store.note_confirmed(monitor, Status.HEALTHY, start)
    hour = (start, start + timedelta(hours=1))
    assert set(store.uptime_of(["Shop"], *hour)) == {"Shop"}
    assert set(store.recent_points(["Shop"], {}, now=hour[1])) == {"Shop"}
    assert store.series_points("Shop", "", *hour, 1)[0].values == 2

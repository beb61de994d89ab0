"""Request counts in the database, and the monitor over them (S7, S10, S12, G4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection
from django.test import AsyncClient, Client, override_settings

from pulseboard.conf import Settings
from pulseboard.core.status import Status
from pulseboard.traffic import store
from pulseboard.traffic.models import TrafficCount
from pulseboard.traffic.monitor import ask, judged
from pulseboard.traffic.store import Summary

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def process(monkeypatch) -> None:
    monkeypatch.setattr(store, "_process", store._Process())


def test_requests_are_counted_by_route_and_not_by_path(client):
    """S7"""
    for number in range(3):
        client.get(f"/health/component/{number}")
    client.get("/nowhere")
    store.flush()
    counted = dict(TrafficCount.objects.values_list("route", "count"))
    assert counted["/health/component/<path:name>"] == 3
    assert counted["(no route)"] == 1


def test_no_query_is_added_to_a_request(django_assert_num_queries):
    """S10"""
    with django_assert_num_queries(0):
        Client().get("/health/live")


def test_asynchronous_requests_are_counted_too():
    """S7: one class for both."""
    response = async_to_sync(AsyncClient().get)("/health/live")
    assert float(response["X-Response-Time"]) >= 0
    assert len(store._process.recorder._pending) == 1


def test_flushing_twice_writes_a_minute_once():
    store.note("/", "GET", 200, 0.1)
    store.flush()
    store.note("/", "GET", 200, 0.1)
    store.flush()
    assert sum(TrafficCount.objects.values_list("count", flat=True)) == 2


def test_requests_of_a_clock_that_was_ahead_are_not_counted_for_years(monkeypatch):
    """F33"""
    now = datetime.now(UTC)
    ahead = (now + timedelta(days=365)).timestamp()
    monkeypatch.setattr(store.time, "time", lambda: ahead)
    store.note("/", "GET", 500, 0.1)
    store.flush()
    assert store.summary(now, 300).requests == 0


def test_counts_wait_while_the_database_refuses_and_are_written_later(monkeypatch):
    """S10: nothing is lost by a short outage."""
    written = store._write

    def refuse(*arguments: object) -> None:
        raise OperationalError("disk full")

    store.note("/", "GET", 200, 0.1)
    monkeypatch.setattr(store, "_write", refuse)
    store.flush()
    assert not TrafficCount.objects.exists()
    monkeypatch.setattr(store, "_write", written)
    store.flush()
    assert TrafficCount.objects.get().count == 1


def test_minutes_of_all_processes_become_hours_without_losing_one():
    now = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    start = int(now.timestamp()) - 4 * 3600
    for process in ("a", "b"):
        for minute in range(5):
            cell = store.Cell()
            cell.add(0.1)
            row = store._row(
                store.Key("/", "GET", 2), cell, start + minute * 60, 60, process
            )
            row.save()
    store.roll_up(now)
    row = TrafficCount.objects.get()
    assert (row.span_seconds, row.count) == (3600, 10)


def test_old_counts_are_pruned():
    """D2"""
    store.note("/", "GET", 200, 0.1)
    store.flush()
    later = datetime.now(UTC) + timedelta(days=8)
    assert store.prune(later - timedelta(days=7), limit=100) == 1


@pytest.mark.parametrize(
    ("p95_seconds", "errors", "status"),
    [
        (0.5, 0, Status.HEALTHY),
        (0.51, 0, Status.WARNING),
        (2.01, 0, Status.CRITICAL),
        (0.1, 5, Status.HEALTHY),  # one a minute is at the limit
        (0.1, 6, Status.WARNING),
        (0.1, 26, Status.CRITICAL),
    ],
)
def test_slow_answers_and_errors_are_judged_by_the_thresholds(
    p95_seconds, errors, status
):
    """M2: api_response_time 500/2000 ms, error_rate 1/5 a minute."""
    requests = Summary(
        requests=1000,
        errors=errors,
        p50_seconds=0.05,
        p95_seconds=p95_seconds,
        p99_seconds=p95_seconds,
    )
    assert judged(requests, Settings()).status is status


def test_performance_is_told_in_milliseconds_and_percent():
    for status, seconds in ((200, 0.1), (200, 0.1), (500, 0.1), (200, 0.1)):
        store.note("/", "GET", status, seconds)
    store.flush()
    figures = store.performance(datetime.now(UTC))
    assert (figures["requests_1h"], figures["error_count_1h"]) == (4, 1)
    assert figures["error_rate_percent"] == 25.0
    assert figures["response_time_p95_ms"] == pytest.approx(100, rel=0.02)


@override_settings(PULSEBOARD={"RESPONSE_TIME_HEADER": False})
def test_the_header_can_be_switched_off():
    """S8"""
    assert "X-Response-Time" not in Client().get("/health/live").headers


@override_settings(PULSEBOARD={"ENABLED": False})
def test_switched_off_means_off():
    """D7: no header, nothing counted."""
    response = Client().get("/health/live")
    assert "X-Response-Time" not in response.headers
    assert not store._process.recorder._pending
    assert connection.vendor


def test_counts_that_cannot_be_read_are_unknown(monkeypatch):
    """The database check says that the database is away; this one does not."""

    def refuse(now: datetime, seconds: int) -> Summary:
        raise OperationalError("gone")

    monkeypatch.setattr("pulseboard.traffic.monitor.summary", refuse)
    assert ask().status is Status.UNKNOWN

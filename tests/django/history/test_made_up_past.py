"""S13: a real monitor's strip with a marked past, and without it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pulseboard.core.status import Status
from pulseboard.history.store import day_bars, intervals_of, note_confirmed
from pulseboard.monitors.models import Monitor
from pulseboard.setup.demo.past import fill_past, remove_past

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
STARTED = NOW - timedelta(minutes=50)

pytestmark = pytest.mark.django_db


@pytest.fixture
def probe() -> Monitor:
    """Return a probe that is healthy since 50 minutes."""
    row = Monitor.objects.create(name="login", title="Login", kind="probe")
    note_confirmed("login", Status.HEALTHY, STARTED)
    return row


def measured_days() -> int:
    """Return how many of the last ninety days have a figure."""
    bars = day_bars(["login"], 90, ZoneInfo("UTC"), now=NOW).uptimes["login"]
    return sum(each.ratio is not None for each in bars)


def test_the_past_ends_where_the_first_result_begins(probe: Monitor) -> None:
    """S13: and the monitor says that it is made up"""
    assert fill_past(NOW) == 1
    probe.refresh_from_db()
    assert probe.demo_until == STARTED
    assert measured_days() == 90
    spans = intervals_of(["login"], NOW - timedelta(days=90), NOW)["login"]
    assert spans[-1].began_ms == int(STARTED.timestamp() * 1000)


def test_it_is_not_filled_twice(probe: Monitor) -> None:
    """S13"""
    fill_past(NOW)
    assert fill_past(NOW) == 0


def test_removing_it_leaves_what_was_measured(probe: Monitor) -> None:
    """S13"""
    fill_past(NOW)
    assert remove_past() > 0
    probe.refresh_from_db()
    assert probe.demo_until is None
    assert measured_days() == 1
    spans = intervals_of(["login"], NOW - timedelta(days=90), NOW)["login"]
    assert [each.status for each in spans] == [Status.HEALTHY]

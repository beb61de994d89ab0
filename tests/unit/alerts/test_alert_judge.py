"""What a confirmed status does to the alert of its subject (M5, X33)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.alerts.judge import Step, headline, reminder_due, step
from pulseboard.core.status import Status

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("open_severity", "status", "expected"),
    [
        (None, Status.HEALTHY, None),
        (None, Status.UNKNOWN, None),
        (None, Status.WARNING, Step.OPEN),
        (None, Status.CRITICAL, Step.OPEN),
        ("warning", Status.WARNING, None),
        ("warning", Status.CRITICAL, Step.WORSEN),
        ("warning", Status.HEALTHY, Step.CLOSE),
        ("warning", Status.UNKNOWN, None),
        ("critical", Status.WARNING, Step.EASE),
        ("critical", Status.CRITICAL, None),
        ("critical", Status.HEALTHY, Step.CLOSE),
        ("critical", Status.UNKNOWN, None),
    ],
)
def test_every_pair_has_its_step(open_severity, status, expected):
    assert step(open_severity, status) is expected


@pytest.mark.parametrize(
    ("severity", "hours", "due"),
    [("critical", 1, True), ("critical", 0.99, False), ("warning", 23.9, False),
     ("warning", 24, True)],
)  # fmt: skip
def test_reminders_come_at_the_cooldown_and_warnings_once_a_day(severity, hours, due):
    """M4"""
    told_at = NOW - timedelta(hours=hours)
    assert reminder_due(severity, told_at, timedelta(hours=1), NOW) is due


def test_headlines_say_it_all():
    lasted = timedelta(minutes=42)
    assert headline(Step.OPEN, "critical", "Cache", lasted, "is down") == (
        "Critical: Cache is down"
    )
    assert headline(Step.CLOSE, "critical", "Cache", lasted) == (
        "Recovered: Cache, after 42 min"
    )
    assert headline(Step.REMIND, "critical", "Cache", lasted) == (
        "Still critical after 42 min: Cache"
    )

"""When the outbox tries again (X14, F51)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.notifiers.retry import next_attempt

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (4, 8), (9, 256), (10, 300), (500, 300)]
)
def test_waits_double_up_to_five_minutes(attempts, seconds):
    due = next_attempt(attempts, NOW, NOW, chance=0.0)
    assert due == NOW + timedelta(seconds=seconds)


def test_chance_shortens_a_wait_by_a_quarter_at_most():
    assert next_attempt(3, NOW, NOW, chance=1.0) == NOW + timedelta(seconds=3)


def test_a_day_of_failures_is_the_end():
    day = timedelta(days=1)
    assert next_attempt(400, NOW - day, NOW, chance=0.0) is None
    assert next_attempt(400, NOW - day + timedelta(seconds=1), NOW, chance=0.0)

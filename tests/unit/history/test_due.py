"""G11: one row of HealthMetric at each change, and one in five minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.status import Status
from pulseboard.history.due import Rows

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
LETTERS = {"H": Status.HEALTHY, "C": Status.CRITICAL, "W": Status.WARNING}


def taken(runs: str, *, every_seconds: int = 60) -> str:
    """Return *runs*, one letter each, with those that get no row as dots."""
    rows = Rows()
    times = [START + timedelta(seconds=every_seconds * n) for n in range(len(runs))]
    return "".join(
        letter if rows.take(at, LETTERS[letter]) else "."
        for at, letter in zip(times, runs, strict=True)
    )


@pytest.mark.parametrize(
    ("runs", "rows"),
    [
        ("HHHHHHHHHHH", "H....H....H"),
        ("HHCCCHH", "H.C..H."),
        ("HCHCHC", "HCHCHC"),
        ("HWWWWWWH", "HW....WH"),
    ],
)
def test_a_row_for_every_change_and_one_in_five_minutes(runs, rows):
    """G11"""
    assert taken(runs) == rows


def test_the_same_run_again_gets_no_second_row():
    rows = Rows()
    assert rows.take(START, Status.HEALTHY)
    assert not rows.take(START, Status.HEALTHY)
    assert not rows.take(START, Status.CRITICAL)


def test_a_late_run_is_judged_by_the_row_before_it_in_time():
    """F02"""
    rows = Rows()
    rows.take(START, Status.HEALTHY)
    rows.take(START + timedelta(hours=1), Status.HEALTHY)
    assert not rows.take(START + timedelta(minutes=2), Status.HEALTHY)
    assert rows.take(START + timedelta(minutes=3), Status.CRITICAL)
    assert rows.take(START + timedelta(minutes=4), Status.HEALTHY)


def test_seventeen_steady_checks_stay_below_five_thousand_rows_a_day():
    """G11: checks every 30 s"""
    a_day = taken("H" * 2880, every_seconds=30)
    assert a_day.count("H") * 17 <= 5000

"""One monitor as a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.status import Status
from pulseboard.dashboard.card import card_of
from pulseboard.dashboard.clock import Clock
from pulseboard.dashboard.observed import ObservedMonitor, Slice
from pulseboard.dashboard.standing import Standing

NOW = datetime(2026, 11, 20, 22, 36, 4, tzinfo=UTC)
CLOCK = Clock(NOW, UTC, "UTC")

DATABASE = ObservedMonitor(
    name="database",
    title="Database",
    status=Status.HEALTHY,
    summary="12 of 100 connections",
    readings={"query_seconds": 0.0041},
    ran_at=NOW - timedelta(seconds=4),
)


def failing(**changes: object) -> ObservedMonitor:
    row = replace(
        DATABASE,
        status=Status.CRITICAL,
        readings={},
        summary="No reply",
        reason="timeout",
        status_since=NOW - timedelta(minutes=151),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def test_the_first_reading_is_the_headline() -> None:
    """G14"""
    card = card_of(DATABASE, CLOCK)
    assert (card.headline, card.fact) == ("4.1 ms", "12 of 100 connections")


def test_without_a_reading_the_summary_is() -> None:
    card = card_of(failing(), CLOCK)
    assert (card.headline, card.fact) == ("No reply", "for 2 h 31 min")


def test_a_long_summary_stands_beside_a_short_word() -> None:
    card = card_of(failing(summary="the provider did not answer in 10 s"), CLOCK)
    assert card.headline == "No reply"
    assert card.fact == "the provider did not answer in 10 s, for 2 h 31 min"


def test_a_broken_limit_is_named_once() -> None:
    slow = failing(
        status=Status.WARNING,
        readings={"response_seconds": 1.24},
        summary="95th percentile",
        options={"warning_above": 1.0, "critical_above": 5},
    )
    assert card_of(slow, CLOCK).fact == "95th percentile, limit 1.0 s, for 2 h 31 min"
    said = replace(slow, summary="above 1.0 s")
    assert card_of(said, CLOCK).fact == "above 1.0 s, for 2 h 31 min"


def test_before_its_first_run_it_says_when_that_is() -> None:
    fresh = ObservedMonitor(
        name="feed", title="Feed", due_at=NOW + timedelta(seconds=26)
    )
    card = card_of(fresh, CLOCK)
    assert (card.headline, card.fact) == ("Not checked", "first run in 26 s")
    assert card.spark is None


@pytest.mark.parametrize(
    ("age_seconds", "standing"), [(67, Standing.HEALTHY), (68, Standing.UNKNOWN)]
)
def test_a_result_older_than_two_intervals_is_no_longer_believed(
    age_seconds: int, standing: Standing
) -> None:
    """Two intervals of 30 s, the time limit of 2 s and 5 s of grace"""
    late = replace(
        DATABASE, ran_at=NOW - timedelta(seconds=age_seconds, milliseconds=-1)
    )
    assert card_of(late, CLOCK).standing is standing


def test_while_no_checks_run_every_card_is_past() -> None:
    """G16"""
    old = replace(DATABASE, ran_at=NOW - timedelta(hours=2))
    card = card_of(old, CLOCK, running=False)
    assert (card.word, card.standing) == ("Was healthy", Standing.HEALTHY)
    assert card.fact == "12 of 100 connections"


def test_paused_and_switched_off_are_maintenance() -> None:
    paused = replace(DATABASE, paused_until=NOW + timedelta(minutes=64))
    assert card_of(paused, CLOCK).fact == "paused until 23:40"
    off = card_of(replace(DATABASE, enabled=False), CLOCK)
    assert (off.standing, off.fact) == (Standing.MAINTENANCE, "switched off")


def test_failing_it_tells_of_its_last_good_result() -> None:
    good = failing(good_at=NOW - timedelta(hours=3), good_summary="143 ms")
    card = card_of(good, CLOCK)
    assert card.last_good
    assert (card.last_good.text, card.last_good_summary) == ("19:36", "143 ms")
    assert card_of(replace(good, status=Status.HEALTHY), CLOCK).last_good is None


def test_trouble_that_is_not_confirmed_is_told_as_such() -> None:
    assert "no alert was sent" in card_of(failing(confirmed=False), CLOCK).note


def test_a_poorer_source_is_always_told() -> None:
    assert card_of(replace(DATABASE, degraded="no psutil"), CLOCK).note == "no psutil"


def test_the_line_is_also_told_in_words() -> None:
    """G19"""
    hour = [Slice(0.004, Status.HEALTHY), Slice(None, Status.CRITICAL)]
    spark = card_of(replace(DATABASE, drawn="query_seconds", hour=hour), CLOCK).spark
    assert spark
    assert spark.label == "Last hour: query 4.0 ms, in part critical"

"""When a monitor is due (X32, F33, F34)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.monitors.schedule import due_slot, slot_at, slot_start

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVERY = timedelta(seconds=30)


def test_a_new_monitor_is_due_at_once():
    assert due_slot("disk", EVERY, -1, NOW) == slot_at("disk", EVERY, NOW)


def test_a_claimed_slot_is_not_due_again_before_the_next_begins():
    slot = slot_at("disk", EVERY, NOW)
    begins = slot_start("disk", EVERY, slot + 1)
    assert due_slot("disk", EVERY, slot, begins - timedelta(microseconds=1)) is None
    assert due_slot("disk", EVERY, slot, begins) == slot + 1


def test_after_a_long_pause_one_run_is_due_and_not_a_burst():
    slot = slot_at("disk", EVERY, NOW)
    later = NOW + timedelta(days=1)
    due = due_slot("disk", EVERY, slot, later)
    assert due is not None
    assert due_slot("disk", EVERY, due, later) is None


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=3650)])
def test_a_clock_set_back_does_not_stall_the_schedule(back):
    slot = slot_at("disk", EVERY, NOW)
    assert due_slot("disk", EVERY, slot, NOW - back) is not None


def test_a_now_that_is_a_moment_old_does_not_claim_an_earlier_slot_again():
    """X32: a process that waited for a lock sees a row that is ahead of it."""
    second = timedelta(seconds=1)
    slot = slot_at("disk", second, NOW)
    assert due_slot("disk", second, slot, NOW - timedelta(seconds=30)) is None


def test_monitors_of_one_interval_spread_over_it():
    starts = {slot_start(f"check {n}", EVERY, 0).timestamp() % 30 for n in range(100)}
    assert len(starts) > 80

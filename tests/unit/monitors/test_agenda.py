"""X32: what is due, without looking at every monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.monitors.agenda import CROWD, Agenda, Entry

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
#: Also back and far ahead, as clocks are set.
STEPS = st.lists(
    st.one_of(
        st.floats(0.01, 30), st.sampled_from([-3600.0, -30.0, 3600.0, 86400.0 * 3650])
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(STEPS, st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_it_is_due_exactly_when_looking_at_each_would_say_so(steps, intervals):
    """F33, F34: also when the clock is set."""
    entries = [
        Entry(number, f"m{number}", timedelta(seconds=seconds), -1)
        for number, seconds in enumerate(intervals)
    ]
    agenda, now = Agenda(), START
    agenda.fill(entries, now)
    for seconds in steps:
        now += timedelta(seconds=seconds)
        expected = {each.name for each in entries if each.due_slot(now) is not None}
        due = agenda.take_due(now)
        assert {each.name for each in due if each.due_slot(now) is not None} == expected
        for each in due:
            each.slot = each.due_slot(now) or each.slot
        agenda.put(due, now)
        to_next = agenda.seconds_to_next(now)
        assert to_next is not None
        # A clock set back by less than a minute is waited for.
        assert to_next <= 60 + 2 * max(intervals)


def test_what_could_not_be_claimed_is_due_again_at_once():
    agenda = Agenda()
    agenda.fill([Entry(1, "m", timedelta(seconds=10), -1)], START)
    agenda.put(agenda.take_due(START), START)
    assert agenda.seconds_to_next(START) == 0
    assert [each.name for each in agenda.take_due(START)] == ["m"]


def test_what_was_handed_back_late_does_not_return():
    """A monitor that was switched off while it was being claimed."""
    agenda = Agenda()
    agenda.fill([Entry(1, "m", timedelta(seconds=10), -1)], START)
    due = agenda.take_due(START)
    agenda.fill([], START)
    agenda.put(due, START)
    assert agenda.seconds_to_next(START) is None


@pytest.mark.parametrize(("every_seconds", "within_seconds"), [(20, 20), (3600, 60)])
def test_a_crowd_begins_spread_over_one_interval(every_seconds, within_seconds):
    """X32: none waits longer, and each begins once."""
    agenda = Agenda()
    agenda.fill(many(5000, every_seconds), START)
    begun = counts_by_second(agenda, within_seconds)
    assert sum(begun) == 5000
    assert max(begun) < 3 * 5000 / within_seconds


def test_a_crowd_that_is_read_again_keeps_its_turns():
    """X32: or a runner that reads its rows every few seconds would ask nothing."""
    agenda = Agenda()
    agenda.fill(many(CROWD + 1, 3600), START)
    first = agenda.take_due(START)
    rest = [each for each in many(CROWD + 1, 3600) if each.name != first[0].name]
    agenda.fill(rest, START + timedelta(seconds=30))
    due = agenda.take_due(START + timedelta(seconds=30))
    assert (len(first), len(due)) == (1, CROWD // 2)


def test_a_few_begin_at_once():
    agenda = Agenda()
    agenda.fill(many(CROWD, 20), START)
    assert len(agenda.take_due(START)) == CROWD


def test_a_crowd_that_is_on_time_keeps_its_slots():
    """X32: none is put off because the rows were read again."""
    agenda, entries = Agenda(), many(5000, 20)
    for each in entries:
        each.slot = (each.due_slot(START) or 0) - 1
    agenda.fill(entries, START)
    assert len(agenda.take_due(START)) == 5000


def many(count: int, every_seconds: int) -> list[Entry]:
    every = timedelta(seconds=every_seconds)
    return [Entry(number, f"m{number}", every, -1) for number in range(count)]


def counts_by_second(agenda: Agenda, seconds: int) -> list[int]:
    counts = []
    for second in range(seconds + 1):
        now = START + timedelta(seconds=second)
        due = agenda.take_due(now)
        counts.append(sum(each.slot == -1 for each in due))
        for each in due:
            each.slot = each.due_slot(now) or each.slot
        agenda.put(due, now)
    return counts

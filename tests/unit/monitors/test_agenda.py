"""X32: what is due, without looking at every monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.monitors.agenda import Agenda, Entry

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

"""When a change of status is believed (X30)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.status import Status
from pulseboard.monitors.definition import Confirmation
from pulseboard.monitors.judge import REMEMBERED, Judgement, Result, judge

START = datetime(2026, 3, 29, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LETTERS = {
    "H": Status.HEALTHY,
    "W": Status.WARNING,
    "C": Status.CRITICAL,
    "?": Status.UNKNOWN,
}
TWO_OF_THREE = Confirmation(failures=2, of=3, successes=2)


def after(letters: str, policy: Confirmation = TWO_OF_THREE) -> Judgement:
    """Judge one result a minute, as in ``HHCC``."""
    judgement = Judgement()
    for minute, letter in enumerate(letters):
        result = Result(LETTERS[letter], START + minute * MINUTE)
        judgement = judge(judgement, result, policy)
    return judgement


@pytest.mark.parametrize(
    ("letters", "confirmed", "since_minute"),
    [
        ("H", Status.HEALTHY, 0),  # nothing was known: one good result will do
        ("C", Status.UNKNOWN, None),  # one bad result is not believed yet
        ("CC", Status.CRITICAL, 0),
        ("HC", Status.HEALTHY, 0),
        ("HCC", Status.CRITICAL, 1),  # back-dated to the first failure
        ("HCHC", Status.CRITICAL, 1),  # two of the last three
        ("HCHHC", Status.HEALTHY, 0),  # two of four are not two of three
        ("HCCH", Status.CRITICAL, 1),  # one good result is no recovery
        ("HCCHH", Status.HEALTHY, 3),  # back-dated to the first success
        ("HWW", Status.WARNING, 1),
        ("HWC", Status.WARNING, 1),  # two results at least as bad as a warning
        ("HWCC", Status.CRITICAL, 2),
        ("HCCWW", Status.WARNING, 3),  # better, not yet well
        ("HCCWH", Status.WARNING, 3),  # the worse of the two good ones
        ("HC?C", Status.CRITICAL, 1),  # unknown speaks neither for nor against
        ("HCC?H?H", Status.HEALTHY, 4),
        ("H?", Status.HEALTHY, 0),
        ("H??", Status.UNKNOWN, 1),  # but nothing known for long is not healthy
        ("HCC??", Status.UNKNOWN, 3),
    ],
)
def test_results_become_a_belief(letters, confirmed, since_minute):
    judgement = after(letters)
    since = None if since_minute is None else START + since_minute * MINUTE
    assert (judgement.confirmed, judgement.since) == (confirmed, since)


def test_a_policy_of_one_believes_at_once():
    assert after("HC", Confirmation(failures=1, of=1, successes=1)).confirmed is (
        Status.CRITICAL
    )


def test_failures_before_a_recovery_do_not_confirm_trouble_again():
    """X30: good results alone never make a monitor critical."""
    policy = Confirmation(failures=2, of=4, successes=1)
    assert after("HCCHHH", policy).confirmed is Status.HEALTHY
    assert after("HCCHC", policy).confirmed is Status.HEALTHY
    again = after("HCCHCC", policy)
    assert (again.confirmed, again.since) == (Status.CRITICAL, START + 4 * MINUTE)


def test_memory_is_bounded():
    assert len(after("H" * 50).memory) == TWO_OF_THREE.of
    assert len(after("?" * 50).memory) == REMEMBERED


@given(
    st.text("HWC?", max_size=60),
    st.integers(1, 5),
    st.integers(0, 3),
    st.integers(1, 5),
)
def test_what_is_forgotten_would_have_changed_nothing(
    letters, failures, more, successes
):
    """Performance 2c: sixteen results of each of a thousand monitors weigh too much."""
    policy = Confirmation(failures=failures, of=failures + more, successes=successes)
    judgement, everything = Judgement(), Judgement()
    for minute, letter in enumerate(letters):
        result = Result(LETTERS[letter], START + minute * MINUTE)
        judgement = judge(judgement, result, policy)
        everything = _with_all_sixteen(everything, result, policy)
        assert (judgement.confirmed, judgement.since) == (
            everything.confirmed,
            everything.since,
        )


def _with_all_sixteen(
    before: Judgement, result: Result, policy: Confirmation
) -> Judgement:
    """Judge as `judge` does, but keep what it forgets."""
    after = judge(before, result, policy)
    memory = (*before.memory, result)[-REMEMBERED:]
    if after.confirmed.badness < before.confirmed.badness:
        memory = tuple(each for each in memory if each.at >= after.since)
    return Judgement(after.confirmed, after.since, memory)

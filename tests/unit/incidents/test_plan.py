"""What is told of planned windows, and when. X18."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.incidents.plan import Told, is_called_off, step_of
from pulseboard.maintenance.occurrence import Occurrence

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = Occurrence(key="w", title="w", starts_at=NOON, ends_at=NOON + HOUR)


def _told(what: str, at_hours: float, starts_in_hours: float = 0) -> Told:
    starts_at = NOON + starts_in_hours * HOUR
    return Told(
        what=what,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        told_at=NOON + at_hours * HOUR,
    )


@pytest.mark.parametrize(
    ("last", "now_hours", "step"),
    [
        (None, -24.1, ""),
        (None, -24, "ahead"),
        (None, 0, "began"),
        (None, 1, ""),  # the end of what nobody heard of
        (_told("ahead", -24), -1, ""),
        (_told("ahead", -24), 0, "began"),
        (_told("began", 0), 0.5, ""),
        (_told("began", 0), 1, "ended"),
        (_told("ended", 1), 2, ""),
        (_told("ahead", -20, starts_in_hours=-2), -10, "moved"),
        (_told("moved", -10), -9, ""),  # who heard of the move needs no other word
        (_told("moved", -48), -24, "ahead"),
        (_told("moved", -10), 0, "began"),
        (_told("began", -5, starts_in_hours=-5), -4.5, "moved"),
        (_told("ahead", -20, starts_in_hours=-2), 0.5, "began"),
        (_told("ended", -40, starts_in_hours=-41), -30, ""),
        (_told("ended", -40, starts_in_hours=-41), -24, "ahead"),
        (_told("cancelled", -20), -10, ""),
    ],
)
def test_each_step_is_told_when_it_is_due(
    last: Told | None, now_hours: float, step: str
) -> None:
    assert step_of(WINDOW, last, NOON + now_hours * HOUR) == step


def test_a_later_end_is_told_while_it_runs() -> None:
    longer = replace(WINDOW, ends_at=NOON + 3 * HOUR)
    assert step_of(longer, _told("began", 0), NOON + HOUR / 2) == "moved"


@pytest.mark.parametrize(
    ("what", "now_hours", "called_off"),
    [
        ("ahead", -1, True),
        ("moved", -1, True),
        ("began", 0.5, True),
        ("ahead", 1, False),
        ("ended", -1, False),
        ("cancelled", -1, False),
    ],
)
def test_only_what_people_wait_for_is_called_off(
    what: str, now_hours: float, called_off: bool
) -> None:
    now, last = NOON + now_hours * HOUR, _told(what, -24)
    assert is_called_off(None, last, now) == called_off
    assert is_called_off(replace(WINDOW, is_cancelled=True), last, now) == called_off
    assert not is_called_off(WINDOW, last, now)

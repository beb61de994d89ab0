"""The sentence at the top, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.status import Status
from pulseboard.dashboard.card import card_of
from pulseboard.dashboard.clock import Clock
from pulseboard.dashboard.hero import Hero, hero_of
from pulseboard.dashboard.observed import ObservedMonitor
from pulseboard.monitors.pulse import Pulse

NOW = datetime(2026, 11, 20, 22, 36, 4, tzinfo=UTC)
CLOCK = Clock(NOW, UTC, "UTC")
ALIVE = Pulse(ticked_at=NOW - timedelta(seconds=1))


def hero(*statuses: str, pulse: Pulse | None = ALIVE) -> Hero:
    """The hero of monitors named A, B, … with these statuses."""
    monitors = [
        ObservedMonitor(
            name=chr(97 + place),
            title=chr(65 + place),
            status=Status(status),
            ran_at=NOW,
        )
        for place, status in enumerate(statuses)
    ]
    return hero_of([card_of(each, CLOCK) for each in monitors], pulse, CLOCK)


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        (["critical", "healthy"], "Critical: A is down"),
        (["healthy", "critical", "critical"], "Critical: B and C are down"),
        (["critical"] * 3, "Critical: A, B and 1 more are down"),
        (["critical"] * 5, "Critical: A, B and 3 more are down"),
        (["warning", "critical"], "Critical: B is down"),
        (["warning", "unknown"], "Warning: A needs attention"),
        (["warning", "warning"], "Warning: A and B need attention"),
        (["unknown", "healthy"], "Unknown: A has no result"),
        (["unknown", "unknown"], "No data yet"),
        (["healthy", "healthy"], "All systems healthy"),
        ([], "Nothing is monitored yet"),
    ],
)
def test_the_first_rule_that_matches_gives_the_sentence(
    statuses: list[str], sentence: str
) -> None:
    """G14"""
    assert hero(*statuses).sentence == sentence


def test_a_check_that_does_not_apply_troubles_nobody() -> None:
    monitor = ObservedMonitor(
        name="a", title="A", ran_at=NOW, reason="not_applicable", summary="no cache"
    )
    well = ObservedMonitor(name="b", title="B", ran_at=NOW, status=Status.HEALTHY)
    cards = [card_of(each, CLOCK) for each in (monitor, well)]
    assert hero_of(cards, ALIVE, CLOCK).sentence == "All systems healthy"


def test_the_counts_leave_nothing_out() -> None:
    assert (
        hero("critical", "warning", *["healthy"] * 5, "unknown").line
        == "1 critical, 1 warning, 5 healthy, 1 unknown"
    )


def test_without_a_tick_it_trusts_nothing_and_says_the_fix() -> None:
    """G16, ux point 10"""
    silent = Pulse(ticked_at=NOW - timedelta(minutes=86))

    shown = hero("critical", pulse=silent)

    assert shown.sentence == "The server answers, but no checks have run since 21:10."
    assert shown.line == "Last known: Critical, A is down. Last tick 1 h 26 min ago."
    assert "manage.py pulseboard run" in shown.fix
    assert not shown.trusted


@pytest.mark.parametrize(("seconds", "trusted"), [(29, True), (30, False)])
def test_a_tick_is_missed_from_30_seconds_on(seconds: int, trusted: bool) -> None:
    pulse = Pulse(ticked_at=NOW - timedelta(seconds=seconds))
    assert hero("healthy", pulse=pulse).trusted is trusted


def test_stopped_by_people_is_said_even_while_the_runner_ticks() -> None:
    pulse = Pulse(ticked_at=NOW, stopped_at=NOW, stopped_by="ana")
    shown = hero("healthy", pulse=pulse)
    assert shown.sentence == "Checks were stopped at 22:36 by ana."
    assert shown.fix == "Resume with `manage.py pulseboard start`."


def test_before_the_first_runner_it_says_so() -> None:
    assert hero("unknown", pulse=None).sentence == (
        "The server answers, but no checks have run yet."
    )

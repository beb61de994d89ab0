"""A component over time, from its monitors."""

from __future__ import annotations

from pulseboard.core.intervals import Span, StatusSpan
from pulseboard.core.status import Status
from pulseboard.statuspage.policy import Policy, Tally
from pulseboard.statuspage.timeline import Track, tally, timeline

H, W, C, U = Status.HEALTHY, Status.WARNING, Status.CRITICAL, Status.UNKNOWN
WINDOW = Span(0, 100)


def track(*spans: tuple[int, int, Status], **values: object) -> Track:
    return Track([StatusSpan(*each) for each in spans], **values)  # type: ignore[arg-type]


def said(*tracks: Track) -> list[tuple[int, int, str]]:
    return [(b, e, s.value) for b, e, s in timeline(tracks, WINDOW)]


def test_nothing_measured_is_no_data_all_along() -> None:
    assert said() == [(0, 100, "no_data")]
    assert said(track()) == [(0, 100, "no_data")]


def test_one_monitor_speaks_for_its_component() -> None:
    only = track((10, 50, H), (50, 60, C), (60, 80, W), (80, 100, H))
    assert said(only) == [
        (0, 10, "no_data"),
        (10, 50, "operational"),
        (50, 60, "major_outage"),
        (60, 80, "degraded"),
        (80, 100, "operational"),
    ]


def test_some_failing_is_partial_and_all_failing_is_major() -> None:
    """S14"""
    one = track((0, 40, H), (40, 80, C), (80, 100, H))
    other = track((0, 60, H), (60, 100, C))
    assert said(one, other) == [
        (0, 40, "operational"),
        (40, 60, "partial_outage"),
        (60, 80, "major_outage"),
        (80, 100, "partial_outage"),
    ]


def test_one_that_decides_takes_the_component_down() -> None:
    decides = track((0, 50, H), (50, 100, C), decides=True)
    assert said(decides, track((0, 100, H)))[-1] == (50, 100, "major_outage")


def test_a_monitor_in_maintenance_says_nothing() -> None:
    """X38: what is broken beside planned work is still told."""
    worked_on = track((0, 100, C), holes=[Span(20, 60)])
    assert said(worked_on) == [
        (0, 20, "major_outage"),
        (20, 60, "maintenance"),
        (60, 100, "major_outage"),
    ]
    assert said(worked_on, track((0, 100, C)))[0] == (0, 100, "major_outage")
    assert said(worked_on, track((0, 100, H)))[1] == (20, 60, "operational")


def test_time_adds_up_to_the_window() -> None:
    stretches = timeline(
        [track((10, 50, H), (50, 60, C), holes=[Span(55, 60)])], WINDOW
    )
    assert sum(tally(stretches, WINDOW)) == 0.1


DIVIDED = Tally(
    up_seconds=90, degraded_seconds=5, down_seconds=5, maintenance_seconds=10,
    unknown_seconds=10,
)  # fmt: skip


def test_each_policy_counts_as_it_says() -> None:
    """X40"""
    assert Policy().ratio(DIVIDED) == 0.95
    assert Policy(degraded_is_down=True).ratio(DIVIDED) == 0.9
    assert Policy(maintenance_is_up=True).ratio(DIVIDED) == 105 / 110
    assert Policy(unknown_is_down=True).ratio(DIVIDED) == 95 / 110


def test_nothing_that_counts_has_no_ratio() -> None:
    assert Policy().ratio(Tally(maintenance_seconds=5, unknown_seconds=9)) is None

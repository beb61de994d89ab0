"""Lines: missing data is a gap, never a zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.status import Status
from pulseboard.dashboard.observed import Slice
from pulseboard.dashboard.spark import hour_of, line_path, span_path
from pulseboard.history.points import Recent

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
WELL, BAD = Status.HEALTHY, Status.CRITICAL


def run(minutes_ago: float, value: float | None = 1.0, status: Status = WELL) -> Recent:
    return Recent(NOW - timedelta(minutes=minutes_ago), value, status)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ([], ""),
        ([None, None], ""),
        ([0, 10], "M0 29L200 3"),
        ([5, 5], "M0 16L200 16"),
        ([0, 10, None, 0, 10], "M0 29L50 3M150 29L200 3"),
        ([None, 10, None], "M100 16h1"),
    ],
)
def test_a_line_breaks_where_nothing_was_measured(
    values: list[float | None], path: str
) -> None:
    """G14"""
    assert line_path(values) == path


def test_failing_slices_become_spans() -> None:
    hour = [Slice(1, WELL), Slice(None, BAD), Slice(None, BAD), Slice(1, WELL)]
    assert span_path(hour, BAD) == "M50 0H150V32H50z"
    assert span_path(hour, Status.WARNING) == ""


def test_a_span_may_reach_the_present() -> None:
    assert span_path([Slice(1, WELL), Slice(None, BAD)], BAD) == "M100 0H200V32H100z"


def test_an_hour_has_sixty_minutes_and_the_newest_last() -> None:
    hour = hour_of([run(59, 7), run(0, 9)], NOW, timedelta(seconds=30))
    assert len(hour) == 60
    assert (hour[0].value, hour[59].value) == (7, 9)
    assert hour[30] == Slice()


def test_what_lies_outside_the_hour_is_left_out() -> None:
    assert hour_of([run(61), run(-1)], NOW, timedelta(seconds=30)) == ()


def test_rare_runs_get_wider_slices_so_that_the_line_holds() -> None:
    hour = hour_of([run(each) for each in range(55, -1, -5)], NOW, timedelta(minutes=5))
    assert len(hour) == 6
    assert None not in [each.value for each in hour]


def test_a_slice_keeps_the_worst_status_and_the_last_value() -> None:
    hour = hour_of(
        [run(0.5, 1), run(0.4, None, BAD), run(0.3, 3)], NOW, timedelta(seconds=5)
    )
    assert hour[-2] == Slice(3, BAD)

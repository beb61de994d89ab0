"""Charts as path data."""

from __future__ import annotations

import pytest

from pulseboard.statuspage.chart import bars, lines, round_up


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 0), (0.001, 0.001), (0.12, 0.2), (0.34, 0.5), (0.9, 1), (1.0, 1), (3, 5)],
)
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)


def test_a_gap_breaks_the_line() -> None:
    """S13"""
    drawing = lines([1, 2, None, 1, 1], [None] * 5)
    assert drawing is not None
    assert dict(drawing.paths)["a"].count("M") == 2


def test_a_lone_point_is_seen() -> None:
    drawing = lines([None, 1, None], [None] * 3)
    assert drawing is not None
    assert "h2" in dict(drawing.paths)["a"]


def test_nothing_measured_draws_nothing() -> None:
    assert lines([None], [None]) is None
    assert bars([None]) is None


def test_no_error_has_no_bar() -> None:
    drawing = bars([0.0, 0.5, None])
    assert drawing is not None
    assert drawing.paths[0][1].count("M") == 1

"""S6: uptime is weighted by time, and says what it leaves out."""

from __future__ import annotations

import itertools
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.buckets import day_edges_ms, local_days
from pulseboard.core.intervals import (
    Span,
    StatusSpan,
    Uptime,
    Windows,
    clip,
    merge,
    subtract,
    uptime,
    uptimes,
)
from pulseboard.core.status import Status
from pulseboard.core.text import percent_text

H, W, C, U = Status.HEALTHY, Status.WARNING, Status.CRITICAL, Status.UNKNOWN
UP = {H, W}

# Half a year around both clock changes, counted in minutes.
FIRST_DAY, DAYS = date(2026, 3, 1), 260
BEGAN = day_edges_ms([FIRST_DAY], ZoneInfo("UTC"))[0] - 86_400_000
MINUTE = 60_000
LENGTH = (DAYS + 2) * 1440


@st.composite
def histories(draw):
    """Statuses that follow one another, sometimes with nothing in between."""
    times = sorted(draw(st.sets(st.integers(0, LENGTH), min_size=2, max_size=12)))
    spans = []
    for began, ended in itertools.pairwise(times):
        status = draw(st.sampled_from([H, W, C, U, None]))
        if status:
            spans.append(
                StatusSpan(BEGAN + began * MINUTE, BEGAN + ended * MINUTE, status)
            )
    return spans


windows = st.tuples(st.integers(0, LENGTH), st.integers(1, LENGTH)).map(
    lambda pair: Span(BEGAN + pair[0] * MINUTE, BEGAN + (pair[0] + pair[1]) * MINUTE)
)
maintenance = st.lists(windows, max_size=3)
zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)


def counted_by_minute(spans, window, excluded):
    """The same by brute force: whose minute is it?"""
    found = {"up": 0, "down": 0, "unknown": 0, "excluded": 0, "warning": 0}
    edges = sorted(
        {window.began_ms, window.ended_ms}
        | {edge for span in [*spans, *excluded] for edge in span[:2]}
    )
    edges = [edge for edge in edges if window.began_ms <= edge <= window.ended_ms]
    for began, ended in itertools.pairwise(edges):
        status = next((s[2] for s in spans if s[0] <= began < s[1]), U)
        if any(hole[0] <= began < hole[1] for hole in excluded):
            kind = "excluded"
        else:
            kind = "up" if status in UP else "down" if status is C else "unknown"
            found["warning"] += (ended - began) * (status is W)
        found[kind] += ended - began
    return Uptime(
        *(found[k] / 1000 for k in ("up", "down", "unknown", "excluded", "warning"))
    )


@given(histories(), windows, maintenance)
def test_uptime_is_the_sum_of_its_intervals(spans, window, excluded):
    """S6, acceptance 8"""
    assert uptime(spans, window, excluded) == counted_by_minute(spans, window, excluded)


@given(histories(), maintenance, zones)
def test_the_days_add_up_to_the_whole_across_clock_changes(spans, excluded, zone):
    """S6, F35, acceptance 8"""
    edges = day_edges_ms(local_days(date(2026, 11, 15), DAYS), zone)
    days = uptimes(spans, Windows(edges), excluded)
    whole = uptime(spans, Span(edges[0], edges[-1]), excluded)
    assert len(days) == DAYS
    for part in ("up", "down", "unknown", "excluded", "warning"):
        total = sum(getattr(day, f"{part}_seconds") for day in days)
        assert total == pytest.approx(getattr(whole, f"{part}_seconds"))
    for day, began, ended in zip(days, edges, edges[1:], strict=False):
        assert day == counted_by_minute(spans, Span(began, ended), excluded)


@given(histories(), windows, maintenance)
def test_the_four_parts_are_the_whole_window(spans, window, excluded):
    found = uptime(spans, window, excluded)
    parts = (found.up_seconds + found.down_seconds + found.unknown_seconds
             + found.excluded_seconds)  # fmt: skip
    assert parts == pytest.approx((window.ended_ms - window.began_ms) / 1000)


@pytest.mark.parametrize(
    ("status", "up", "down", "unknown"),
    [(H, 10, 0, 0), (W, 10, 0, 0), (C, 0, 10, 0), (U, 0, 0, 10)],
)
def test_warning_is_up_critical_is_down_and_unknown_is_neither(
    status, up, down, unknown
):
    found = uptime([StatusSpan(0, 10_000, status)], Span(0, 10_000))
    assert (found.up_seconds, found.down_seconds, found.unknown_seconds) == (
        up,
        down,
        unknown,
    )


def test_without_anything_measured_there_is_no_ratio():
    assert uptime([], Span(0, 1000)).ratio is None
    assert uptime([StatusSpan(0, 1000, U)], Span(0, 1000)).ratio is None
    assert uptime([StatusSpan(0, 9, C)], Span(0, 9), [Span(0, 9)]).ratio is None


def test_unknown_and_excluded_time_leave_the_ratio_alone():
    spans = [StatusSpan(0, 80, H), StatusSpan(80, 90, C), StatusSpan(90, 100, U)]
    assert uptime(spans, Span(0, 100)).ratio == pytest.approx(80 / 90)
    assert uptime(spans, Span(0, 100), [Span(80, 90)]).ratio == 1.0


@pytest.mark.parametrize(
    ("up", "down", "text"),
    [
        (129_599, 1, "99.99%"),  # one bad minute of ninety days
        (99_995, 5, "99.99%"),
        (99_999_999, 1, "99.99%"),
        (100, 0, "100%"),
    ],
)
def test_anything_short_of_all_never_prints_as_all(up, down, text):
    """ux 17, acceptance 8"""
    spans = [StatusSpan(0, up * MINUTE, H)]
    if down:
        spans.append(StatusSpan(up * MINUTE, (up + down) * MINUTE, C))
    ratio = uptime(spans, Span(0, (up + down) * MINUTE)).ratio
    assert percent_text(ratio) == text


def test_clipping_keeps_what_lies_inside():
    spans = [StatusSpan(0, 10, H), StatusSpan(10, 20, C), StatusSpan(20, 30, H)]
    assert clip(spans, Span(5, 20)) == [StatusSpan(5, 10, H), StatusSpan(10, 20, C)]


def test_maintenance_is_cut_out_of_what_it_overlaps():
    spans = [StatusSpan(0, 100, H)]
    left = subtract(spans, [Span(10, 20), Span(15, 30), Span(90, 200)])
    assert left == [StatusSpan(0, 10, H), StatusSpan(30, 90, H)]


def test_spans_that_touch_are_one():
    assert merge([Span(5, 9), Span(0, 5), Span(20, 30), Span(7, 7)]) == [
        Span(0, 9),
        Span(20, 30),
    ]


def test_no_days_divide_into_nothing():
    assert uptimes([StatusSpan(0, 10, H)], Windows([])) == []

"""Numbers as people read them (ux.md section 10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.text import (
    bytes_text,
    duration_text,
    percent_text,
    reading_text,
    seconds_text,
)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1, "100%"),
        (0.99995, "99.99%"),
        (129_599 / 129_600, "99.99%"),
        (0.9999999, "99.99%"),
        (0.29, "29%"),
        (0.974, "97.4%"),
        (0, "0%"),
    ],
)
def test_percentages_are_floored_and_100_means_all(ratio, text):
    assert percent_text(ratio) == text


@given(st.floats(0, 1, exclude_max=True))
def test_nothing_short_of_all_prints_as_100(ratio):
    assert percent_text(ratio) != "100%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0006, "0.6 ms"), (0.0123, "12 ms"), (0.9994, "999 ms"), (1.24, "1.2 s"),
     (12.4, "12 s"), (100, "1 min")],
)  # fmt: skip
def test_response_times(seconds, text):
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (9060, "2 h 31 min"), (7200, "2 h"),
     (90000, "1 d 1 h")],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration_text(seconds) == text


def test_bytes_are_binary_and_readings_follow_their_unit():
    assert bytes_text(1536) == "1.5 KiB"
    assert bytes_text(1020 * 1024) == "1020 KiB"
    assert bytes_text(512) == "512 bytes"
    assert reading_text("disk_free_bytes", 2**30) == "1 GiB"
    assert reading_text("disk_used_ratio", 0.61) == "61%"
    assert reading_text("orders_pending", 12000) == "12\u202f000"

"""X13: what is packed is found by one number and only gains by merging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.packing import Sample
from pulseboard.history.key import MOST_SERIES, first_key, key_of, series_of, time_of
from pulseboard.history.points import sources_for
from pulseboard.history.summary import Summary

series = st.integers(1, MOST_SERIES - 1)
hours = st.integers(0, 2**30)
samples = st.lists(
    st.builds(Sample, st.integers(0, 3599), st.integers(-900, 900), st.integers(0, 3)),
    max_size=60,
)


@given(hours, series)
def test_a_key_holds_its_time_and_its_series(hour, number):
    key = key_of(hour, number)
    assert (time_of(key), series_of(key)) == (hour, number)
    assert first_key(hour) < key < first_key(hour + 1)
    assert key < 2**63


@pytest.mark.parametrize("number", [0, -1, MOST_SERIES])
def test_what_is_no_series_has_no_key(number):
    with pytest.raises(ValueError, match="series"):
        key_of(1, number)


@given(samples, samples)
def test_summaries_merge_to_the_summary_of_all(one, other):
    merged = Summary.of(one)
    merged.merge(Summary.of(other))
    assert merged == Summary.of([*one, *other])


@given(samples)
def test_a_summary_survives_packing(hour):
    summary = Summary.of(hour)
    assert Summary.from_bytes(summary.to_bytes()) == summary


@pytest.mark.parametrize(
    ("days", "first"), [(1 / 24, "samples"), (2, "samples"), (7, "hours"), (90, "days")]
)
def test_the_longer_the_range_the_coarser_the_form(days, first):
    """X13: some hundred rows per line"""
    assert sources_for(days * 86_400)[0] == first

"""X13: every run of an hour kept, about a byte each."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.log_scale import code_of
from pulseboard.core.packing import (
    STATUSES,
    Sample,
    pack_hour,
    unpack_columns,
    unpack_hour,
)
from pulseboard.core.status import Status

samples = st.builds(
    Sample,
    st.integers(0, 3599),
    st.floats(allow_nan=False, allow_infinity=False).map(code_of),
    st.integers(0, len(STATUSES) - 1),
)


def minute_checks(phase: int = 7) -> list[Sample]:
    source = random.Random(phase)
    return [
        Sample(phase + 60 * n, code_of(source.lognormvariate(math.log(0.12), 0.4)), 0)
        for n in range(60)
    ]


@given(st.lists(samples, max_size=150))
def test_times_and_statuses_survive_unchanged_and_values_on_their_scale(hour):
    assert unpack_hour(pack_hour(hour)) == set(hour)


@given(st.lists(samples, max_size=40), st.randoms())
def test_the_packed_form_depends_on_the_set_alone(hour, source):
    shuffled = [*hour, *hour[:3]]
    source.shuffle(shuffled)
    assert pack_hour(shuffled) == pack_hour(hour)


@given(st.lists(samples, min_size=1, max_size=60))
def test_columns_are_in_order_of_time(hour):
    columns = unpack_columns(pack_hour(hour))
    assert list(zip(*columns, strict=True)) == sorted(set(hour))


def test_an_hour_of_minute_checks_takes_little_more_than_a_byte_each():
    """Performance 3a"""
    assert len(pack_hour(minute_checks())) / 60 <= 1.25


def test_a_second_more_or_less_between_runs_costs_little():
    source = random.Random(1)
    late = [each._replace(second=each.second + source.choice((0, 0, 0, 1)))
            for each in minute_checks()]  # fmt: skip
    assert len(pack_hour(late)) / 60 <= 1.5


def test_one_check_a_second_is_packed_too():
    hour = [Sample(second, code_of(0.02), 0) for second in range(3600)]
    assert len(pack_hour(hour)) < 3700
    assert unpack_hour(pack_hour(hour)) == set(hour)


def test_nothing_is_packed_as_nothing():
    assert pack_hour([]) == b""
    assert unpack_hour(b"") == set()


def test_a_cut_row_is_refused():
    with pytest.raises(ValueError, match="packed bytes"):
        unpack_hour(b"\x80")


def test_the_places_of_statuses_never_change():
    assert STATUSES == (
        Status.HEALTHY,
        Status.WARNING,
        Status.CRITICAL,
        Status.UNKNOWN,
    )

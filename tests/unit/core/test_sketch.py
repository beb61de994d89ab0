"""X13: quantiles within 2 % at any age, merged in any order."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.bits import pack_numbers, unpack_numbers, unzigzag, zigzag
from pulseboard.core.log_scale import RELATIVE_ERROR, SMALLEST, code_of, value_of
from pulseboard.core.sketch import Sketch

RANKS = (0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)

finite = st.floats(allow_nan=False, allow_infinity=False)
sketches = st.lists(finite, max_size=60).map(Sketch)


def log_normal(source: random.Random) -> float:
    return source.lognormvariate(math.log(0.12), 0.8)


def uniform(source: random.Random) -> float:
    return source.uniform(0.001, 30)


def exponential(source: random.Random) -> float:
    return source.expovariate(1 / 0.25)


def bimodal(source: random.Random) -> float:
    """A cache: 80 % hits around 2 ms, the rest around 2 s."""
    if source.random() < 0.8:
        return abs(source.gauss(0.002, 0.0003)) + 1e-6
    return abs(source.gauss(2.0, 0.2)) + 1e-6


@pytest.mark.parametrize("draw", [log_normal, uniform, exponential, bimodal])
@pytest.mark.parametrize("count", [1, 2, 60, 20_000])
def test_every_quantile_is_within_two_percent_of_the_value_of_its_rank(draw, count):
    """X13, acceptance 8"""
    source = random.Random(f"{draw.__name__} {count}")
    values = sorted(draw(source) for _ in range(count))
    sketch = Sketch.from_bytes(Sketch(values).to_bytes())
    for rank in RANKS:
        exact = values[int(rank * (count - 1))]
        assert sketch.quantile(rank) == pytest.approx(exact, rel=RELATIVE_ERROR + 1e-9)


@given(finite)
def test_a_value_on_the_scale_is_at_most_two_percent_off(value):
    found = value_of(code_of(value))
    if abs(value) <= SMALLEST:
        assert found == 0
    else:
        assert found == pytest.approx(value, rel=RELATIVE_ERROR + 1e-9)


@given(finite, finite)
def test_the_scale_keeps_the_order_of_values(one, other):
    low, high = sorted((one, other))
    assert code_of(low) <= code_of(high)
    assert value_of(code_of(low)) <= value_of(code_of(high))


@given(sketches, sketches, sketches)
def test_merging_is_exact_in_any_order(a, b, c):
    left, right = Sketch(), Sketch()
    for each in (a, b, c):
        left.merge(each)
    for each in (c, a, b):
        right.merge(each)
    assert left == right
    assert left.count == a.count + b.count + c.count


@given(st.lists(finite, max_size=60), st.integers(0, 60))
def test_parts_merged_are_the_whole(values, cut):
    merged = Sketch(values[:cut])
    merged.merge(Sketch(values[cut:]))
    assert merged == Sketch(values)


@given(sketches)
def test_packed_and_unpacked_is_the_same(sketch):
    assert Sketch.from_bytes(sketch.to_bytes()) == sketch


def test_zero_and_negative_values_keep_their_place():
    sketch = Sketch([-5.0, -0.5, 0.0, 0.0, 3.0])
    assert sketch.quantile(0.0) == pytest.approx(-5.0, rel=0.02)
    assert sketch.quantile(0.25) == pytest.approx(-0.5, rel=0.02)
    assert sketch.quantile(0.5) == 0.0
    assert sketch.maximum == pytest.approx(3.0, rel=0.02)
    assert sketch.minimum == pytest.approx(-5.0, rel=0.02)


def test_an_empty_sketch_knows_no_value():
    sketch = Sketch()
    assert (sketch.count, sketch.total) == (0, 0)
    assert [sketch.minimum, sketch.maximum, sketch.quantile(0.95)] == [None] * 3
    assert Sketch.from_bytes(sketch.to_bytes()) == sketch


def test_the_total_of_values_of_one_sign_is_within_two_percent():
    values = [0.01 * n for n in range(1, 500)]
    assert Sketch(values).total == pytest.approx(sum(values), rel=0.02)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        Sketch().add(value)


def test_an_hour_of_one_endpoint_takes_a_few_dozen_bytes():
    source = random.Random(3)
    sketch = Sketch(source.lognormvariate(math.log(0.12), 0.4) for _ in range(60))
    assert len(sketch.to_bytes()) <= 30


@given(st.lists(st.integers(min_value=0, max_value=2**70), max_size=50))
def test_numbers_of_any_size_survive_packing(numbers):
    assert unpack_numbers(pack_numbers(numbers)) == numbers


@given(st.integers())
def test_zigzag_goes_both_ways(number):
    assert unzigzag(zigzag(number)) == number
    assert zigzag(number) >= 0

"""Calls per client and minute. D4, A46, A72"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.access.limiter import Limiter


def test_as_many_calls_as_the_limit_pass_and_one_more_waits() -> None:
    limiter = Limiter()

    waits = [limiter.take("a", 5, 0.0) for _ in range(6)]

    assert waits[:5] == [None] * 5
    assert waits[5] == pytest.approx(60 + 60 / 5)


def test_one_client_does_not_use_up_the_calls_of_another() -> None:
    limiter = Limiter()
    limiter.take("a", 1, 0.0)

    assert limiter.take("b", 1, 0.0) is None
    assert limiter.take("a", 1, 0.0) is not None


def test_a_burst_at_the_end_of_a_window_counts_in_the_next() -> None:
    limiter = Limiter()
    for _ in range(5):
        limiter.take("a", 5, 59.9)

    assert limiter.take("a", 5, 60.1) is not None
    assert limiter.take("a", 5, 60 + 12.1) is None


@given(
    limit=st.integers(1, 20),
    times=st.lists(st.floats(0, 600), min_size=1, max_size=60),
)
def test_the_told_wait_is_enough(limit: int, times: list[float]) -> None:
    limiter = Limiter()
    wait = None
    for now in sorted(times):
        wait = limiter.take("a", limit, now)

    if wait is not None:
        assert wait > 0
        assert limiter.take("a", limit, max(times) + wait + 0.001) is None


def test_a_million_clients_take_bounded_memory_and_the_oldest_is_forgotten() -> None:
    limiter = Limiter(keys_limit=100)
    for number in range(1_000):
        limiter.take(str(number), 1, 0.0)

    assert len(limiter) == 100
    assert limiter.take("0", 1, 0.0) is None
    assert limiter.take("999", 1, 0.0) is not None

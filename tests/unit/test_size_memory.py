"""G1: growth and rates, from what one process remembers."""

from __future__ import annotations

import pytest

from pulseboard.checks.builtin.sql.memory import CounterMemory, SizeMemory, memory_of

HOUR = 3600


def test_growth_is_collected_for_a_day_before_it_is_told():
    memory = SizeMemory()
    for hour in range(24):
        memory.note(hour * HOUR, 1000 + hour)
        assert memory.growth_bytes(hour * HOUR) is None
    memory.note(24 * HOUR, 1500)
    assert memory.growth_bytes(24 * HOUR) == 500


def test_growth_looks_back_one_day_and_may_be_negative():
    memory = SizeMemory()
    for hour in range(100):
        memory.note(hour * HOUR, 10_000 - hour)
    assert memory.growth_bytes(99 * HOUR) == -24


def test_sizes_are_kept_hourly_however_often_they_come():
    memory = SizeMemory()
    for minute in range(60 * 24 * 7):
        memory.note(minute * 60, minute)
    assert len(memory._hourly) == 26
    assert memory.growth_bytes(minute * 60) == pytest.approx(24 * 60, abs=60)


def test_a_size_is_measured_again_after_ten_minutes():
    memory = SizeMemory()
    assert memory.is_due(0)
    memory.note(0, 1)
    assert not memory.is_due(599)
    assert memory.is_due(600)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        ([(0, 100)], None),
        ([(0, 100), (10, 150)], 5.0),
        ([(0, 100), (10, 3)], None),  # the server was restarted
        ([(0, 100), (10, 3), (20, 13)], 1.0),
        ([(10, 100), (10, 150)], None),
    ],
)
def test_a_rate_needs_two_samples_of_one_server_run(samples, rate):
    memory = CounterMemory()
    for now, total in samples:
        found = memory.per_second(now, total)
    assert found == rate


def test_a_process_remembers_a_bounded_number_of_databases():
    for number in range(1000):
        memory_of("alias", str(number))
    from pulseboard.checks.builtin.sql import memory

    assert len(memory._by_place) <= 64

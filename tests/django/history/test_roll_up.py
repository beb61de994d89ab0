"""X13, acceptance 8: however runs arrive, the packed history is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulseboard.core.log_scale import code_of
from pulseboard.core.outcome import Outcome
from pulseboard.core.packing import STATUSES, unpack_hour
from pulseboard.history import store
from pulseboard.history.models import (
    DaySummary,
    HealthMetric,
    HourSummaries,
    PackedHour,
    Run,
    Series,
)
from pulseboard.history.observed import Observed
from pulseboard.history.retention import Keep

pytestmark = pytest.mark.django_db

#: Shortly before midnight UTC, so that hours and days end within the runs.
BEGAN = datetime(2026, 3, 28, 21, 50, tzinfo=UTC)
LATER = BEGAN + timedelta(days=3)
PACKED = (PackedHour, HourSummaries, DaySummary)

runs = st.lists(
    st.builds(
        lambda monitor, ms, status, duration, size: Observed(
            monitor,
            BEGAN + timedelta(milliseconds=ms),
            Outcome(status, "", {} if size is None else {"queue_length": size}),
            duration,
        ),
        st.sampled_from(["shop", "db"]),
        st.integers(0, 5 * 3_600_000),
        st.sampled_from(STATUSES),
        st.floats(0, 60),
        st.none() | st.integers(0, 10_000),
    ),
    max_size=40,
    unique_by=lambda each: (each.monitor, each.at),
)


def test_closed_hours_are_packed_and_their_rows_go(observed, start):
    store.remember([observed(60 * n, "HHHC"[n % 4], duration=n) for n in range(60)])
    assert store.roll_up(start + timedelta(hours=2, minutes=10), budget_rows=1000) == 60
    assert Run.objects.count() == 0
    samples = unpack_hour(bytes(PackedHour.objects.get().packed))
    assert samples == {(60 * n, code_of(n), 2 * (n % 4 == 3)) for n in range(60)}
    [(hour, summary)] = HourSummaries.objects.get().summaries().items()
    assert summary.statuses == [45, 0, 15, 0]
    assert summary == DaySummary.objects.get().summary()
    assert (hour, PackedHour.objects.get().began_at) == (12, start)


def test_the_last_hour_stays_as_rows_for_cards_and_lists(observed, start):
    store.remember([observed(0), observed(3599)])
    assert store.roll_up(start + timedelta(hours=2, minutes=9), budget_rows=1000) == 0
    assert store.roll_up(start + timedelta(hours=2, minutes=10), budget_rows=1000) == 2


def test_each_reading_has_its_own_series(observed, start):
    store.remember([observed(0, queue_length=7), observed(60)])
    store.roll_up(start + timedelta(days=1), budget_rows=1000)
    queue = Series.objects.get(reading="queue_length")
    packed = {row.series_id: unpack_hour(bytes(row.packed))
              for row in PackedHour.objects.all()}  # fmt: skip
    assert packed.pop(queue.pk) == {(0, code_of(7), 0)}
    assert len(*packed.values()) == 2


def test_a_call_packs_no_more_than_its_budget(observed, start):
    """D2"""
    store.remember([observed(n) for n in range(30)])
    later = start + timedelta(days=1)
    assert store.roll_up(later, budget_rows=20) == 20
    assert Run.objects.count() == 10
    assert store.roll_up(later, budget_rows=20) == 10
    assert store.roll_up(later, budget_rows=20) == 0
    assert HourSummaries.objects.get().summaries()[12].sketch.count == 30


def test_many_runs_are_packed_in_several_transactions(observed, start):
    """D2: none of more than a thousand rows"""
    store.remember([observed(n) for n in range(2500)])
    assert store.roll_up(start + timedelta(days=1), budget_rows=10_000) == 2500
    assert DaySummary.objects.get().summary().sketch.count == 2500


def test_a_run_that_comes_twice_after_its_hour_was_packed_is_there_once(
    observed, start
):
    """F02"""
    later = start + timedelta(days=1)
    for _ in range(3):
        store.remember([observed(5, "C", duration=0.2, size=3)])
        store.roll_up(later, budget_rows=100)
    assert [day.summary().sketch.count for day in DaySummary.objects.all()] == [1, 1]
    for row in HourSummaries.objects.all():
        assert row.summaries()[12].sketch.count == 1


def test_runs_later_than_their_samples_were_kept_still_count(observed, start):
    store.remember([observed(5), observed(10)])
    store.roll_up(start + timedelta(days=1), budget_rows=100)
    much_later = start + timedelta(days=100)
    store.prune(much_later, Keep(), budget_rows=1000)
    assert PackedHour.objects.count() == 0
    store.remember([observed(15)])
    store.roll_up(much_later, budget_rows=100)
    assert PackedHour.objects.count() == 0
    assert HourSummaries.objects.get().summaries()[12].sketch.count == 3
    assert DaySummary.objects.get().summary().sketch.count == 3


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(runs, st.data())
def test_any_split_and_order_of_batches_equals_one_batch(observations, data):
    """Acceptance 8"""
    forget_everything()
    store.remember(observations)
    store.roll_up(LATER, budget_rows=10_000)
    expected = stored()

    forget_everything()
    shuffled = data.draw(st.permutations(observations))
    repeated = shuffled[: data.draw(st.integers(0, 5))]
    rest = [*shuffled, *repeated]
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        store.remember(rest[:size])
        rest = rest[size:]
        hours = data.draw(st.integers(0, 8))
        budget = data.draw(st.integers(1, 30))
        store.roll_up(BEGAN + timedelta(hours=hours), budget_rows=budget)
    store.roll_up(LATER, budget_rows=10_000)
    assert stored() == expected
    assert not Run.objects.exists()


def forget_everything() -> None:
    for model in (*PACKED, Run, Series, HealthMetric):
        model.objects.all().delete()


def stored() -> dict[tuple[str, str, str, object], bytes]:
    """Every packed row, by names: ids of series depend on who came first."""
    names = {row.pk: (row.monitor, row.reading) for row in Series.objects.all()}
    return {
        (model.__name__, *names[row.series_id], row.began_at): bytes(row.packed)
        for model in PACKED
        for row in model.objects.all()
    }

"""What a recorder remembers is never believed against the table (F39, F29, X32)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pulseboard.core.outcome import critical, healthy
from pulseboard.history.models import HealthMetric, Run, Series, StatusInterval
from pulseboard.history.observed import Observed
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.models import Monitor
from pulseboard.runner.record import Recorder, record

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES = [f"m{number:03}" for number in range(40)]
FINE, DOWN = healthy("answers", response_seconds=0.01), critical("is down")


@pytest.fixture
def definitions() -> dict[str, Definition]:
    found = {
        name: Definition(
            name=name,
            title=name,
            run=lambda: FINE,
            every=timedelta(seconds=30),
            timeout=timedelta(seconds=2),
        )
        for name in NAMES
    }
    monitors.synchronize(found)
    return found


def batch(round_: int, outcome=FINE, names=NAMES) -> list[Observed]:
    at = START + timedelta(seconds=30 * round_)
    return [Observed(name, at, outcome, 0.01) for name in names]


def test_the_statements_do_not_grow_with_the_results(definitions):
    """Performance 2b: a batch is a few statements, whatever it holds."""
    recorder = Recorder()
    for round_ in range(2):
        recorder.record(batch(round_), definitions, START)
    with CaptureQueriesContext(connection) as few:
        recorder.record(batch(2, names=NAMES[:2]), definitions, START)
    with CaptureQueriesContext(connection) as many:
        recorder.record(batch(3, names=NAMES), definitions, START)
    assert len(many) == len(few) <= 6


def test_somebody_elses_result_between_ours_is_noticed(definitions):
    """F39: a run by hand in another process; neither result is lost."""
    recorder = Recorder()
    recorder.record(batch(0), definitions, START)
    now = START + timedelta(seconds=60)
    record(batch(1, DOWN, NAMES[:1]), definitions, now)
    changes = recorder.record(batch(2, DOWN, NAMES[:2]), definitions, now)
    assert [(each.monitor, each.since) for each in changes] == [
        (NAMES[0], START + timedelta(seconds=30))
    ]
    assert Run.objects.filter(series__monitor=NAMES[0]).count() == 3
    assert HealthMetric.objects.filter(metric_name=NAMES[0]).count() == 2


def test_a_monitor_that_was_deleted_meanwhile_costs_nobody_else(definitions):
    recorder = Recorder()
    recorder.record(batch(0), definitions, START)
    Monitor.objects.get(name=NAMES[0]).delete()
    recorder.record(batch(1, DOWN), definitions, START + timedelta(seconds=30))
    assert Monitor.objects.filter(status="critical").count() == len(NAMES) - 1


def test_a_batch_that_is_refused_leaves_nothing_and_is_taken_the_next_time(definitions):
    """X14: what was judged in memory is forgotten with it."""
    recorder = Recorder()
    recorder.record(batch(0), definitions, START)

    def refuse(now: datetime) -> None:
        raise ValueError

    later = START + timedelta(seconds=30)
    with pytest.raises(ValueError):  # noqa: PT011
        recorder.record(batch(1, DOWN), definitions, later, confirm=refuse)
    assert set(Monitor.objects.values_list("status", flat=True)) == {"healthy"}
    recorder.record(batch(1, DOWN), definitions, later)
    assert set(Monitor.objects.values_list("status", flat=True)) == {"critical"}
    assert Run.objects.count() == 2 * len(NAMES)


def test_a_history_that_was_deleted_begins_again(definitions):
    """D3: numbers of series are not believed when the table has changed."""
    recorder = Recorder()
    recorder.record(batch(0), definitions, START)
    Series.objects.all().delete()
    recorder.record(batch(1), definitions, START + timedelta(seconds=30))
    assert Run.objects.count() == len(NAMES)
    assert set(Run.objects.values_list("series__monitor", flat=True)) == set(NAMES)


def test_all_that_begin_at_once_have_their_interval(definitions):
    record(batch(0), definitions, START)
    assert StatusInterval.objects.count() == len(NAMES)
    assert set(StatusInterval.objects.values_list("status", flat=True)) == {0}


def test_only_who_is_faster_wins_a_slot(definitions):
    """X32: and the other one learns where the slots are."""
    now = START + timedelta(days=1)
    one, other = monitors.entries(now), monitors.entries(now)
    assert len(monitors.claim_all(one[:10], "one", now)) == 10
    won = monitors.claim_all(other, "other", now)
    assert {each.name for each in won} == {each.name for each in other[10:]}
    assert [each.slot for each in other[:10]] == [each.slot for each in one[:10]]
    holders = Monitor.objects.values_list("claimed_by", flat=True)
    assert sorted(holders) == ["one"] * 10 + ["other"] * 30

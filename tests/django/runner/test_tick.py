"""A runner whose own parts fail goes on (F43), and loses nothing it may keep (F02)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from pulseboard.alerts import transition
from pulseboard.conf import get_settings
from pulseboard.core.outcome import Outcome, critical, healthy
from pulseboard.history.models import Run
from pulseboard.monitors import registry
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Confirmation, Definition
from pulseboard.monitors.models import Monitor
from pulseboard.runner.engine import Finished, Job
from pulseboard.runner.foreground import run, runner_for
from pulseboard.runner.tick import Runner

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = Confirmation(failures=1, of=1, successes=1)


def monitor(name: str) -> Definition:
    return Definition(
        name=name,
        title=name,
        run=lambda: healthy("answers"),
        every=timedelta(hours=1),
        timeout=timedelta(seconds=2),
        confirmation=AT_ONCE,
    )


@pytest.fixture
def runner(monkeypatch) -> Runner:
    declared = {name: monitor(name) for name in ("good", "bad")}
    monkeypatch.setattr(registry, "definitions", lambda: declared)
    monitors.synchronize(declared)
    runner = runner_for(get_settings(), "process")
    assert runner.lease.hold(runner.clock.now())
    return runner


def finished(name: str, outcome: Outcome) -> Finished:
    job = Job(
        name=name,
        question=lambda: outcome,
        timeout_seconds=2,
        ticket=datetime.now(UTC),
    )
    return Finished(job, outcome, 0.01)


@pytest.fixture
def raising(monkeypatch) -> None:
    def listener(step: transition.Transition) -> None:
        raise ValueError("a defect of ours")

    monkeypatch.setattr(transition, "_listeners", [listener])


@pytest.mark.usefixtures("raising")
def test_a_result_that_cannot_be_judged_costs_only_itself(runner):
    """F02, F43"""
    batch = [finished("bad", critical("is down")), finished("good", healthy("answers"))]
    with pytest.raises(ValueError, match="a defect of ours"):
        runner._store(batch)
    runner._merge()
    assert Monitor.objects.get(name="good").status == "healthy"
    assert Run.objects.count() == 1
    assert (len(runner.spool), runner.spool.dropped_total) == (0, 1)


def test_waiting_for_what_is_asked_survives_the_database(runner, monkeypatch):
    """F02: a host that calls `tick` gets no exception of ours."""
    runner.engine._refused.append(finished("good", healthy("answers")))

    def away(now: datetime) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(runner.lease, "confirm", away)
    runner.drain()
    assert (runner.database_error, len(runner.spool)) == ("OperationalError", 1)


def test_after_a_step_that_failed_the_loop_pauses(runner, monkeypatch):
    """F43: an answer that nobody collects must not make it spin."""
    steps: list[int] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            assert timeout >= 1
            self.set()
            return True

    stop = Stop()

    def fail() -> float:
        steps.append(1)
        if len(steps) > 9:
            stop.set()
        raise ValueError("a defect of ours")

    monkeypatch.setattr(runner, "step", fail)
    runner.engine.answered.set()
    run(runner, get_settings(), stop)
    assert len(steps) == 1

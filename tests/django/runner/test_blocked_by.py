"""One trouble, one alert: through a whole runner (X9, X31, F64)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from pulseboard.alerts.models import SystemAlert
from pulseboard.conf import get_settings
from pulseboard.core.outcome import Outcome, Reason, critical, healthy, unknown
from pulseboard.core.status import Status
from pulseboard.guard.errors import Failure
from pulseboard.history.models import Run
from pulseboard.monitors import registry
from pulseboard.monitors.definition import Confirmation, Definition, Lane
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.network import NETWORK
from pulseboard.runner import network
from pulseboard.runner.foreground import runner_for
from pulseboard.runner.run_now import run_by_hand
from pulseboard.runner.tick import Runner

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = Confirmation(failures=1, of=1, successes=1)
SILENT = Outcome(Status.CRITICAL, Failure.TIMEOUT.value, reason=Reason.TIMEOUT)
Make = Callable[..., Runner]


def monitor(name: str, outcome: Outcome, *parents: str, target: str = "") -> Definition:
    async def run() -> Outcome:
        return outcome

    return Definition(
        name=name, title=name.title(), run=run, every=timedelta(hours=1),
        timeout=timedelta(seconds=5), confirmation=AT_ONCE, lane=Lane.LOOP,
        parents=parents, target=target, source="tests",
    )  # fmt: skip


@pytest.fixture
def running(monkeypatch) -> Make:
    """Declare some monitors and run all that is due, to the end."""

    def running(*declared: Definition) -> Runner:
        monkeypatch.setattr(registry, "_providers", [lambda: declared])
        registry.forget()
        runner = runner_for(get_settings(), "process")
        until = time.monotonic() + 30
        while Run.objects.count() < len(registry.definitions()):
            assert time.monotonic() < until
            runner.engine.answered.wait(runner.step())
        runner.stop()
        return runner

    yield running
    monkeypatch.undo()
    registry.forget()


def test_a_failed_parent_is_the_only_alert(running):
    """X9"""
    running(
        monitor("page", critical("is down"), "shop"),
        monitor("shop", critical("is down"), "database"),
        monitor("database", critical("refuses connections")),
    )
    assert [each.subject for each in SystemAlert.objects.all()] == ["database"]
    page = Monitor.objects.get(name="page")
    assert (page.status, page.reason) == ("unknown", "blocked")
    assert page.summary == "blocked by Shop"


def test_our_own_network_is_the_only_alert(running, monkeypatch):
    """X31, F64: the gateway's silence is told, not made: tests send nothing out."""

    async def silent() -> Outcome:
        return unknown("The gateway does not answer.", Reason.TIMEOUT)

    monkeypatch.setattr(network, "ask_gateway", silent)
    running(*(monitor(n, SILENT, target=f"{n}.example") for n in "abcde"))
    assert [each.subject for each in SystemAlert.objects.all()] == [NETWORK]
    reasons = Monitor.objects.exclude(name=NETWORK).values_list("reason", flat=True)
    assert set(reasons) == {"offline"}


def test_one_silent_target_among_others_is_down(running, monkeypatch):
    """X31"""

    async def answers() -> Outcome:
        return healthy("The gateway answers.")

    monkeypatch.setattr(network, "ask_gateway", answers)
    running(
        monitor("a", SILENT, target="a.example"),
        *(monitor(n, healthy("200"), target=f"{n}.example") for n in "bc"),
    )
    assert [each.subject for each in SystemAlert.objects.all()] == ["a"]


def test_a_run_by_hand_judges_by_what_is_stored_of_the_parents(running):
    """X9: also of one that was blocked itself."""
    running(
        monitor("page", critical("is down"), "shop"),
        monitor("shop", critical("is down"), "database"),
        monitor("database", critical("refuses connections")),
    )
    [found] = run_by_hand(["page"], "a person")
    assert found.outcome.reason is Reason.BLOCKED
    assert [each.subject for each in SystemAlert.objects.all()] == ["database"]


def test_a_run_by_hand_below_a_healthy_parent_is_its_own_trouble(running):
    """X9"""
    running(
        monitor("page", critical("is down"), "shop"), monitor("shop", healthy("fine"))
    )
    [found] = run_by_hand(["page"], "a person")
    assert found.outcome.status is Status.CRITICAL


def test_parents_in_a_circle_are_refused_and_still_alert(running):
    """X9: each would be blocked by the other, and nobody would hear of it."""
    running(
        monitor("one", critical("is down"), "two"),
        monitor("two", critical("is down"), "one"),
    )
    assert SystemAlert.objects.count() == 2
    assert [each.split(",")[0] for each in registry.problems()] == [
        "tests: the parents of 'one' lead back to itself",
        "tests: the parents of 'two' lead back to itself",
    ]

"""Tries until one is good. S5"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.monitors.definition import Kind, Lane
from pulseboard.probes.attempt import attempt, definition_of
from pulseboard.probes.facts import Facts
from pulseboard.probes.options import Surroundings, read_spec
from pulseboard.probes.plan import Plan
from pulseboard.probes.probe import Probe, Try

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = Facts(total_seconds=0.01, status=200, summary="200 OK")
DOWN = ConnectFailed(Failure.REFUSED)


@dataclass(frozen=True, kw_only=True)
class Scripted(Probe):
    """Answers from a list; an exception is raised, None never answers."""

    script: Iterator[Any]
    asked: list[Try] = field(default_factory=list)

    async def ask(self, one: Try) -> Facts:
        self.asked.append(one)
        found = next(self.script)
        if found is None:
            await asyncio.Event().wait()
        if isinstance(found, Exception):
            raise found
        return found


def _plan(*script: Any, **changes: Any) -> tuple[Plan, Scripted]:
    around = Surroundings(trust=Trust.CODE, clock=lambda: NOW)
    plan = read_spec({"name": "Shop", "target": "https://example.org/"}, around)
    probe = Scripted(script=iter(script))
    quick = {"retry_after": timedelta(0), "timeout": timedelta(milliseconds=50)}
    return replace(plan, prepare=lambda: probe, **{**quick, **changes}), probe


def _run(plan: Plan) -> Any:
    return asyncio.run(attempt(plan))


def test_a_good_first_try_is_the_only_one() -> None:
    plan, probe = _plan(GOOD)
    outcome = _run(plan)

    assert outcome.status is Status.HEALTHY
    assert "tries" not in outcome.details
    assert len(probe.asked) == 1


def test_a_failed_try_is_repeated_and_a_good_one_ends_it() -> None:
    plan, _ = _plan(DOWN, DOWN, GOOD)
    outcome = _run(plan)

    assert outcome.status is Status.HEALTHY
    assert outcome.details["tries"] == 3


def test_when_all_fail_the_last_verdict_stands() -> None:
    plan, probe = _plan(DOWN, DOWN, ConnectFailed(Failure.TIMEOUT), GOOD)
    outcome = _run(plan)

    assert outcome.status is Status.CRITICAL
    assert outcome.reason is Reason.TIMEOUT
    assert outcome.details["tries"] == 3
    assert len(probe.asked) == 3


@pytest.mark.parametrize(
    "answer", [Blocked(), ConnectFailed(Failure.BUSY), replace(GOOD, warnings=("Hm.",))]
)
def test_what_asking_again_does_not_change_is_not_repeated(answer: Any) -> None:
    plan, probe = _plan(answer, GOOD)
    outcome = _run(plan)

    assert outcome.status in (Status.UNKNOWN, Status.WARNING)
    assert len(probe.asked) == 1


def test_a_kind_that_forgets_its_limit_is_ended() -> None:
    plan, _ = _plan(None, retries=0)
    outcome = _run(plan)

    assert outcome.reason is Reason.TIMEOUT


def test_each_try_gets_the_whole_limit() -> None:
    plan, probe = _plan(DOWN, GOOD)
    _run(plan)

    assert [one.timeout_seconds for one in probe.asked] == [0.05, 0.05]


def test_the_monitor_has_a_lane_and_time_for_all_of_it() -> None:
    plan, _ = _plan(GOOD, parents=("endpoint:router",))
    definition = definition_of(plan, "admin")

    assert (definition.kind, definition.lane) == (Kind.PROBE, Lane.LOOP)
    assert definition.name == "endpoint:shop"
    assert definition.parents == ("endpoint:router",)
    assert definition.timeout == plan.budget

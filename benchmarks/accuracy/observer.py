"""The year as it was probed: the product's own tries, verdicts, judgement, storage."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.accuracy.truth import (
    SLOW_SECONDS,
    USUAL_SECONDS,
    YEAR_SECONDS,
    Truth,
)
from benchmarks.accuracy.virtual_time import VirtualLoop

BEGINNING = datetime(2025, 11, 1, tzinfo=UTC)
EVERY = timedelta(seconds=60)
TIMEOUT = timedelta(seconds=10)
RETRY_AFTER = timedelta(seconds=5)
SLOW_AFTER = timedelta(seconds=2)
#: A runner ticks every second, so a run begins up to that much after its slot.
MOST_LATE_SECONDS = 0.9
BATCH = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How an endpoint is judged: retries, N of M down, K up."""

    name: str
    retries: int
    failures: int
    of: int
    successes: int


@dataclass(slots=True)
class Seen:
    """
    What was observed, kept outside the product to be compared with it.

    Args:
        at: Seconds of each run's beginning.
        status: The raw status of each run.
        seconds: How long each answer took that came.
    """

    at: list[float] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)


def observe(truth: Truth, policy: Policy) -> Seen:
    """Probe *truth* for a year under *policy*, storing every run as the runner does."""
    from pulseboard.history import store as history
    from pulseboard.monitors import store as monitors
    from pulseboard.probes.attempt import definition_of
    from pulseboard.runner.record import record

    loop = VirtualLoop()
    definition = definition_of(_plan(truth, policy, loop), "benchmark")
    definitions = {definition.name: definition}
    monitors.synchronize(definitions)
    seen = Seen()
    batch = []
    for each in _runs(loop, definition, policy):
        batch.append(each)
        _note(seen, each)
        if len(batch) == BATCH:
            record(batch, definitions, each.at)
            history.roll_up(each.at, budget_rows=10_000)
            batch = []
    if batch:
        record(batch, definitions, batch[-1].at)
    history.roll_up(BEGINNING + timedelta(days=366), budget_rows=100_000)
    loop.close()
    return seen


def _runs(loop: VirtualLoop, definition: Any, policy: Policy) -> Iterator[Any]:
    from pulseboard.history.observed import Observed
    from pulseboard.monitors.schedule import slot_at, slot_start

    chance = random.Random(policy.name)
    slot = slot_at(definition.name, EVERY, BEGINNING) + 1
    while True:
        start = slot_start(definition.name, EVERY, slot) - BEGINNING
        begin = start.total_seconds() + chance.uniform(0, MOST_LATE_SECONDS)
        if begin > YEAR_SECONDS:
            return
        loop.seconds = max(loop.seconds, begin)
        outcome = loop.run_until_complete(definition.run())
        at = BEGINNING + timedelta(seconds=begin)
        yield Observed(definition.name, at, outcome, loop.seconds - begin)
        slot += 1


def _note(seen: Seen, each: Any) -> None:
    at = (each.at - BEGINNING).total_seconds()
    seen.at.append(at)
    seen.status.append(each.outcome.status.value)
    took = each.outcome.readings.get("response_seconds")
    if took is not None:
        seen.seconds.append((at, took))


def _plan(truth: Truth, policy: Policy, loop: VirtualLoop) -> Any:
    from pulseboard.guard.verdict import Trust
    from pulseboard.monitors.definition import Confirmation
    from pulseboard.probes.assertions.parse import parse_conditions
    from pulseboard.probes.plan import Plan

    return Plan(
        name=policy.name,
        title=policy.name,
        kind="http",
        target="scripted",
        prepare=lambda: _scripted(truth),
        clock=lambda: BEGINNING + timedelta(seconds=loop.seconds),
        trust=Trust.CODE,
        every=EVERY,
        timeout=TIMEOUT,
        retries=policy.retries,
        retry_after=RETRY_AFTER,
        conditions=parse_conditions("status == 200"),
        slow_after=SLOW_AFTER,
        confirmation=Confirmation(
            failures=policy.failures, of=policy.of, successes=policy.successes
        ),
    )


def _scripted(truth: Truth) -> Any:
    from pulseboard.guard.errors import ConnectFailed, Failure
    from pulseboard.probes.facts import Facts
    from pulseboard.probes.probe import Probe, Try

    class Scripted(Probe):
        """Sees what *truth* says of the moment at which it asks."""

        async def ask(self, one: Try) -> Facts:
            now = asyncio.get_running_loop().time()
            outage = truth.outage_at(now)
            if outage is None and truth.is_blip_at(now):
                raise ConnectFailed(Failure.CLOSED)
            if outage is not None and outage % 2:
                raise ConnectFailed(Failure.REFUSED)
            if outage is not None:
                await asyncio.sleep(one.timeout_seconds)
                raise ConnectFailed(Failure.TIMEOUT)
            usual = SLOW_SECONDS if truth.is_slow_at(now) else USUAL_SECONDS
            took = random.Random(now).lognormvariate(0, 0.3) * usual
            await asyncio.sleep(min(took, one.timeout_seconds))
            return Facts(total_seconds=took, status=200)

    return Scripted()

"""
Runs that somebody asked for, in the process that was asked.

One at a time over all processes: a second caller is told who is at it.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from pulseboard.conf import get_settings
from pulseboard.core.errors import UsageError
from pulseboard.history.observed import Observed
from pulseboard.monitors import latest, registry, run_now
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.models import RunnerLease
from pulseboard.probes.whereabouts import during_request
from pulseboard.runner.clock import Clock
from pulseboard.runner.doubts import Asked, Doubts
from pulseboard.runner.engine import Engine, Job, engine_for_checks
from pulseboard.runner.record import record

MANUAL = "manual"
HELD_FOR = timedelta(seconds=60)


@dataclass(slots=True)
class _Turn:
    """Our turn at running by hand."""

    holder: str

    def take(self, who: str, now: datetime) -> None:
        RunnerLease.objects.bulk_create(
            [RunnerLease(name=MANUAL)], ignore_conflicts=True
        )
        free = RunnerLease.objects.filter(
            Q(until__isnull=True) | Q(until__lte=now), name=MANUAL
        )
        if not free.update(
            holder=self.holder,
            until=now + HELD_FOR,
            started_at=now,
            stopped_by=who[:150],
            pid=os.getpid(),
            figures={"done": 0},
        ):
            row = RunnerLease.objects.get(name=MANUAL)
            raise run_now.AlreadyRunning(row.stopped_by, row.started_at or now)

    def confirm(self, now: datetime) -> None:
        """Begin with a write: SQLite then waits, where a read first would fail."""
        RunnerLease.objects.filter(name=MANUAL, holder=self.holder).update(
            until=now + HELD_FOR
        )

    def tell(self, done: int, now: datetime) -> None:
        """Show on every page how many have answered, and keep the turn."""
        ours = RunnerLease.objects.filter(name=MANUAL, holder=self.holder)
        ours.update(figures={"done": done}, until=now + HELD_FOR)

    def give_back(self, now: datetime) -> None:
        RunnerLease.objects.filter(name=MANUAL, holder=self.holder).update(until=now)


def run_by_hand(names: Sequence[str] | None, who: str) -> list[Observed]:
    """
    Ask the monitors *names* (None: all) now, record and return the results.

    Raises:
        AlreadyRunning: Somebody else's run is under way.
        UsageError: No monitor has one of the names.
    """
    registry.look()
    definitions = _chosen(names)
    clock = Clock()
    turn = _Turn(f"manual:{os.getpid()}:{uuid.uuid4().hex[:8]}")
    clock.look()
    turn.take(who, clock.now())
    try:
        monitors.synchronize(registry.definitions())
        observed = observe(
            definitions,
            clock.now(),
            tell=lambda done: turn.tell(done, clock.now()),
            stored=monitors.last_results(_parents_beside(definitions)),
        )
        record(observed, definitions, clock.now(), confirm=turn.confirm)
    finally:
        turn.give_back(clock.now())
    return observed


def run_without_database(names: Sequence[str] | None) -> list[Observed]:
    """Ask the monitors *names* now and return the results; nothing is recorded."""
    return observe(_chosen(names), Clock().now())


def observe(
    definitions: Mapping[str, Definition],
    at: datetime,
    *,
    tell: Callable[[int], None] = lambda done: None,
    stored: Iterable[Observed] = (),
) -> list[Observed]:
    """
    Ask *definitions* side by side; takes as long as the slowest deadline.

    Args:
        tell: Called with how many have answered, whenever that rises.
        stored: The last results of parents that are not asked.
    """
    with during_request(each.options.get("target") for each in definitions.values()):
        observed = _asked(definitions, at, tell)
    # Nobody is asked beside those that were to be; what they say of each other counts,
    # and what is stored of their parents.
    known = registry.definitions()
    doubts = Doubts()
    doubts.recall(stored)
    observed = doubts.sift(
        observed, known, at, lambda name: Asked.NEVER, to_the_end=True
    )
    latest.keep(observed)
    return observed


def _parents_beside(definitions: Mapping[str, Definition]) -> set[str]:
    parents = {name for each in definitions.values() for name in each.parents}
    return parents - set(definitions)


def _asked(
    definitions: Mapping[str, Definition], at: datetime, tell: Callable[[int], None]
) -> list[Observed]:
    engine = engine_for_checks(get_settings().max_workers)
    for name, each in definitions.items():
        engine.start(
            Job(
                name=name,
                question=each.run,
                timeout_seconds=each.timeout.total_seconds(),
                lane=each.lane,
            )
        )
    try:
        return _answers(engine, len(definitions), at, tell)
    finally:
        engine.end()


def _answers(
    engine: Engine, count: int, at: datetime, tell: Callable[[int], None]
) -> list[Observed]:
    """Wait for *count* answers."""
    observed: list[Observed] = []
    while len(observed) < count:
        wait = engine.seconds_to_deadline()
        engine.answered.wait(0.05 if wait is None else wait + 0.001)
        observed += [
            Observed(each.job.name, at, each.outcome, each.duration_seconds)
            for each in engine.collect()
        ]
        tell(len(observed))
    return observed


def _chosen(names: Sequence[str] | None) -> dict[str, Definition]:
    known = registry.definitions()
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise UsageError(f"no such check: {', '.join(unknown)}")
    return {name: known[name] for name in (names or known)}

"""
One runner: claims what is due, observes it, hands the results on.

    hold the lease ─▶ collect answers ─▶ record ─▶ claim what is due ─▶ start it
                                                     └─▶ jobs, deliveries

`step` never waits for a question, so one that hangs delays nobody. While the
database is away the holder goes on observing, keeps the results in its spool, and
merges them when it is back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import (
    DataError,
    IntegrityError,
    connection,
    connections,
)

# Not DatabaseError: "the connection is closed" is an InterfaceError beside it.
from django.db import Error as DatabaseFailure
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome
from pulseboard.history.observed import Observed
from pulseboard.monitors import latest, registry
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition
from pulseboard.runner.asking import Asking
from pulseboard.runner.clock import Clock
from pulseboard.runner.doubts import Doubts
from pulseboard.runner.engine import Finished, engine_for_checks
from pulseboard.runner.jobs import Jobs
from pulseboard.runner.lease import Lease, LeaseLost
from pulseboard.runner.record import Recorder
from pulseboard.runner.spool import Spool

logger = get_logger("pulseboard.runner")

#: How often the clock is compared and the rows of the monitors are read again.
LOOK_EVERY = timedelta(seconds=5)
SYNCHRONIZE_EVERY = timedelta(seconds=60)
STANDBY_SECONDS = 3.0
#: Opening a connection costs more than most steps. One that broke is not kept.
CONNECTED_SECONDS = 60.0
#: After such a rest a connection is tried before it is used: servers and what stands
#: before them cut idle ones, some after seconds.
RESTED_SECONDS = 1.0
MERGE_AT_ONCE = 200
#: Results in one transaction.
STORED_AT_ONCE = 500
#: What is due and what has answered within this time is handled together.
GATHER_SECONDS = 0.4


class Runner:
    """
    Args:
        mode: ``embedded``, ``process`` or ``called``.
        max_workers: Questions asked at the same time.
        tick_every: The longest wait between two steps.
    """

    def __init__(self, mode: str, *, max_workers: int, tick_every: timedelta) -> None:
        self.engine = engine_for_checks(max_workers, gather_seconds=GATHER_SECONDS)
        self.asking = Asking(self.engine, self._definitions)
        self.doubts = Doubts()
        self.recorder = Recorder()
        self.lease = Lease(mode)
        self.clock = Clock()
        self.spool = Spool()
        self.jobs = Jobs(self.lease.holder, self.clock)
        self.tick_every = tick_every
        self.database_error = ""
        self.failures_total = 0
        self._tick_seconds = 0.0
        self._cpu = (time.thread_time(), time.monotonic())
        self._connected_at = self._stepped_at = time.monotonic()
        self._looked_at: datetime | None = None
        self._synchronized_at: datetime | None = None

    def step(self) -> float:
        """Do what is due now; return the seconds to wait before the next step."""
        started = time.monotonic()
        try:
            return self._step()
        finally:
            self._stepped_at = time.monotonic()
            self._tick_seconds = self._stepped_at - started

    def _step(self) -> float:
        self._renew_connections()
        try:
            self._look()
            if not self.lease.hold(self.clock.now()):
                self._abandon()
                return STANDBY_SECONDS
            self._online()
        except LeaseLost:
            self._abandon()
            return STANDBY_SECONDS
        except DatabaseFailure as error:
            self._offline(error)
        return self._wait_seconds()

    def _renew_connections(self) -> None:
        """Close what is old or of no use; the next query opens it again."""
        now = time.monotonic()
        is_old = now - self._connected_at > CONNECTED_SECONDS
        is_rested = now - self._stepped_at > RESTED_SECONDS
        if is_old:
            self._connected_at = now
        for each in connections.all(initialized_only=True):
            if is_old or each.errors_occurred or (is_rested and _is_cut(each)):
                each.close()

    def stop(self) -> None:
        """Release the lease, so that another runner takes over at once."""
        try:
            self._store(self.engine.collect(), to_the_end=True)
            self.lease.release(self.clock.now())
        except (DatabaseFailure, LeaseLost):
            logger.warning("The lease was not released; it ends by itself")
        self.engine.end()
        self.jobs.engine.end()
        connection.close()

    def drain(self) -> None:
        """Wait for what is being asked, at the most until its deadlines."""
        try:
            self._drain()
        except LeaseLost:
            self._abandon()
        except DatabaseFailure as error:
            self._offline(error)

    def _drain(self) -> None:
        while not (self.engine.is_idle() and self.jobs.engine.is_idle()):
            wait = self.engine.seconds_to_deadline()
            self.engine.answered.wait(0.05 if wait is None else min(wait + 0.001, 0.05))
            self._store(self.engine.collect())
            self.jobs.collect()
        self._store([], to_the_end=True)

    def _online(self) -> None:
        self._merge()
        self._store(self.engine.collect())
        self._synchronize()
        now = self.clock.now()
        self.asking.ask_due(self.lease.holder, now)
        self.jobs.run_due(now)

    def _look(self) -> None:
        now = self.clock.now()
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self.clock.look()
            self._looked_at = self.clock.now()
            if self.lease.is_held:
                self.asking.refresh(self._looked_at)
                if registry.look():
                    self._synchronized_at = None

    def _synchronize(self) -> None:
        """Bring the rows up to what is declared, at the start and every minute."""
        now = self.clock.now()
        done = self._synchronized_at
        if done is not None and now - done < SYNCHRONIZE_EVERY:
            return
        registry.look()
        try:
            if monitors.synchronize(registry.definitions()):
                self.recorder.forget()
        except ConfigError:
            logger.exception("The declared monitors are not sound")
        self._synchronized_at = now
        self.asking.read(now)
        self.lease.note(self.figures())

    def _store(self, finished: list[Finished], *, to_the_end: bool = False) -> None:
        """Record *finished*; what cannot be stored now is spooled."""
        observed = self._sifted(finished, to_the_end=to_the_end)
        while observed:
            try:
                self._record(observed[:STORED_AT_ONCE])
            except LeaseLost:
                raise
            except Exception:
                self.spool.keep(observed)
                raise
            observed = observed[STORED_AT_ONCE:]

    def _sifted(
        self, finished: list[Finished], *, to_the_end: bool = False
    ) -> list[Observed]:
        """Return what is certain now; the rest is held until others were heard."""
        now = self.clock.now()
        observed = self.doubts.sift(
            [_observed(each) for each in finished],
            self._definitions(),
            now,
            lambda name: self.asking.ask_now(name, now),
            to_the_end=to_the_end,
        )
        if observed:
            latest.keep(observed)
        return observed

    def _record(self, observed: list[Observed]) -> None:
        self.recorder.record(
            observed,
            self._definitions(),
            self.clock.now(),
            confirm=self.lease.confirm,
        )

    def _merge(self) -> None:
        """Store what was spooled, oldest first; what is refused for good is dropped."""
        while batch := self.spool.first(MERGE_AT_ONCE):
            try:
                self._record(batch)
            except Exception as error:
                if _may_pass(error):
                    raise
                self._merge_singly(batch)
            self.spool.forget(len(batch))
        if self.database_error:
            logger.warning("The database answers again; what was spooled is stored")
            self.database_error = ""

    def _merge_singly(self, batch: list[Observed]) -> None:
        """Store *batch* one by one: a result that is refused costs only itself."""
        for each in batch:
            try:
                self._record([each])
            except Exception as error:
                if _may_pass(error):
                    raise
                self.spool.dropped_total += 1
                logger.exception("A result of %s cannot be stored", each.monitor)

    def _offline(self, error: DatabaseFailure) -> None:
        """Go on without the database, if it was us who ran."""
        if not self.database_error:
            self.database_error = type(error).__name__
            self.failures_total += 1
            logger.error("The database does not answer (%s)", self.database_error)
        _drop_connection()
        self.spool.keep(self._sifted(self.engine.collect()))
        if self.lease.is_held:
            self.asking.ask_unclaimed(self.clock.now())

    def _abandon(self) -> None:
        """Throw away what is not ours to write; results of others stand."""
        self.engine.collect()
        self.asking.forget()
        self.doubts.forget()
        self.recorder.forget()
        self._synchronized_at = None

    def _definitions(self) -> Mapping[str, Definition]:
        try:
            return registry.definitions()
        except ConfigError:
            return {}

    def _wait_seconds(self) -> float:
        """Return how long nothing is due; an answer wakes us before."""
        waits = [self.tick_every.total_seconds()]
        to_next = self.asking.seconds_to_next(self.clock.now())
        if to_next is not None:
            waits.append(max(to_next, GATHER_SECONDS))
        to_deadline = self.engine.seconds_to_deadline()
        if to_deadline is not None:
            waits.append(to_deadline + 0.001)
        return min(waits)

    def figures(self) -> dict[str, float]:
        """Return what people may know of this runner."""
        return {
            "tick_seconds": self._tick_seconds,
            "cpu_ratio": self._cpu_ratio(),
            "hung_checks": len(self.engine.hung()),
            "spooled_results": len(self.spool),
            "dropped_total": self.spool.dropped_total,
            "failures_total": self.failures_total,
        }

    def _cpu_ratio(self) -> float:
        """Return our share of one core since the last call: ticks, checks and jobs."""
        used = (
            time.thread_time() + self.engine.cpu_seconds + self.jobs.engine.cpu_seconds
        )
        now = time.monotonic()
        before_used, before = self._cpu
        self._cpu = (used, now)
        return max(0.0, used - before_used) / (now - before) if now > before else 0.0


def _may_pass(error: Exception) -> bool:
    """Return whether *error* is about the database and not about a result."""
    if isinstance(error, DataError | IntegrityError):
        return False
    return isinstance(error, DatabaseFailure | LeaseLost)


def _observed(finished: Finished) -> Observed:
    outcome: Outcome = finished.outcome
    at: datetime = finished.job.ticket
    return Observed(finished.job.name, at, outcome, finished.duration_seconds)


def _is_cut(wrapper: BaseDatabaseWrapper) -> bool:
    return wrapper.connection is not None and not wrapper.is_usable()


def _drop_connection() -> None:
    try:
        connection.close()
    except DatabaseFailure:
        logger.debug("closing the runner's connection failed", exc_info=True)

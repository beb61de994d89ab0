"""
Runs questions side by side, each with a deadline that is ours.

A thread cannot be killed, so a run that is overdue is reported on time and left
behind: it no longer counts against the workers, its late answer is thrown away, and
the same question is not asked again until the old run ends. One hung check costs
one thread, for as long as it hangs.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import traceback
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.presentable import presentable
from pulseboard.core.redaction import redact
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text
from pulseboard.monitors.definition import Question

logger = get_logger("pulseboard.checks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One question to ask. *ticket* comes back with the answer, untouched."""

    name: str
    question: Question
    timeout_seconds: float
    ticket: Any = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer to a job, whoever gave it: the question or its deadline."""

    job: Job
    outcome: Outcome
    duration_seconds: float


@dataclass(slots=True)
class _Run:
    jobs: list[Job]
    started: float
    overdue: bool = False
    outcome: Outcome | None = None
    ended: float = 0.0


@dataclass(slots=True)
class Engine:
    """
    Args:
        max_workers: How many runs may be in time at once.
        cpu_seconds: Processor time of the runs that have ended.
        answered: Set whenever something is there to `collect`.
        hanging: The overdue runs by name; engines that share it ask no question that
            hangs in another.
    """

    max_workers: int
    answered: threading.Event = field(default_factory=threading.Event)
    hanging: dict[str, _Run] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    _running: dict[str, _Run] = field(default_factory=dict)
    _waiting: dict[str, Job] = field(default_factory=dict)
    _refused: list[Finished] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, job: Job) -> None:
        """
        Ask *job* as soon as a worker is free.

        A question that is being asked already is joined; one whose last run still
        hangs is answered at once with a timeout. One that still waits for a worker
        keeps its place, and the earlier job is answered with LATE: however few the
        workers are, each question waits once.
        """
        with self._lock:
            run = self._running.get(job.name) or self.hanging.get(job.name)
            if run is not None and run.overdue:
                hung_seconds = time.monotonic() - run.started
                self._refused.append(Finished(job, _still_hanging(hung_seconds), 0.0))
                self.answered.set()
            elif run is not None:
                run.jobs.append(job)
            else:
                self._wait(job)
                self._launch()

    def collect(self) -> list[Finished]:
        """Return the answers since the last call, deadlines that passed included."""
        now = time.monotonic()
        with self._lock:
            self.answered.clear()
            finished, self._refused = self._refused, []
            for name, run in list(self._running.items()):
                finished += self._answers(name, run, now)
            self._launch()
        return finished

    def seconds_to_deadline(self) -> float | None:
        """Return how long until the next deadline, None when nothing runs."""
        now = time.monotonic()
        with self._lock:
            left = [
                run.started + run.jobs[0].timeout_seconds - now
                for run in self._running.values()
                if not run.overdue
            ]
        return max(0.0, min(left)) if left else None

    def is_idle(self) -> bool:
        """Return whether nothing is in time, waiting or uncollected."""
        with self._lock:
            return not (self._waiting or self._refused or self._in_time())

    def hung(self) -> list[str]:
        """Return the names whose last run has not ended since its deadline."""
        with self._lock:
            return sorted(name for name, run in self._running.items() if run.overdue)

    def _answers(self, name: str, run: _Run, now: float) -> list[Finished]:
        limit = run.jobs[0].timeout_seconds
        if run.outcome is not None:
            del self._running[name]
            # What comes after the deadline was reported as a timeout already.
            late = run.overdue or run.ended - run.started > limit
            outcome = _timed_out(limit) if late else run.outcome
            seconds = run.ended - run.started
            return (
                [] if run.overdue else [Finished(j, outcome, seconds) for j in run.jobs]
            )
        if run.overdue or now - run.started < limit:
            return []
        run.overdue = True
        self.hanging[name] = run
        return [Finished(job, _timed_out(limit), now - run.started) for job in run.jobs]

    def _wait(self, job: Job) -> None:
        late = self._waiting.get(job.name)
        self._waiting[job.name] = job
        if late is not None:
            self._refused.append(Finished(late, _late(), 0.0))
            self.answered.set()

    def _in_time(self) -> int:
        return sum(not run.overdue for run in self._running.values())

    def _launch(self) -> None:
        while self._waiting and self._in_time() < self.max_workers:
            job = self._waiting.pop(next(iter(self._waiting)))
            run = _Run([job], time.monotonic())
            self._running[job.name] = run
            thread = threading.Thread(
                target=self._work,
                args=(run,),
                name=f"pulseboard {job.name}",
                daemon=True,
            )
            try:
                thread.start()
            except RuntimeError:  # no thread left: our host's trouble, not the target's
                del self._running[job.name]
                self._refused.append(Finished(job, _not_started(), 0.0))
                self.answered.set()

    def _work(self, run: _Run) -> None:
        process = os.getpid()
        outcome = ask(run.jobs[0])
        if os.getpid() != process:
            os._exit(0)  # the question forked, and this is its child: nobody's runner
        close_connections(discard=run.overdue)
        with self._lock:
            run.ended = time.monotonic()
            run.outcome = outcome
            if self.hanging.get(run.jobs[0].name) is run:
                del self.hanging[run.jobs[0].name]
            self.cpu_seconds += time.thread_time()  # the thread lived for this run only
        self.answered.set()


#: The checks that hang in this process, whoever asked them: the runner, a request
#: before the first results, or a person.
_hanging_checks: dict[str, _Run] = {}
os.register_at_fork(after_in_child=_hanging_checks.clear)


def engine_for_checks(max_workers: int) -> Engine:
    """Return an engine that asks no check which hangs in this process already."""
    return Engine(max_workers, hanging=_hanging_checks)


def ask(job: Job) -> Outcome:
    """Return the answer to *job*; whatever it raises becomes an outcome."""
    try:
        answer: object = job.question()
        if isinstance(answer, Awaitable):
            answer = asyncio.run(_awaited(answer, job.timeout_seconds))
        return presentable(answer)
    except BaseException as error:  # SystemExit must end the check, not the host
        return _raised(job.name, error)


async def _awaited(answer: Awaitable[Outcome], timeout_seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(timeout_seconds) as limit:
            return await answer
    except TimeoutError:
        if limit.expired():
            return _timed_out(timeout_seconds)
        raise


def close_connections(*, discard: bool) -> None:
    """
    Close what this thread opened; nothing of a run outlives it.

    Args:
        discard: Also close what a pool would take back: a run that hung may have
            left its connection in any state.
    """
    for connection in connections.all(initialized_only=True):
        try:
            if discard and connection.connection is not None:
                connection.connection.close()
            connection.close()
        except Exception:
            logger.debug("closing a connection failed", exc_info=True)


def _raised(name: str, error: BaseException) -> Outcome:
    reference = uuid.uuid4().hex[:12]
    text = "".join(traceback.format_exception(error))
    logger.error("%s raised [%s]\n%s", name, reference, redact(text, limit=8000))
    return Outcome(
        Status.CRITICAL,
        f"raised {type(error).__name__}",
        reason=Reason.ERROR,
        reference=reference,
    )


def _timed_out(limit_seconds: float) -> Outcome:
    return Outcome(
        Status.CRITICAL,
        f"timed out after {seconds_text(limit_seconds)}",
        reason=Reason.TIMEOUT,
    )


def _still_hanging(seconds: float) -> Outcome:
    return Outcome(
        Status.CRITICAL,
        f"timed out, its last run has been hanging for {seconds_text(seconds)}",
        reason=Reason.TIMEOUT,
    )


def _late() -> Outcome:
    return Outcome(
        Status.UNKNOWN,
        "not asked in time: every worker was busy",
        reason=Reason.LATE,
    )


def _not_started() -> Outcome:
    return Outcome(
        Status.UNKNOWN,
        "not asked: this process cannot start another thread",
        reason=Reason.ERROR,
    )

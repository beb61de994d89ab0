"""
Runs questions side by side, each with a deadline that is ours.

    thread lane   one thread each, at most `max_workers` in time
    loop lane     tasks of one event loop, at most `max_in_flight` in time

Neither a thread nor a coroutine that never yields can be killed, so a run that is
overdue is reported on time and left behind: it no longer counts against its lane, its
late answer is thrown away, and the same question is not asked again until the old run
ends. One hung check costs one thread, for as long as it hangs. Where it holds up the
event loop, that loop is left to it and the others get a new one.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from pulseboard.core.outcome import Outcome
from pulseboard.monitors.definition import Lane
from pulseboard.runner.answers import (
    held_up,
    late,
    not_started,
    still_hanging,
    timed_out,
)
from pulseboard.runner.deadlines import Deadlines
from pulseboard.runner.job import Finished, Job, Run
from pulseboard.runner.loop import Loop
from pulseboard.runner.threads import start_thread

__all__ = ["Engine", "Finished", "Job", "engine_for_checks"]

#: Coroutines in time at once; the rest waits in turn.
MOST_IN_FLIGHT = 512
#: So many answers of the loop are worth waking up for, however fresh they are.
MOST_GATHERED = 500
#: A loop held up so long by nobody we know is given up.
PATIENCE_SECONDS = 10.0
END_SECONDS = 1.0


@dataclass(slots=True)
class Engine:
    """
    Args:
        max_workers: How many runs may be in time on threads at once.
        max_in_flight: How many on the event loop.
        gather_seconds: How long answers of the loop may wait for others before
            `answered` is set.
        answered: Set whenever something is there to `collect`.
        hanging: The overdue runs by name; engines that share it ask no question that
            hangs in another.
    """

    max_workers: int
    answered: threading.Event = field(default_factory=threading.Event)
    hanging: dict[str, Run] = field(default_factory=dict)
    max_in_flight: int = MOST_IN_FLIGHT
    gather_seconds: float = 0.0
    _running: dict[str, Run] = field(default_factory=dict)
    _waiting: dict[Lane, dict[str, Job]] = field(
        default_factory=lambda: {lane: {} for lane in Lane}
    )
    _in_time: dict[Lane, int] = field(default_factory=lambda: dict.fromkeys(Lane, 0))
    _ended: deque[Run] = field(default_factory=deque)
    _refused: list[Finished] = field(default_factory=list)
    _deadlines: Deadlines = field(default_factory=Deadlines)
    _is_gathering: bool = False
    _loop: Loop | None = None
    _cpu_seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, job: Job) -> None:
        """
        Ask *job* as soon as its lane has room.

        A question that is being asked already is joined; one whose last run still
        hangs is answered at once with a timeout. One that still waits for a worker
        keeps its place, and the earlier job is answered with LATE: however few the
        workers are, each question waits once.
        """
        with self._lock:
            run = self._running.get(job.name) or self.hanging.get(job.name)
            if run is not None and run.overdue:
                self._refuse(job, _quarantined(run))
            elif run is not None:
                run.jobs.append(job)
            else:
                self._wait(job)
                self._launch(job.lane)

    def collect(self) -> list[Finished]:
        """Return the answers since the last call, deadlines that passed included."""
        with self._lock:
            self.answered.clear()
            self._is_gathering = False
            finished: list[Finished] = []
            while self._ended:
                finished += self._answers(self._ended.popleft())
            now = time.monotonic()
            for run in self._deadlines.passed(now):
                finished += self._overdue(run, now)
            for lane in Lane:
                self._launch(lane)
            refused, self._refused = self._refused, []
        return refused + finished

    def seconds_to_deadline(self) -> float | None:
        """Return how long until the next deadline, None when nothing runs."""
        with self._lock:
            deadline = self._deadlines.next()
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def is_idle(self) -> bool:
        """Return whether nothing is in time, waiting or uncollected."""
        with self._lock:
            is_waiting = any(self._waiting.values()) or any(self._in_time.values())
            return not (is_waiting or self._refused or self._ended)

    def is_asked(self, name: str) -> bool:
        """Return whether *name* is being asked or about to be."""
        with self._lock:
            run = self._running.get(name)
            is_waiting = any(name in waiting for waiting in self._waiting.values())
            return is_waiting or (run is not None and not run.overdue)

    def hung(self) -> list[str]:
        """Return the names whose last run has not ended since its deadline."""
        with self._lock:
            return sorted(name for name, run in self._running.items() if run.overdue)

    def end(self) -> None:
        """End the event loop; what runs on it is cancelled."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            self._cpu_seconds += loop.cpu_seconds
            loop.end(END_SECONDS)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the threads that have ended, and of the event loop."""
        loop = self._loop
        return self._cpu_seconds + (loop.cpu_seconds if loop is not None else 0.0)

    def _refuse(self, job: Job, outcome: Outcome) -> None:
        self._refused.append(Finished(job, outcome, 0.0))
        self.answered.set()

    def _wait(self, job: Job) -> None:
        waiting = self._waiting[job.lane]
        earlier = waiting.get(job.name)
        waiting[job.name] = job
        if earlier is not None:
            self._refuse(earlier, late())

    def _launch(self, lane: Lane) -> None:
        waiting = self._waiting[lane]
        most = self.max_workers if lane is Lane.THREAD else self.max_in_flight
        while waiting and self._in_time[lane] < most:
            job = waiting.pop(next(iter(waiting)))
            run = Run([job], time.monotonic())
            try:
                self._begin(run, lane)
            except RuntimeError:  # no thread left: our host's trouble, not the target's
                self._drop(run)
                self._leave_time(run)
                self._refuse(job, not_started())

    def _begin(self, run: Run, lane: Lane) -> None:
        self._running[run.name] = run
        self._in_time[lane] += 1
        self._deadlines.add(run)
        if lane is Lane.THREAD:
            start_thread(run, self._thread_ended)
            return
        loop = self._own_loop()
        run.place = loop
        loop.post(run)

    def _own_loop(self) -> Loop:
        loop = self._loop
        if loop is None or loop.process != os.getpid():
            loop = Loop(self._loop_ended, self._let_go)
            loop.start()
            self._loop = loop
        return loop

    def _let_go(self) -> bool:
        """Return whether the event loop may end: nothing is asked or about to be."""
        with self._lock:
            loop = self._loop
            if loop is None or self._in_time[Lane.LOOP]:
                return loop is None
            self._cpu_seconds += loop.cpu_seconds
            self._loop = None
            return True

    def _thread_ended(self, run: Run, outcome: Outcome, cpu_seconds: float) -> None:
        with self._lock:
            self._cpu_seconds += cpu_seconds
            self._end_of(run, outcome)
        self.answered.set()

    def _loop_ended(self, run: Run, outcome: Outcome | None) -> None:
        with self._lock:
            self._end_of(run, outcome)
            is_first, self._is_gathering = not self._is_gathering, True
            is_many = len(self._ended) >= MOST_GATHERED
            loop = self._loop
        if is_many or not self.gather_seconds or loop is None or run.place is not loop:
            self.answered.set()
        elif is_first:
            loop.call_later(self.gather_seconds, self._tell)

    def _tell(self) -> None:
        with self._lock:
            is_collected = not self._ended
        if not is_collected:
            self.answered.set()

    def _end_of(self, run: Run, outcome: Outcome | None) -> None:
        run.ended = time.monotonic()
        run.outcome = outcome
        if self.hanging.get(run.name) is run:
            del self.hanging[run.name]
        self._ended.append(run)
        if run.overdue:
            return
        if outcome is None:  # its loop was ended under it
            run.outcome = held_up()
        self._leave_time(run)
        self._launch(run.jobs[0].lane)

    def _answers(self, run: Run) -> list[Finished]:
        self._drop(run)
        if run.overdue:  # was reported already
            return []
        seconds, limit = run.ended - run.started, run.limit_seconds
        outcome = run.outcome
        # What comes after the deadline is late, whoever looked first.
        if outcome is None or seconds > limit:
            outcome = timed_out(limit)
        return [Finished(job, outcome, seconds) for job in run.jobs]

    def _drop(self, run: Run) -> None:
        if self._running.get(run.name) is run:
            del self._running[run.name]

    def _leave_time(self, run: Run) -> None:
        self._in_time[run.jobs[0].lane] -= 1
        self._deadlines.forget(run)

    def _overdue(self, run: Run, now: float) -> list[Finished]:
        self._leave_time(run)
        run.overdue = True
        self.hanging[run.name] = run
        loop = run.place
        if not isinstance(loop, Loop):
            return _all(run, timed_out(run.limit_seconds), now)
        found = self._overdue_on(loop, run, now)
        loop.cancel(run)
        return found

    def _overdue_on(self, loop: Loop, run: Run, now: float) -> list[Finished]:
        held_up_seconds = loop.held_up_seconds(now)
        if held_up_seconds:
            return self._held_up_on(loop, run, now, held_up_seconds)
        run.is_blamed = run.started >= loop.held_up_until
        outcome = timed_out(run.limit_seconds) if run.is_blamed else held_up()
        return _all(run, outcome, now)

    def _held_up_on(
        self, loop: Loop, run: Run, now: float, held_up_seconds: float
    ) -> list[Finished]:
        culprit = loop.culprit()
        run.is_blamed = culprit is run
        if culprit is run:
            outcome = timed_out(run.limit_seconds)
            return _all(run, outcome, now) + self._leave_behind(loop, culprit, now)
        found = _all(run, held_up(), now)
        if culprit is None and held_up_seconds > PATIENCE_SECONDS:
            found += self._leave_behind(loop, None, now)
        return found

    def _leave_behind(
        self, loop: Loop, culprit: Run | None, now: float
    ) -> list[Finished]:
        """
        Give *loop* up; what shared it with *culprit* is answered, and may be asked.

        When nobody can tell who holds the loop up, none of them is asked again
        before it ends: the same loss would follow.
        """
        if self._loop is loop:
            self._loop = None
        loop.end()
        found: list[Finished] = []
        for run in [each for each in self._running.values() if each.place is loop]:
            if run is culprit or run.ended:
                continue
            if not run.overdue:
                found += _all(run, held_up(), now)
                self._leave_time(run)
                run.overdue, run.is_blamed = True, False
                self.hanging[run.name] = run
            if culprit is not None:
                self._running.pop(run.name, None)
                self.hanging.pop(run.name, None)
        return found


#: The checks that hang in this process, whoever asked them: the runner, a request
#: before the first results, or a person.
_hanging_checks: dict[str, Run] = {}
os.register_at_fork(after_in_child=_hanging_checks.clear)


def engine_for_checks(max_workers: int, *, gather_seconds: float = 0.0) -> Engine:
    """Return an engine that asks no check which hangs in this process already."""
    return Engine(max_workers, hanging=_hanging_checks, gather_seconds=gather_seconds)


def _quarantined(run: Run) -> Outcome:
    if not run.is_blamed:
        return held_up()
    return still_hanging(time.monotonic() - run.started)


def _all(run: Run, outcome: Outcome, now: float) -> list[Finished]:
    return [Finished(job, outcome, now - run.started) for job in run.jobs]

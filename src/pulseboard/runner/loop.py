"""
Runs as tasks of one event loop on a daemon thread, for questions that never block.

The loop owns no deadline: who is overdue is decided by the engine, from another
thread, since a coroutine that never yields stops every clock in here. Its *beat*
shows whether it goes round; a loop that does not is left behind with its thread.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome
from pulseboard.core.presentable import presentable
from pulseboard.core.redaction import redact
from pulseboard.runner.answers import raised
from pulseboard.runner.job import Run

logger = get_logger("pulseboard.checks")

BEAT_SECONDS = 0.25
#: A loop whose beat is later than this is held up by somebody.
HELD_UP_SECONDS = 0.5
#: A loop without work ends itself; the next question gets a new one.
IDLE_SECONDS = 60.0
#: How long cancelled tasks may take to let go at the end.
FAREWELL_SECONDS = 1.0

#: Told the run and its answer, None of one that was cancelled. On the loop's thread.
Ended = Callable[[Run, Outcome | None], None]


class Loop:
    """
    Args:
        ended: Called for every run, also of a loop that was left behind.
        may_end: Asked when there was nothing to do for a while.
    """

    def __init__(self, ended: Ended, may_end: Callable[[], bool]) -> None:
        self.process = os.getpid()
        self.cpu_seconds = 0.0
        self.held_up_until = 0.0
        self._ended = ended
        self._may_end = may_end
        self._loop = _new_loop()
        self._loop.set_exception_handler(_note_stray)
        self._posted: deque[Run] = deque()
        self._is_told = False
        self._is_ending = False
        self._runs: dict[asyncio.Task[None], Run] = {}
        self._tasks: dict[Run, asyncio.Task[None]] = {}
        self._beat_at = self._busy_at = time.monotonic()
        self._thread = threading.Thread(
            target=self._main, name="pulseboard loop", daemon=True
        )

    def start(self) -> None:
        """Begin; raises RuntimeError when this process cannot start a thread."""
        try:
            self._thread.start()
        except RuntimeError:
            self._loop.close()
            raise

    def post(self, run: Run) -> None:
        """Ask *run* soon. Many of them wake the loop once."""
        self._posted.append(run)
        if not self._is_told:
            self._is_told = True
            self._loop.call_soon_threadsafe(self._begin)

    def cancel(self, run: Run) -> None:
        """Ask the task of *run* to let go."""
        self._call(self._cancel, run)

    def call_later(self, seconds: float, function: Callable[[], object]) -> None:
        """Call *function* after *seconds*. Only from the loop's own thread."""
        self._loop.call_later(seconds, function)

    def held_up_seconds(self, now: float) -> float:
        """Return how long the loop has not gone round, 0 while it does."""
        silent = now - self._beat_at - BEAT_SECONDS
        return silent if silent > HELD_UP_SECONDS else 0.0

    def culprit(self) -> Run | None:
        """Return the run whose task is being stepped now, None if nobody can tell."""
        task: asyncio.Task[Any] | None = asyncio.current_task(self._loop)
        return None if task is None else self._runs.get(task)

    def end(self, patience_seconds: float = 0.0) -> None:
        """Cancel what runs and end the thread, as soon as the loop goes round."""
        self._is_ending = True
        self._call(self._loop.stop)
        if patience_seconds:
            self._thread.join(patience_seconds)

    def _call(self, function: Callable[..., object], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            logger.debug("the event loop has ended already")

    def _main(self) -> None:
        try:
            self._beat()
            self._loop.run_forever()
        finally:
            self._say_farewell()

    def _begin(self) -> None:
        self._is_told = False
        while self._posted:
            run = self._posted.popleft()
            task = self._loop.create_task(self._ask(run))
            self._runs[task], self._tasks[run] = run, task

    def _cancel(self, run: Run) -> None:
        task = self._tasks.get(run)
        if task is not None:
            task.cancel()

    async def _ask(self, run: Run) -> None:
        run.started = time.monotonic()
        job, outcome = run.jobs[0], None
        try:
            answer: object = job.question()
            if isinstance(answer, Awaitable):
                answer = await answer
            outcome = presentable(answer)
        except BaseException as error:  # SystemExit must end the check, not the loop
            if not (run.overdue or self._is_ending):
                outcome = raised(job.name, error)
        if os.getpid() != self.process:
            os._exit(0)  # the question forked, and this is its child: nobody's runner
        self._forget(run)
        self._ended(run, outcome)

    def _forget(self, run: Run) -> None:
        self._busy_at = time.monotonic()
        task = self._tasks.pop(run, None)
        if task is not None:
            del self._runs[task]

    def _beat(self) -> None:
        now = time.monotonic()
        if self.held_up_seconds(now):
            self.held_up_until = now
        self._beat_at = now
        self.cpu_seconds = time.thread_time()
        if self._is_idle(now) and self._may_end():
            self._loop.stop()
        else:
            self._loop.call_later(BEAT_SECONDS, self._beat)

    def _is_idle(self, now: float) -> bool:
        is_busy = self._runs or self._posted
        return not is_busy and now - self._busy_at > IDLE_SECONDS

    def _say_farewell(self) -> None:
        """Cancel what is left, and tell of every run that it is gone."""
        self._is_ending = True
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        if left:
            waiting = asyncio.wait(left, timeout=FAREWELL_SECONDS)
            self._loop.run_until_complete(waiting)
        for run in [*self._tasks, *self._posted]:
            self._forget(run)
            self._ended(run, None)
        self._loop.close()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _note_stray(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what a question left behind in the loop; its text is hostile."""
    told = f"{context.get('message', '')} {context.get('exception', '')!r}"
    logger.debug("left in the event loop: %s", redact(told))

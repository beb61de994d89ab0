"""One run on a daemon thread of its own, for questions that may block."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable

from django.db import connections

from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome
from pulseboard.core.presentable import presentable
from pulseboard.runner.answers import raised, timed_out
from pulseboard.runner.job import Job, Run

logger = get_logger("pulseboard.checks")

#: Told the run, its answer and the processor time it took.
Ended = Callable[[Run, Outcome, float], None]


def start_thread(run: Run, ended: Ended) -> None:
    """
    Ask *run* on a thread of its own.

    Raises:
        RuntimeError: This process cannot start another thread.
    """
    threading.Thread(
        target=_work, args=(run, ended), name=f"pulseboard {run.name}", daemon=True
    ).start()


def ask(job: Job) -> Outcome:
    """Return the answer to *job*; whatever it raises becomes an outcome."""
    try:
        answer: object = job.question()
        if isinstance(answer, Awaitable):
            answer = asyncio.run(_awaited(answer, job.timeout_seconds))
        return presentable(answer)
    except BaseException as error:  # SystemExit must end the check, not the host
        return raised(job.name, error)


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


def _work(run: Run, ended: Ended) -> None:
    process = os.getpid()
    outcome = ask(run.jobs[0])
    if os.getpid() != process:
        os._exit(0)  # the question forked, and this is its child: nobody's runner
    close_connections(discard=run.overdue)
    ended(run, outcome, time.thread_time())  # the thread lived for this run only


async def _awaited(answer: Awaitable[Outcome], timeout_seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(timeout_seconds) as limit:
            return await answer
    except TimeoutError:
        if limit.expired():
            return timed_out(timeout_seconds)
        raise

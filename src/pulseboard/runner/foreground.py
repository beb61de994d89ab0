"""The loop: step, wait for an answer or the next tick, until told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pulseboard.conf import Settings
from pulseboard.core.log import get_logger
from pulseboard.runner import schedule_log
from pulseboard.runner.tick import Runner

logger = get_logger("pulseboard.runner")

LONGEST_PAUSE_SECONDS = 30.0
BESIDE_EVERY_SECONDS = 5.0


def runner_for(settings: Settings, mode: str) -> Runner:
    """Return a runner as *settings* say."""
    return Runner(
        mode, max_workers=settings.max_workers, tick_every=settings.tick_every
    )


def run(
    runner: Runner,
    settings: Settings,
    stop: threading.Event,
    *,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """
    Step until *stop* is set, then release the lease.

    Nothing ends this loop but *stop*: an exception of ours is logged, counted, and
    followed by a pause that doubles up to 30 s.

    Args:
        beside: Called after each step; what this process does, elected or not.
    """
    log = settings.log_folder()
    schedule_log.write(log, "Background scheduler started", runner.clock.now())
    pause = 1.0
    while not stop.is_set():
        wait = _step(runner)
        pause = 1.0 if wait is not None else min(pause * 2, LONGEST_PAUSE_SECONDS)
        guarded(beside)
        # Nobody collects the answers after a failed step: waiting for one would spin.
        (stop if wait is None else runner.engine.answered).wait(
            pause if wait is None else wait
        )
    runner.stop()
    schedule_log.write(log, "Background scheduler stopped", runner.clock.now())


def serve_beside(stop: threading.Event, beside: Callable[[], None]) -> None:
    """Call *beside* every 5 s until *stop*: for a process that runs no checks."""
    while not stop.wait(BESIDE_EVERY_SECONDS):
        guarded(beside)


def guarded(beside: Callable[[], None]) -> None:
    """Call *beside*; monitoring goes on whatever it raises."""
    try:
        beside()
    except Exception:
        logger.exception("What runs beside the ticks failed")


def _step(runner: Runner) -> float | None:
    """Return the wait before the next step, None when this one failed."""
    try:
        return runner.step()
    except BaseException:  # a SystemExit in here must not end monitoring
        runner.failures_total += 1
        logger.exception("A tick failed; trying again soon")
        return None

"""
A runner inside the web process: one daemon thread, started late and per process.

A thread started while a server is still loading the application would be lost in
the fork that makes its workers (``gunicorn --preload``), or worse, be in the middle
of something. So starting only arms a short delay. A process that forks during the
delay is such a server's parent: it gives up its own start, and each child arms one.
A fork later on is the host's business; its child gets no runner.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
from dataclasses import dataclass, field

from pulseboard.conf import get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.runner.foreground import run, runner_for, serve_beside
from pulseboard.runner.tick import Runner
from pulseboard.traffic.store import flush, flush_if_due

logger = logging.getLogger("pulseboard.runner")

DELAY_SECONDS = 2.0
STOP_SECONDS = 3.0
#: Loaded by pytest and by nothing else.
PYTEST_PLUGIN = "pulseboard.testing.plugin"


@dataclass(slots=True)
class _Embedded:
    """
    What this process knows of its own runner.

    Args:
        armed: Wanted; the delay may still be going on.
        started: The delay has passed.
        handed_on: Given up for the children of this process.
    """

    armed: bool = False
    started: bool = False
    handed_on: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    runner: Runner | None = None


_state = _Embedded()
_lock = threading.Lock()


def arm() -> None:
    """Start the runner of this process soon, unless settings or tests forbid it."""
    if _state.armed:
        return
    with _lock:
        if not _state.armed and _is_wanted():
            _state.armed = True
            _start_thread(_state)


def stop(timeout_seconds: float = STOP_SECONDS) -> None:
    """End the runner of this process and release its lease."""
    state = _state
    state.stop.set()
    if state.runner is not None:
        state.runner.engine.answered.set()
    if state.thread is not None and state.thread.is_alive():
        state.thread.join(timeout_seconds)


def is_alive() -> bool:
    """Return whether the runner's thread of this process lives."""
    return _state.thread is not None and _state.thread.is_alive()


def _is_wanted() -> bool:
    try:
        settings = get_settings()
    except ConfigError:
        return False  # `manage.py check` says what is wrong
    return settings.enabled and not _is_testing()


def _is_testing() -> bool:
    """Return whether tests run in this process: no thread may disturb them."""
    if PYTEST_PLUGIN in sys.modules:
        return True
    utils = sys.modules.get("django.test.utils")
    return utils is not None and hasattr(utils._TestState, "saved_data")


def _start_thread(state: _Embedded) -> None:
    state.thread = threading.Thread(
        target=_main, args=(state,), name="pulseboard runner", daemon=True
    )
    try:
        state.thread.start()
    except RuntimeError:
        logger.warning("No thread for the runner: this process runs no checks")


def _main(state: _Embedded) -> None:
    # Sleeping holds no lock, so a fork meanwhile is harmless.
    if state.stop.wait(DELAY_SECONDS) or _is_testing():
        return
    state.started = True
    settings = get_settings()
    if settings.runner == "embedded":
        state.runner = runner_for(settings, "embedded")
        run(state.runner, settings, state.stop, beside=flush_if_due)
    else:
        serve_beside(state.stop, flush_if_due)
    flush()


def _after_fork_in_parent() -> None:
    if _state.armed and not _state.started:
        _give_up(_state)
    _lock.release()


def _give_up(state: _Embedded) -> None:
    """Leave running to the children; a first request here would arm us again."""
    global _state
    state.stop.set()
    _state = _Embedded(handed_on=True)


def _after_fork_in_child() -> None:
    global _state, _lock
    is_heir = _state.handed_on or (_state.armed and not _state.started)
    _state, _lock = _Embedded(), threading.Lock()
    if is_heir:
        arm()


os.register_at_fork(
    before=lambda: _lock.acquire(),
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
atexit.register(stop)

"""
A runner inside the web process: one daemon thread, started late and per process.

A thread started while a server is still loading the application would be lost in
the fork that makes its workers (``gunicorn --preload``), or worse, be in the middle
of something. So starting only arms a short delay. A process that forks during the
delay is such a server's parent: it gives up its own start, and each child arms one.
A fork later on, or of a process that serves requests already, is the host's
business; its child gets no runner.

Asked to end, a process lets the next runner in at once and goes on writing down the
requests it still serves.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass, field

from pulseboard.conf import get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.monitors import registry
from pulseboard.probes.whereabouts import note_if_due
from pulseboard.runner.ending import hear_the_end
from pulseboard.runner.foreground import guarded, run, runner_for, serve_beside
from pulseboard.runner.tick import Runner
from pulseboard.traffic.store import flush, flush_if_due

logger = get_logger("pulseboard.runner")

DELAY_SECONDS = 2.0
STOP_SECONDS = 3.0
#: How long a SIGTERM may wait for us: this blocks the server's main thread.
LET_GO_SECONDS = 1.0
#: How long each of its last answers may wait to be counted.
WRITTEN_SECONDS = 1.0
#: A process that lives so long after a SIGTERM did not mean to end.
LAST_REQUESTS_SECONDS = 120.0
#: Loaded by pytest and by nothing else.
PYTEST_PLUGIN = "pulseboard.testing.plugin"


@dataclass(slots=True)
class _Embedded:
    """
    What this process knows of its own runner.

    Args:
        armed: Wanted; the delay may still be going on.
        started: The delay has passed.
        serves: A request has come.
        handed_on: Given up for the children of this process.
        stop: Run no more.
        let_go: The lease is released and what was counted is written.
        counted: A request was served since, though the process is to end.
        ended: The process leaves, or somebody stopped its runner for good.
    """

    armed: bool = False
    started: bool = False
    serves: bool = False
    handed_on: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    counted: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    unwritten: list[threading.Event] = field(default_factory=list)
    thread: threading.Thread | None = None
    runner: Runner | None = None


_state = _Embedded()
_lock = threading.Lock()
#: The process that hears its end; a child of it does not yet.
_hearing = 0


def arm() -> None:
    """Start the runner of this process soon, unless settings or tests forbid it."""
    if _state.armed:
        return
    with _lock:
        if not _state.armed and _is_wanted():
            _state.armed = True
            _hear_the_end_once()
            _start_thread(_state)


def start() -> None:
    """Start the runner of this process soon, also after `stop`."""
    global _state
    with _lock:
        if _state.ended.is_set():
            _state = _Embedded(serves=_state.serves)
    arm()


def before_request() -> None:
    """Note that this process serves, so that its forks are no workers to be."""
    _state.serves = True


def after_request() -> threading.Event | None:
    """
    Start the runner if that is due.

    Returns:
        Near the end of the process, what is set as soon as the request is written
        down: the server leaves when its last answer is out, so hold that back.
    """
    state = _state
    if not state.armed:
        arm()
    if not state.stop.is_set() or state.ended.is_set():
        return None
    written = threading.Event()
    state.unwritten.append(written)
    state.counted.set()
    return written


def stop(timeout_seconds: float = STOP_SECONDS) -> None:
    """End the runner of this process and release its lease."""
    state = _state
    state.ended.set()
    state.counted.set()
    _stop_running(state)
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


def _hear_the_end_once() -> None:
    global _hearing
    if _hearing != os.getpid():
        _hearing = os.getpid()
        hear_the_end(asked=_let_go, ended=stop)


def _let_go() -> None:
    """
    Let the next runner in before this process is gone.

    Runs as a signal handler, possibly in the middle of `stop`, whose locks it must
    not want.
    """
    state = _state
    if not (state.ended.is_set() or state.stop.is_set()) and is_alive():
        _stop_running(state)
        state.let_go.wait(LET_GO_SECONDS)


def _stop_running(state: _Embedded) -> None:
    state.stop.set()
    if state.runner is not None:
        state.runner.engine.answered.set()


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
    has_stopped = state.stop.wait(DELAY_SECONDS)
    if state.handed_on or _is_testing():
        return
    if not has_stopped:
        _run(state)
    flush()
    state.let_go.set()
    _see_the_last_requests_out(state)


def _run(state: _Embedded) -> None:
    state.started = True
    _load_checks()
    settings = get_settings()
    guarded(note_if_due)  # before the first path of ours is asked
    if settings.runner == "embedded":
        state.runner = runner_for(settings, "embedded")
        run(state.runner, settings, state.stop, beside=_beside)
    else:
        serve_beside(state.stop, _beside)


def _beside() -> None:
    flush_if_due()
    note_if_due()


def _load_checks() -> None:
    """Import what is declared now: a request that asks inline must not wait for it."""
    try:
        registry.definitions()
    except Exception:
        logger.exception("The declared monitors cannot be loaded")


def _see_the_last_requests_out(state: _Embedded) -> None:
    """Write down what is still served; start anew if the process does not end."""
    until = time.monotonic() + LAST_REQUESTS_SECONDS
    while not state.ended.is_set():
        if not state.counted.wait(max(0.0, until - time.monotonic())):
            return _start_anew(state)
        state.counted.clear()
        # Taken before the flush: who comes during it waits for the next.
        written, state.unwritten = state.unwritten, []
        flush()
        for each in written:
            each.set()


def _start_anew(state: _Embedded) -> None:
    global _state
    with _lock:
        if _state is not state:
            return
        _state = _Embedded()
    arm()


def _is_parent_to_be(state: _Embedded) -> bool:
    return state.armed and not state.started and not state.serves


def _after_fork_in_parent() -> None:
    if _is_parent_to_be(_state):
        _give_up(_state)
    _lock.release()


def _give_up(state: _Embedded) -> None:
    """Leave running to the children; a first request here would arm us again."""
    global _state
    state.handed_on = True
    state.stop.set()
    _state = _Embedded(handed_on=True)


def _after_fork_in_child() -> None:
    global _state, _lock
    is_heir = (_state.handed_on and not _state.serves) or _is_parent_to_be(_state)
    _state, _lock = _Embedded(), threading.Lock()
    if is_heir:
        arm()


os.register_at_fork(
    before=lambda: _lock.acquire(),
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)

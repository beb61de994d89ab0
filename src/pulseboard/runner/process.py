"""A runner that is a process: it runs until it is told to stop, or once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection

from pulseboard.conf import Settings, get_settings
from pulseboard.core.door import call
from pulseboard.core.errors import CommandFailed
from pulseboard.core.screen import Screen
from pulseboard.core.verb import FINE
from pulseboard.monitors import latest, registry
from pulseboard.monitors import store as monitors
from pulseboard.runner.database import trouble
from pulseboard.runner.foreground import run, runner_for
from pulseboard.runner.pid_file import PidFile
from pulseboard.runner.tick import Runner

MODE = "process"
#: A signal is noticed this soon.
LOOK_EVERY_SECONDS = 0.2
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run_until_told(screen: Screen, pid_path: str) -> int:
    """
    Run checks until SIGTERM or Ctrl-C, then release the lease.

    Args:
        pid_path: Where to keep our process id meanwhile; empty for nowhere.
    """
    settings = _enabled_settings()
    with _noted_signals() as noted, _kept_pid(pid_path):
        _announce(screen)
        _loop(runner_for(settings, MODE), settings, noted)
    return FINE


def run_once(screen: Screen) -> int:
    """Do what is due now, wait for it, and say what came of it."""
    runner = runner_for(_enabled_settings(), MODE)
    _require_database()
    before = latest.seen()
    try:
        runner.step()
        held = runner.lease.is_held
        runner.drain()
        if held:  # what the results made due: deliveries
            runner.jobs.run_due(runner.clock.now())
            runner.drain()
    finally:
        runner.stop()
    if runner.database_error:
        raise CommandFailed(f"The database went away ({runner.database_error}).")
    screen.line(_said(before) if held else _stands_by())
    return FINE


def _loop(runner: Runner, settings: Settings, noted: Sequence[int]) -> None:
    """
    Step on a thread of its own until a signal is *noted* by this one.

    A handler runs in the middle of whatever the main thread does: setting the event
    that this very thread waits on could hang for good.
    """
    stop = threading.Event()
    thread = threading.Thread(
        target=run, args=(runner, settings, stop), name="pulseboard runner"
    )
    thread.start()
    while thread.is_alive() and not noted:
        thread.join(LOOK_EVERY_SECONDS)
    stop.set()
    runner.engine.answered.set()
    thread.join()


@contextlib.contextmanager
def _noted_signals() -> Iterator[list[int]]:
    """Note SIGTERM and SIGINT instead of obeying them; a second one is obeyed."""
    noted: list[int] = []
    kept: dict[signal.Signals, Any] = {}

    def note(number: int, frame: object) -> None:
        noted.append(number)
        signal.signal(number, signal.SIG_DFL)

    for each in SIGNALS:
        kept[each] = signal.signal(each, note)
    try:
        yield noted
    finally:
        for each, handler in kept.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def _kept_pid(path: str) -> Iterator[None]:
    if not path:
        yield
        return
    file = PidFile(Path(path))
    if not file.claim():
        raise CommandFailed(f"A runner is running already, process {file.pid()}.")
    try:
        yield
    finally:
        file.give_back()


def _announce(screen: Screen) -> None:
    checks = len(registry.definitions())
    found = trouble()
    if "tables" in found:
        raise CommandFailed(found)
    screen.line(f"Running {checks} checks; Ctrl-C stops")
    if found:  # it may come back, and we are there when it does
        screen.complain(f"{found} Results are kept in memory until it does.")
        return
    pulse, now = monitors.read_pulse(), datetime.now(UTC)
    connection.close()  # the loop has a thread and a connection of its own
    if pulse.stopped_at is not None:
        by = f" by {pulse.stopped_by}" if pulse.stopped_by else ""
        screen.line(f"Checks were stopped{by}; {call('start')} lifts it.")
    elif pulse.is_running(now):
        screen.line("Another runner runs now; this one takes over when it ends.")


def _enabled_settings() -> Settings:
    settings = get_settings()
    if not settings.enabled:
        raise CommandFailed("Pulseboard is switched off: ENABLED is False.")
    return settings


def _require_database() -> None:
    found = trouble()
    if found:
        raise CommandFailed(found)


def _said(before: object) -> str:
    if latest.seen() is before:
        return "Nothing was due."
    counts = Counter(each.outcome.status.value for each in latest.seen().values())
    parts = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    return f"Ran {counts.total()} checks: {parts}"


def _stands_by() -> str:
    with contextlib.suppress(DatabaseError):
        pulse = monitors.read_pulse()
        if pulse.stopped_at is not None:
            by = f" by {pulse.stopped_by}" if pulse.stopped_by else ""
            return f"Checks were stopped{by}; {call('start')} lifts it."
    return "Another runner runs now; nothing was done."

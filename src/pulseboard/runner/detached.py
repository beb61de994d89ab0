"""A runner in a process of its own, started and ended from a command line."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError

from pulseboard.conf import FILE_VARIABLE, Settings, get_settings
from pulseboard.core.door import call
from pulseboard.core.errors import CommandFailed
from pulseboard.core.screen import Screen
from pulseboard.core.text import duration_text
from pulseboard.core.verb import BAD_NEWS, FINE
from pulseboard.monitors import store as monitors
from pulseboard.runner.database import sentence_for, trouble
from pulseboard.runner.pid_file import OPTION, PidFile

PID_NAME, LOG_NAME = "runner.pid", "runner.log"
UP_SECONDS = 20.0
END_SECONDS = 15.0
#: A runner that stands by looks every 3 s whether it may run.
EMBEDDED_SECONDS = 5.0
POLL_SECONDS = 0.1


def start(screen: Screen) -> int:
    """Lift a stop, and start a detached runner where none is needed elsewhere."""
    settings = get_settings()
    if not settings.enabled:
        raise CommandFailed("Pulseboard is switched off: ENABLED is False.")
    found = trouble()
    if found:
        raise CommandFailed(found)
    before = monitors.read_pulse().ticked_at
    was_stopped = monitors.start_runners()
    if was_stopped:
        screen.line("The stop is lifted; checks may run again.")
    running = _pid_file(settings).process()
    if running is not None:
        screen.complain(f"A runner is running already, process {running.pid}.")
        return FINE if was_stopped else BAD_NEWS
    if settings.runner == "embedded" and _embedded_ticks(was_stopped, before):
        screen.line(
            "Checks run inside the web process. For a process of their own set "
            "RUNNER to 'process'."
        )
        return FINE
    return _spawn(settings, screen)


def stop(screen: Screen) -> int:
    """Pause every runner until `start`, and end the detached one."""
    paused = _pause(screen)
    ended = _end(_pid_file(get_settings()), screen)
    if paused:
        screen.line(
            f"Checks are stopped everywhere until {call('start')}; every page says so."
        )
    elif not ended:
        screen.line("There was no detached runner to end.")
    return FINE if paused else BAD_NEWS


def operator() -> str:
    """Return who uses the command line."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return "command line"


def _embedded_ticks(was_stopped: bool, before: datetime | None) -> bool:
    """
    Return whether a web process runs the checks, after a while if it may again.

    Args:
        before: The last tick before the stop was lifted: that one proves nothing.
    """
    deadline = time.monotonic() + (EMBEDDED_SECONDS if was_stopped else 0)
    while True:
        pulse = monitors.read_pulse()
        is_news = not was_stopped or pulse.ticked_at != before
        if is_news and pulse.mode == "embedded" and pulse.is_running(datetime.now(UTC)):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)


def _spawn(settings: Settings, screen: Screen) -> int:
    folder = settings.log_folder().resolve()
    file, log = _pid_file(settings), folder / LOG_NAME
    try:
        child = _popen(file.path, log)
    except OSError as error:
        raise CommandFailed(
            f"The runner cannot be started: {error.strerror or error}."
        ) from None
    deadline = time.monotonic() + UP_SECONDS
    while file.pid() != child.pid:
        if child.poll() is not None or time.monotonic() > deadline:
            screen.complain(f"The runner did not start; its last words are in {log}.")
            return BAD_NEWS
        time.sleep(POLL_SECONDS)
    screen.line(f"Started, process {child.pid}; log {log}")
    screen.line(f"End it with {call('stop')}.")
    # It is meant to outlive us; nobody needs to be told that it still runs.
    child.returncode = 0
    return FINE


def _popen(pid_path: Path, log: Path) -> subprocess.Popen[bytes]:
    log.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    with open(descriptor, "ab") as output:
        return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [
                *(sys.executable, "-P", "-m", "pulseboard.cli", "run"),
                *(OPTION, str(pid_path)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(),
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    """Return ours, with the modules found where we find them."""
    if not {"DJANGO_SETTINGS_MODULE", FILE_VARIABLE} & set(os.environ):
        raise CommandFailed(
            "A process of its own needs DJANGO_SETTINGS_MODULE in the environment."
        )
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _pause(screen: Screen) -> bool:
    try:
        monitors.stop_runners(operator(), datetime.now(UTC))
    except DatabaseError as error:
        screen.complain(f"{sentence_for(error)} Other runners were not stopped.")
        return False
    return True


def _end(file: PidFile, screen: Screen) -> bool:
    """End the detached runner; return whether there was one."""
    process = file.process()
    if process is None:
        file.remove()
        return False
    import psutil  # there, or no process would have been found

    try:
        process.terminate()
        process.wait(END_SECONDS)
        how = "Ended"
    except psutil.TimeoutExpired:
        process.kill()
        how = f"Killed after {duration_text(END_SECONDS)}"
    except psutil.NoSuchProcess:
        how = "Ended"
    except psutil.AccessDenied:
        screen.complain(f"Process {process.pid} belongs to another user.")
        return True
    file.remove()
    screen.line(f"{how}: the detached runner, process {process.pid}.")
    return True


def _pid_file(settings: Settings) -> PidFile:
    return PidFile(settings.log_folder().resolve() / PID_NAME)

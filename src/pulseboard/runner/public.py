"""``pulseboard.start()``, ``.stop()`` and ``.tick()`` for code that runs us itself."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from pulseboard.conf import get_settings
from pulseboard.runner import embedded
from pulseboard.runner.foreground import runner_for
from pulseboard.runner.tick import Runner

_called: Runner | None = None
_one_at_a_time = threading.Lock()


def _after_fork_in_child() -> None:
    """Begin anew: the lease that our copy holds is our parent's."""
    global _called, _one_at_a_time
    _called, _one_at_a_time = None, threading.Lock()


os.register_at_fork(after_in_child=_after_fork_in_child)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one call of `tick` did."""

    ran: bool


def start() -> None:
    """Start the runner of this process, as the middleware would; also after `stop`."""
    embedded.start()


def stop() -> None:
    """End the runner of this process; other processes go on."""
    embedded.stop()


def tick() -> Ticked:
    """
    Do what is due now and wait for it, at the most until the deadlines.

    For a host with a scheduler of its own: call it every second. Two calls at once,
    or a call while another process runs, do nothing and return ``ran=False``.
    """
    global _called
    if not _one_at_a_time.acquire(blocking=False):
        return Ticked(ran=False)
    try:
        if _called is None:
            _called = runner_for(get_settings(), "called")
        _called.step()
        _called.drain()
        return Ticked(ran=_called.lease.is_held)
    finally:
        _one_at_a_time.release()

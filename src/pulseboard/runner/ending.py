"""
Hears in time that this process is to end.

``atexit`` alone is not enough: uvicorn ends itself by the very signal it was sent,
and children of ``multiprocessing`` (granian's workers) leave without it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

Act = Callable[[], None]

#: Finalizers of multiprocessing run highest first; ours before the host's own.
EARLY = 1000


def hear_the_end(*, asked: Act, ended: Act) -> None:
    """
    Call *asked* when a SIGTERM arrives, *ended* when the process leaves.

    What the host does on a SIGTERM it does as before, after *asked*. Either may be
    called without the other, and *ended* twice. Only the main thread hears a signal.
    """
    atexit.register(ended)
    # Loaded in each of its children; loading it here for nothing would cost.
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:
        multiprocessing.Finalize(None, ended, exitpriority=EARLY)
    if threading.current_thread() is threading.main_thread():
        _hear_sigterm(asked)


def _hear_sigterm(asked: Act) -> None:
    before = signal.getsignal(signal.SIGTERM)
    if before is None or before is signal.SIG_IGN:
        return

    def heard(number: int, frame: FrameType | None) -> None:
        # What the host does on a signal must happen, whatever becomes of ours.
        with contextlib.suppress(Exception):
            asked()
        if callable(before):
            before(number, frame)
        else:
            # The default action: leave by the signal, as the parent expects.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, heard)

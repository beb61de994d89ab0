"""
Running on demand: what other rooms call, and what the runner fills in.

The rooms that show may not import the runner; it registers its function here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pulseboard.core.errors import PulseboardError
from pulseboard.history.observed import Observed


class AlreadyRunning(PulseboardError):
    """Somebody's run is under way: *who*, since *started_at*."""

    def __init__(self, who: str, started_at: datetime) -> None:
        super().__init__(f"{who or 'Somebody'} started a run already")
        self.who = who
        self.started_at = started_at


Run = Callable[[Sequence[str] | None, str], list[Observed]]
RunOnly = Callable[[Sequence[str] | None], list[Observed]]

_run: Run | None = None
_run_only: RunOnly | None = None


def fill_in(run: Run, run_only: RunOnly) -> None:
    """Register what does the work; called once when the application starts."""
    global _run, _run_only
    _run, _run_only = run, run_only


def run_now(names: Sequence[str] | None, who: str) -> list[Observed]:
    """Ask the monitors *names* (None: all), record and return the results."""
    if _run is None:
        raise PulseboardError(
            "nothing can run checks before the application has started"
        )
    return _run(names, who)


def ask_now(names: Sequence[str] | None) -> list[Observed]:
    """Ask without recording: for answers that must not need the database."""
    if _run_only is None:
        raise PulseboardError(
            "nothing can run checks before the application has started"
        )
    return _run_only(names)

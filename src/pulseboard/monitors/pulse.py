"""Whether checks run at all, and who runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: No tick for this long is a stopped runner.
SILENT_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """
    The runner's sign of life, as every surface shows it.

    Args:
        ticked_at: Its last tick; None before the first.
        stopped_at: When people stopped it; None while it may run.
        mode: How it runs: ``embedded``, ``process`` or ``called``.
        figures: What it says of itself, such as ``dropped_total``.
    """

    ticked_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str = ""
    host: str = ""
    pid: int | None = None
    mode: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def is_running(self, now: datetime) -> bool:
        """Return whether a tick came within the last 30 s."""
        return self.ticked_at is not None and now - self.ticked_at < SILENT_AFTER

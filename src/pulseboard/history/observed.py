"""What the runner hands over to be remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pulseboard.core.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Observed:
    """
    One run of one monitor.

    Args:
        monitor: The monitor's name. With *at* it identifies the run: the same pair
            is stored once, however often it is handed over.
        at: When it began; aware.
        duration_seconds: How long it took, by a monotonic clock.
    """

    monitor: str
    at: datetime
    outcome: Outcome
    duration_seconds: float

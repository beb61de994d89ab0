"""The last 24 hours of an endpoint, an hour at a time."""

from __future__ import annotations

from collections.abc import Sequence

from pulseboard.core.intervals import StatusSpan
from pulseboard.core.status import Status, worst

HOURS = 24
HOUR_MS = 3_600_000


def hours_of(spans: Sequence[StatusSpan], until_ms: int) -> list[Status]:
    """Return the worst status of each hour before *until_ms*, oldest first."""
    begins = [until_ms - HOUR_MS * back for back in range(HOURS, 0, -1)]
    return [
        worst(
            each.status
            for each in spans
            if each.began_ms < began + HOUR_MS and each.ended_ms > began
        )
        for began in begins
    ]

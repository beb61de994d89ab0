"""How long what was observed is kept, form by form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """
    How long each form is kept. None or zero: for good.

    Args:
        metrics: Rows of HealthMetric.
        samples: Packed hours, every run in them.
        hours: Hourly summaries.
        days: Daily summaries and the intervals that uptime is computed from.
    """

    metrics: timedelta | None = timedelta(days=7)
    samples: timedelta | None = timedelta(days=90)
    hours: timedelta | None = timedelta(days=730)
    days: timedelta | None = None

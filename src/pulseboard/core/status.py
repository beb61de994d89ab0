"""How healthy an observed thing is."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Status(enum.Enum):
    """
    Health of one thing at one moment.

    Do not confuse with *severity* (how much an alert matters) or *state*
    (where an alert or incident is in its life).
    """

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def badness(self) -> int:
        """Place in `BADNESS`, 0 (healthy) to 3 (critical)."""
        return BADNESS.index(self)


#: Worst last. Not knowing is no reassurance, but a measured warning outranks it.
BADNESS = (Status.HEALTHY, Status.UNKNOWN, Status.WARNING, Status.CRITICAL)

#: The order in which people read them: what needs a person first.
READING_ORDER = (Status.CRITICAL, Status.WARNING, Status.UNKNOWN, Status.HEALTHY)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of *statuses*; UNKNOWN when there are none."""
    return max(statuses, key=BADNESS.index, default=Status.UNKNOWN)

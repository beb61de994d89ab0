"""What the page shows of a monitor: its status, or that it is not being asked."""

from __future__ import annotations

import enum

from pulseboard.core.status import Status


class Standing(enum.Enum):
    """A status as shown, worst first. Maintenance: nobody asks, on purpose."""

    CRITICAL = "critical"
    WARNING = "warning"
    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    MAINTENANCE = "maintenance"

    @property
    def word(self) -> str:
        """The one word people read for it, everywhere."""
        return self.value.capitalize()

    @property
    def place(self) -> int:
        """Where it sorts on the page; 0 comes first."""
        return list(Standing).index(self)

    @property
    def fails(self) -> bool:
        return self in (Standing.CRITICAL, Standing.WARNING)

    @classmethod
    def of(cls, status: Status) -> Standing:
        return cls(status.value)

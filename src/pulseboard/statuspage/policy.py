"""What counts as up: the rule behind every percentage of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Tally(NamedTuple):
    """How a stretch of time divides, in seconds; the parts add up to its length."""

    up_seconds: float = 0.0
    degraded_seconds: float = 0.0
    down_seconds: float = 0.0
    maintenance_seconds: float = 0.0
    unknown_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    What a page counts.

    Args:
        degraded_is_down: Slow counts as down; otherwise as up.
        maintenance_is_up: Planned work counts as up; otherwise it is left out.
        unknown_is_down: Not knowing counts as down; otherwise it is left out.
    """

    degraded_is_down: bool = False
    maintenance_is_up: bool = False
    unknown_is_down: bool = False

    def ratio(self, tally: Tally) -> float | None:
        """Return the share that was up, 0 to 1; None when nothing counts."""
        up, degraded, down, maintenance, unknown = tally
        if self.degraded_is_down:
            down += degraded
        else:
            up += degraded
        if self.maintenance_is_up:
            up += maintenance
        if self.unknown_is_down:
            down += unknown
        return up / (up + down) if up + down else None

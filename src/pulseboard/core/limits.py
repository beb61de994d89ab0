"""Limits on one reading: from where on it is a warning, from where on critical."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulseboard.core.errors import ConfigError
from pulseboard.core.status import Status

NAMES = ("warning_above", "critical_above", "warning_below", "critical_below")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    Bounds in the reading's own unit; a value equal to a bound is fine.

    Args:
        warning_above: Larger is a warning. None: no such limit, as for the others.
        critical_above: Larger is critical; not below *warning_above*.
        warning_below: Smaller is a warning.
        critical_below: Smaller is critical; not above *warning_below*.

    Raises:
        ConfigError: A bound is not finite, or a pair is in the wrong order.
    """

    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None

    def __post_init__(self) -> None:
        for name in NAMES:
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise ConfigError(f"expected a finite {name}, got {value}")
        _in_order(
            "warning_above", self.warning_above, "critical_above", self.critical_above
        )
        _in_order(
            "critical_below", self.critical_below, "warning_below", self.warning_below
        )

    def grade(self, value: float | None) -> Status:
        """Return the status of *value*; UNKNOWN when it is None or not a number."""
        if value is None or math.isnan(value):
            return Status.UNKNOWN
        if _beyond(value, self.critical_above, self.critical_below):
            return Status.CRITICAL
        if _beyond(value, self.warning_above, self.warning_below):
            return Status.WARNING
        return Status.HEALTHY

    def broken_by(self, value: float) -> float | None:
        """Return the worst bound that *value* breaks, None when it breaks none."""
        for above, below in (
            (self.critical_above, self.critical_below),
            (self.warning_above, self.warning_below),
        ):
            if above is not None and value > above:
                return above
            if below is not None and value < below:
                return below
        return None


def _in_order(
    low_name: str, low: float | None, high_name: str, high: float | None
) -> None:
    if low is not None and high is not None and low > high:
        raise ConfigError(f"expected {low_name} <= {high_name}, got {low} and {high}")


def _beyond(value: float, above: float | None, below: float | None) -> bool:
    return (above is not None and value > above) or (
        below is not None and value < below
    )

"""How the built-in checks put a number and its limit into a sentence."""

from __future__ import annotations

from collections.abc import Callable

from pulseboard.core.limits import Limits
from pulseboard.core.text import percent_text


def share_text(ratio: float) -> str:
    """Return *ratio* (0 to 1) as ``61.2%``."""
    return percent_text(ratio, decimals=1)


def limit_text(limits: Limits, value: float, show: Callable[[float], str]) -> str:
    """
    Return ``, limit 85%``: the limit *value* breaks, or else the one it meets first.

    Empty when nothing limits it.
    """
    bound = limits.broken_by(value)
    for name in ("warning_above", "warning_below", "critical_above", "critical_below"):
        if bound is None:
            bound = getattr(limits, name)
    return "" if bound is None else f", limit {show(bound)}"

"""
Health monitoring that lives inside a Python web application.

These are the names a host imports. Django imports this package before its apps are
ready, so nothing behind them may load a model or read a setting when imported.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pulseboard.checks.check import Check, GradedCheck, NotApplicable
from pulseboard.checks.registry import check, metric
from pulseboard.core.outcome import (
    Outcome,
    Reason,
    critical,
    healthy,
    unknown,
    warning,
)
from pulseboard.core.status import Status

if TYPE_CHECKING:
    from pulseboard.healthpaths.store import health
    from pulseboard.runner.public import start, stop, tick

__version__ = "0.1.0"

__all__ = [
    "Check",
    "GradedCheck",
    "NotApplicable",
    "Outcome",
    "Reason",
    "Status",
    "check",
    "critical",
    "health",
    "healthy",
    "metric",
    "start",
    "stop",
    "tick",
    "unknown",
    "warning",
]

#: Names that need Django: found when first used, not when imported.
_LATER = {
    "health": "pulseboard.healthpaths.store",
    "start": "pulseboard.runner.public",
    "stop": "pulseboard.runner.public",
    "tick": "pulseboard.runner.public",
}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'pulseboard' has no attribute {name!r}")

"""
Health monitoring that lives inside a Python web application.

These are the names a host imports. Django imports this package before its apps are
ready, so nothing behind them may load a model or read a setting when imported.
"""

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
    "healthy",
    "metric",
    "unknown",
    "warning",
]

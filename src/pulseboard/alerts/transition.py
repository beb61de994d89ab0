"""
What other rooms are told of an alert, and where they listen.

A listener is called inside the transaction that changes the alert: what it writes
stands or falls with the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulseboard.alerts.judge import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """
    One step in the life of one alert.

    Args:
        alert_id: Row of `SystemAlert`.
        sequence: Makes the step unique within the alert, whoever repeats it.
        lasted: From the first sign to the last, or to now while it goes on.
        summary: The result that led here, one line.
        last_good: The last healthy result, one line; empty without one.
        is_quiet: Lists show it, nobody is told.
    """

    alert_id: int
    step: Step
    sequence: str
    severity: str
    title: str
    headline: str
    message: str
    summary: str
    began_at: datetime
    at: datetime
    lasted: timedelta
    last_good: str = ""
    is_quiet: bool = False


Listener = Callable[[Transition], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Register *listener*; usable as a decorator."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def publish(transition: Transition) -> None:
    """Call every listener, inside the transaction of the caller."""
    for listener in _listeners:
        listener(transition)

"""
Figures of the last day: dear to read and slow to change, so read now and then.

A rebuild after a change uses what is there; the job of every minute renews it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pulseboard.history.store.typical import medians
from pulseboard.monitors.components import Line
from pulseboard.monitors.models import Monitor
from pulseboard.statuspage.snapshot import Look, Performance
from pulseboard.traffic.store import summary

#: The reading that probes give; other monitors are timed by how long they ran.
READING = "response_seconds"
RENEW_AFTER_SECONDS = 600.0
DAY_SECONDS = 86_400
_CPU, _MEMORY = "cpu_used_ratio", "memory_used_ratio"


@dataclass(slots=True)
class _Known:
    """What this process has read, and when by the monotonic clock."""

    read_at: float = float("-inf")
    response_seconds: dict[str, float] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    performance: Performance | None = None
    performance_at: float = float("-inf")


_known = _Known()
_lock = threading.Lock()


def response_seconds(found: Sequence[Line], now: datetime) -> dict[str, float]:
    """Return the median response time of each monitor that has one."""
    names = {part.monitor for line in found for part in line.parts}
    with _lock:
        if time.monotonic() - _known.read_at > RENEW_AFTER_SECONDS:
            _known.response_seconds, _known.asked = {}, set()
            _known.read_at = time.monotonic()
        missing = names - _known.asked
        if missing:
            _known.response_seconds |= medians(missing, READING, now=now)
            # What has no value yet is young: it is asked again next time.
            _known.asked |= missing & _known.response_seconds.keys()
        return {name: _known.response_seconds[name] for name in names & _known.asked}


def performance(look: Look, now: datetime) -> Performance | None:
    """Return how the system did, as far as *look* shows it."""
    if not look.shows_performance:
        return None
    with _lock:
        if time.monotonic() - _known.performance_at > RENEW_AFTER_SECONDS:
            _known.performance = _requests(now)
            _known.performance_at = time.monotonic()
        requests = _known.performance or Performance()
    cpu, memory = _resources() if look.shows_resources else (None, None)
    found = Performance(
        response_seconds=requests.response_seconds,
        error_ratio=requests.error_ratio,
        cpu_ratio=cpu,
        memory_ratio=memory,
    )
    return None if found == Performance() else found


def forget() -> None:
    """Read everything again next time."""
    with _lock:
        _known.__init__()  # type: ignore[misc]


def _requests(now: datetime) -> Performance:
    day = summary(now, DAY_SECONDS)
    if not day.requests:
        return Performance()
    return Performance(response_seconds=day.p50_seconds, error_ratio=day.error_ratio)


def _resources() -> tuple[float | None, float | None]:
    """Return the last shares of CPU and memory in use that any check measured."""
    rows = Monitor.objects.filter(first_reading__in=[_CPU, _MEMORY], enabled=True)
    found: dict[str, float] = {}
    for readings in rows.values_list("readings", flat=True):
        found |= readings
    return found.get(_CPU), found.get(_MEMORY)

"""The timeline of an incident, as staff read it: plain values, in order of time."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: A timeline that is longer is cut at its end, and says so.
LIMIT = 300


class Source(enum.Enum):
    """Where an event was seen."""

    ALERT = "alert"
    MEASUREMENT = "measurement"
    MAINTENANCE = "maintenance"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    One thing that happened.

    Args:
        what: One line for staff; may name monitors.
        who: Who did it; empty when nobody did.
    """

    at: datetime
    source: Source
    what: str
    who: str = ""


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return the first `LIMIT` of *events*, earliest first."""
    return sorted(events, key=lambda each: (each.at, each.source.value))[:LIMIT]

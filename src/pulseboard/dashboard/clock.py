"""Instants as the page writes them: in one zone that it names, with their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from pulseboard.core.text import duration_text


@dataclass(frozen=True, slots=True)
class Moment:
    """
    One instant for the page.

    Args:
        iso: For machines, UTC.
        text: For people, in the page's zone: ``21:05`` or ``20 Nov 21:05``.
        age: How long ago, or how long until: ``2 h 31 min``.
    """

    iso: str
    text: str
    age: str


@dataclass(frozen=True, slots=True)
class Clock:
    """
    Now, and the zone that people here read times in.

    Args:
        now: Aware, UTC.
        zone: The site's zone.
        zone_name: Its name, as in ``Europe/Madrid``.
    """

    now: datetime
    zone: tzinfo
    zone_name: str

    @property
    def zone_label(self) -> str:
        """The zone with its present offset: ``Europe/Madrid (UTC+1)``."""
        offset = self.now.astimezone(self.zone).utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        if minutes == 0 and self.zone_name == "UTC":
            return "UTC"
        sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
        rest = f":{minutes % 60:02}" if minutes % 60 else ""
        return f"{self.zone_name} (UTC{sign}{minutes // 60}{rest})"

    def exactly(self, at: datetime) -> str:
        """Return *at* to the second: ``23:36:04``."""
        return at.astimezone(self.zone).strftime("%H:%M:%S")

    def moment(self, at: datetime) -> Moment:
        """Return *at* for the page, with its date when that is not today's."""
        return Moment(iso_text(at), self.at(at), duration_text(abs(self.now - at)))

    def at(self, at: datetime) -> str:
        """Return *at* to the minute, with its date when that is not today's."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return local.strftime("%H:%M")
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {local.strftime('%b')}{year} {local.strftime('%H:%M')}"


def iso_text(at: datetime) -> str:
    """Return *at* (UTC) as ISO 8601 to the second, with a Z."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"

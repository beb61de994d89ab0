"""
Times on the clock of a zone, and the instants they stand for.

    02:30 that the clock jumps over   ->  the moment of the jump
    02:30 that comes twice            ->  the first of the two
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_SECOND = timedelta(seconds=1)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone *name*, such as ``Europe/Madrid``, or raise ConfigError."""
    try:
        if len(name) <= 64 and _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    shown = one_line(name, limit=64)
    raise ConfigError(f"Expected a time zone such as Europe/Madrid, got {shown!r}.")


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the clock of *zone* shows *local* (naive)."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if local_of(instant, zone) == local:
        return instant
    # In a gap the two folds stand for instants on either side of the jump.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _jump_between(before, instant, zone)


def local_of(instant: datetime, zone: tzinfo) -> datetime:
    """Return what the clock of *zone* shows at *instant*, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def local_text(instant: datetime, zone_name: str) -> str:
    """Return ``Sat 21 Nov 2026 20:30 Europe/Madrid (UTC+01:00)``."""
    local = instant.astimezone(zone_of(zone_name))
    offset = local.strftime("%z")
    shift = f"{offset[:3]}:{offset[3:5]}" if zone_name != "UTC" else ""
    shown = f"{local:%a %d %b %Y %H:%M} {zone_name}"
    return f"{shown} (UTC{shift})" if shift else shown


def _jump_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first whole second at which *zone* has the offset it has *after*."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after

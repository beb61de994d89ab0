"""Where web processes listen, written down for runners that are no web process."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta

from pulseboard.monitors.models import RunnerLease

#: Nobody listens there any more, as far as is known, when it was written so long ago.
STALE_AFTER = timedelta(minutes=3)
#: Hosts that come and go leave their rows behind.
FORGOTTEN_AFTER = timedelta(days=1)
PREFIX = "web:"


def note_web(host: str, address: str, port: int, now: datetime) -> None:
    """Write down that a web process of *host* listens on *port* of *address*."""
    values = {
        "host": host[:100],
        "pid": os.getpid(),
        "mode": "web",
        "ticked_at": now,
        "figures": {"address": address, "port": port},
    }
    _, is_new = RunnerLease.objects.update_or_create(name=_name(host), defaults=values)
    if is_new:
        gone = RunnerLease.objects.filter(
            name__startswith=PREFIX, ticked_at__lt=now - FORGOTTEN_AFTER
        )
        gone.delete()


def read_web(host: str, now: datetime) -> tuple[str, int] | None:
    """Return where a web process of *host* listens, None when nobody said of late."""
    row = RunnerLease.objects.filter(name=_name(host)).first()
    if row is None or row.ticked_at is None or row.ticked_at < now - STALE_AFTER:
        return None
    return str(row.figures["address"]), int(row.figures["port"])


def _name(host: str) -> str:
    """Return the name of the row; hosts may be named longer than a row can be."""
    return PREFIX + hashlib.sha256(host.encode()).hexdigest()[:20]

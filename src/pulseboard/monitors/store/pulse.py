"""Whether runners run, and whether they may."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from pulseboard.monitors.models import RunnerLease
from pulseboard.monitors.pulse import Pulse

RUNNER = "runner"


def read_pulse() -> Pulse:
    """Return the runner's sign of life."""
    row = RunnerLease.objects.filter(name=RUNNER).first()
    if row is None:
        return Pulse()
    return Pulse(
        ticked_at=row.ticked_at,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
        host=row.host,
        pid=row.pid,
        mode=row.mode,
        figures=row.figures,
    )


def stop_runners(who: str, now: datetime) -> None:
    """Keep every runner from ticking until `start_runners`, shown on every surface."""
    RunnerLease.objects.get_or_create(name=RUNNER)
    RunnerLease.objects.filter(name=RUNNER).update(stopped_at=now, stopped_by=who[:150])


def start_runners() -> bool:
    """Let runners tick again; returns whether they had been stopped."""
    stopped = RunnerLease.objects.filter(Q(name=RUNNER, stopped_at__isnull=False))
    # Free, too: the last holder let go when it was stopped, before its time was over.
    return bool(stopped.update(stopped_at=None, stopped_by="", until=None))

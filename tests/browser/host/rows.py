"""Scenes: rows as a runner would have left them, written by the ORM."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from pulseboard.alerts.models import SystemAlert
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.history import store as history
from pulseboard.history.models import HealthMetric, Run, Series
from pulseboard.history.observed import Observed
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.monitors.schedule import slot_at
from pulseboard.monitors.store import RUNNER
from pulseboard.notifiers.models import Notification

SECONDS, MINUTES, HOURS = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)

HEALTHY: list[tuple[str, str, str, dict[str, float]]] = [
    ("database", "Database", "12 of 100 connections", {"query_seconds": 0.0041}),
    ("cache", "Cache", "hit rate 97.2%", {"response_seconds": 0.0006}),
    ("workers", "Workers", "queue 14", {"workers": 6}),
    ("disk", "Disk", "of 120 GiB", {"used_ratio": 0.61}),
    ("memory", "Memory", "of 16 GiB", {"used_ratio": 0.68}),
]


def clear() -> None:
    for model in (
        Monitor, SystemAlert, RunnerLease, Notification, HealthMetric, Run, Series
    ):  # fmt: skip
        model.objects.all().delete()


def beat(ago: timedelta = timedelta(0), **fields: Any) -> None:
    """A runner ticked *ago*."""
    RunnerLease.objects.update_or_create(
        name=RUNNER,
        defaults={
            "ticked_at": datetime.now(UTC) - ago,
            "mode": "embedded",
            "stopped_at": None,
            "stopped_by": "",
            "figures": {"dropped_total": 0, "tick_seconds": 0.012},
            **fields,
        },
    )


def monitor(name: str, title: str, status: str = "healthy", **fields: Any) -> Monitor:
    now = datetime.now(UTC)
    row = {
        "title": title,
        "status": status,
        "confirmed": status,
        "status_since": now - 3 * HOURS,
        "confirmed_since": now - 3 * HOURS,
        "reason": "ok" if status == "healthy" else "threshold",
        "ran_at": now - 4 * SECONDS,
        "slot": slot_at(name, 30 * SECONDS, now),
        **fields,
    }
    return Monitor.objects.update_or_create(name=name, defaults=row)[0]


def well() -> None:
    clear()
    beat()
    for name, title, summary, readings in HEALTHY:
        monitor(name, title, summary=summary, readings=readings)
        reading, value = next(iter(readings.items()))
        ran(name, [{reading: value * (1 + wave(each))} for each in range(60)])


def wave(minute: int) -> float:
    """An even, lifelike line without chance in it."""
    return 0.06 * math.sin(minute / 3) + 0.03 * math.sin(minute * 1.7)


def ran(
    name: str,
    readings: list[dict[str, float]],
    failing: int = 0,
    status: Status = Status.CRITICAL,
    summary: str = "No reply",
) -> None:
    """It ran once a minute of the last hour; the last *failing* runs failed."""
    now = datetime.now(UTC)
    well_until = len(readings) - failing
    history.remember(
        [
            Observed(
                name,
                now - (len(readings) - place) * MINUTES,
                Outcome(Status.HEALTHY, "answered", each)
                if place < well_until
                else Outcome(status, summary, each if status is Status.WARNING else {}),
                0.143,
            )
            for place, each in enumerate(readings)
        ]
    )


def mixed() -> None:
    """One critical, one warning, one unknown, five healthy, three alerts."""
    now = datetime.now(UTC)
    well()
    monitor(
        "email", "Email", "critical", reason="timeout", readings={},
        summary="No reply", status_since=now - 151 * MINUTES,
        confirmed_since=now - 151 * MINUTES, reference="7f3a91c2",
        good_at=now - 151 * MINUTES, good_summary="answered in 143 ms",
    )  # fmt: skip
    monitor(
        "checkout", "Checkout API", "warning", readings={"response_seconds": 1.24},
        summary="95th percentile", options={"warning_above": 1.0},
        status_since=now - 9 * MINUTES, confirmed_since=now - 9 * MINUTES,
        good_at=now - 9 * MINUTES, good_summary="412 ms",
    )  # fmt: skip
    monitor(
        "partner", "Partner feed", "unknown", reason="", status_since=None,
        confirmed_since=None, ran_at=None, slot=-1,
    )  # fmt: skip
    ran("email", [{} for _ in range(60)], failing=13)
    slow = [{"response_seconds": 0.4 + 0.2 * wave(each)} for each in range(51)]
    slow += [{"response_seconds": 1.2 + wave(each)} for each in range(9)]
    ran("checkout", slow, 9, Status.WARNING, "1.24 s, limit 1.0 s")
    alert("email", "critical", "Email: no reply",
          "3 failed checks in a row, the provider did not answer in 10 s",
          now - 151 * MINUTES)  # fmt: skip
    alert("checkout", "warning", "Checkout API slow", "1.24 s for 9 min, limit 1.0 s",
          now - 9 * MINUTES)  # fmt: skip
    alert("levels", "warning", "Consistency below 99%", "97.4%, was 99.8% yesterday",
          now - 96 * MINUTES, acknowledged_at=now - 30 * MINUTES,
          acknowledged_by="ana", state="acknowledged")  # fmt: skip


def alert(
    subject: str, severity: str, title: str, message: str, at: datetime, **more: Any
) -> None:
    SystemAlert(
        alert_type="status", subject=subject, title=title, message=message,
        severity=severity, began_at=at, created_at=at, **more,
    ).save()  # fmt: skip


def workers_fail() -> None:
    """Alone, so that the rest of the scene stays as it is."""
    beat()
    monitor("workers", "Workers", "critical", reason="error", summary="0 of 6")


def falling_silent() -> None:
    beat(26 * SECONDS)


def run_by_ana() -> None:
    well()
    now = datetime.now(UTC)
    RunnerLease.objects.create(
        name="manual", until=now + MINUTES, started_at=now - 3 * SECONDS,
        stopped_by="ana", figures={"done": 3},
    )  # fmt: skip


def silent() -> None:
    """The runner died 146 minutes ago."""
    mixed()
    Monitor.objects.exclude(ran_at=None).update(
        ran_at=datetime.now(UTC) - 146 * MINUTES
    )
    beat(146 * MINUTES)


def stopped() -> None:
    well()
    beat(5 * MINUTES, stopped_at=datetime.now(UTC) - 5 * MINUTES, stopped_by="ana")


def paused() -> None:
    well()
    monitor("search", "Search", paused_until=datetime.now(UTC) + HOURS)


def all_standings() -> None:
    mixed()
    monitor("search", "Search", paused_until=datetime.now(UTC) + HOURS)


def hostile() -> None:
    """A27: text fields full of markup, as a host or an attacker may fill them."""
    mixed()
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
    for index, status in enumerate(("critical", "warning", "unknown", "healthy")):
        monitor(
            f'bad"{index}>/{bad[:40]}', bad[:150], status, summary=bad, degraded=bad,
            good_at=datetime.now(UTC), good_summary=bad, source=bad, group=bad[:90],
            details={bad: bad}, options={bad: bad}, readings={bad: 1.0},
        )  # fmt: skip
    alert("bad", "critical", bad, bad, datetime.now(UTC), acknowledged_by=bad)


def long_names() -> None:
    mixed()
    for row in Monitor.objects.all():
        row.title = f"{row.title} of the northern warehouse and its many dependents"
        row.save()
    monitor("unbroken", "W" * 60, "critical", summary="m" * 200, reason="error")


def nothing() -> None:
    clear()


SCENES = {
    each.__name__: each
    for each in (
        well,
        mixed,
        workers_fail,
        falling_silent,
        run_by_ana,
        silent,
        stopped,
        paused,
        all_standings,
        hostile,
        long_names,
        nothing,
    )
}

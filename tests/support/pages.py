"""Components with a history, for tests of the public page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pulseboard.core.status import Status
from pulseboard.history.store import note_confirmed
from pulseboard.monitors.models import (
    Component,
    ComponentMonitor,
    Monitor,
    RunnerLease,
)

H, W, C, U = Status.HEALTHY, Status.WARNING, Status.CRITICAL, Status.UNKNOWN

#: Status and since when, oldest first.
Told = Sequence[tuple[Status, datetime]]


def monitor(name: str, told: Told, *, now: datetime, every: float = 60) -> Monitor:
    """Make a monitor that has just run, with confirmed statuses as *told*."""
    for status, since in told:
        note_confirmed(name, status, since)
    status, since = told[-1] if told else (Status.UNKNOWN, None)
    return Monitor.objects.create(
        name=name,
        title=name,
        interval_seconds=every,
        status=status.value,
        confirmed=status.value,
        confirmed_since=since,
        ran_at=now if told else None,
        duration_seconds=0.1,
    )


def component(
    slug: str,
    *monitors: Monitor,
    public: bool = True,
    decides: Sequence[str] = (),
    **values: object,
) -> Component:
    """Make a component of *monitors*; those named in *decides* decide it."""
    name = slug.replace("-", " ").capitalize()
    row = Component.objects.create(
        **{"slug": slug, "name": name, "is_public": public, **values}
    )
    ComponentMonitor.objects.bulk_create(
        ComponentMonitor(component=row, monitor=each, decides=each.name in decides)
        for each in monitors
    )
    return row


def service(
    slug: str, *told: tuple[Status, timedelta], now: datetime, **values: object
) -> Component:
    """Make a component with one monitor; *told* counts back from *now*."""
    since = [(status, now - ago) for status, ago in told]
    return component(slug, monitor(slug, since, now=now), **values)


def tick(at: datetime | None = None) -> None:
    """Let the runner have given a sign of life at *at*."""
    at = at or datetime.now(UTC)
    RunnerLease.objects.update_or_create(name="runner", defaults={"ticked_at": at})


def acme(now: datetime) -> None:
    """Make the eight services of the drawn page."""
    day, hour, minute = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
    customer = {"group": "Customer facing", "now": now}
    inner = {"group": "Internal", "now": now}

    def blip(
        status: Status, ago: timedelta, lasts: timedelta
    ) -> list[tuple[Status, timedelta]]:
        return [(status, ago), (H, ago - lasts)]

    service("web-app", (H, 200 * day), **customer)
    service(
        "public-api", (H, 200 * day), *blip(C, 8.2 * day, 47 * minute),
        *blip(C, 4.1 * day, 3 * hour), description="REST and webhooks", **customer,
    )  # fmt: skip
    service(
        "user-login", (H, 200 * day), *blip(C, 80 * day, 2 * minute),
        *blip(W, 55 * day, 110 * minute), **customer,
    )  # fmt: skip
    service(
        "checkout",
        (H, 200 * day),
        *blip(W, 85 * day, 100 * minute),
        (W, 9 * minute),
        **customer,
    )
    service("search", (H, 200 * day), *blip(C, 7 * day, 150 * minute), **customer)
    service(
        "email-delivery", (H, 200 * day), *blip(C, 60 * day, 10 * minute),
        *blip(W, 40 * day, 20 * minute), (C, 2 * hour + 31 * minute), **inner,
    )  # fmt: skip
    service("background-jobs", (H, 200 * day), *blip(C, 65 * day, 80 * minute), **inner)
    service("partner-feed", (H, 11.6 * day), **inner)

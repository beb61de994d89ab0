"""Scenes of the public page: the eight services of the drawn page, and its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support import pages

from pulseboard.history.models import StatusInterval
from pulseboard.incidents import store as incidents
from pulseboard.incidents.models import Incident
from pulseboard.incidents.story import Phase
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import Component, Monitor, RunnerLease
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.render import kept

REFRESH_SECONDS = 2
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def public() -> None:
    """Email delivery is down with an incident about it, checkout is slow."""
    now = _begun()
    pages.acme(now)
    _told(now)
    Maintenance.objects.create(
        title="Database upgrade",
        kind="once",
        starts_at=now + DAY,
        ends_at=now + DAY + HOUR,
        components=["search"],
        zone="Europe/Madrid",
    )
    _shown(now)


def public_well() -> None:
    """Everything works, but one incident of long ago was never resolved."""
    now = _begun()
    pages.service("public-api", (pages.H, 200 * DAY), now=now)
    pages.service(
        "search",
        *((pages.H, 200 * DAY), (pages.C, 60 * DAY), (pages.H, 60 * DAY - 2 * MINUTE)),
        *((pages.C, 20 * DAY), (pages.H, 20 * DAY - 3 * HOUR)),
        now=now,
    )
    row = Incident(title="Slow search", impact="degraded", started_at=now - 60 * DAY)
    incidents.begin(row, [Component.objects.get(slug="search")], "ana", now)
    incidents.publish(row, now)
    _shown(now)


def public_api_fails() -> None:
    """In the scene before this one, one more service goes down."""
    now = datetime.now(UTC)
    pages.tick(now)
    since = now - MINUTE
    pages.note_confirmed("public-api", pages.C, since)
    Monitor.objects.filter(name="public-api").update(
        status="critical", confirmed="critical", confirmed_since=since, ran_at=now
    )
    _shown(now)


def public_renewed() -> None:
    """The runner ticked and ran everything again; nothing else changed."""
    now = datetime.now(UTC)
    Monitor.objects.update(ran_at=now)
    _shown(now)


def public_secret() -> None:
    """In the scene before this one, something private is down, too."""
    now = datetime.now(UTC)
    pages.service("secret-vault", (pages.C, DAY), now=now, public=False)
    row = Incident(title="Secret trouble", impact="major_outage", started_at=now)
    incidents.begin(row, [Component.objects.get(slug="secret-vault")], "ana", now)
    incidents.publish(row, now)
    _shown(now)


def public_silent() -> None:
    """The runner died ten minutes ago."""
    public()
    now = datetime.now(UTC)
    pages.tick(now - 10 * MINUTE)
    _rebuilt(now)


def public_many() -> None:
    """Fifty services with the longest names."""
    now = _begun()
    for place in range(50):
        row = pages.service(
            f"service-{place}",
            *((pages.H, 200 * DAY), (pages.C, 9 * DAY)),
            (pages.H, 9 * DAY - (place + 1) * MINUTE),
            now=now,
            group=f"Group {place // 10}",
        )
        row.name = f"{place} {'of the northern warehouse and its dependents ' * 2}"[:60]
        row.save()
    _shown(now)


def _begun() -> datetime:
    for model in (
        Component,
        Monitor,
        StatusInterval,
        Incident,
        Maintenance,
        RunnerLease,
    ):
        model.objects.all().delete()
    return datetime.now(UTC)


def _told(now: datetime) -> None:
    row = Incident(
        title="Email delivery is failing",
        impact="partial_outage",
        started_at=now - 150 * MINUTE,
    )
    incidents.begin(row, [Component.objects.get(slug="email-delivery")], "ana", now)
    words = (
        (Phase.INVESTIGATING, 144, "Messages wait. We look into it."),
        (Phase.IDENTIFIED, 86, "The provider rejects our key. Orders are safe."),
    )
    for phase, ago, text in words:
        incidents.add_update(row, phase, text, "ana", now, at=now - ago * MINUTE)
    incidents.publish(row, now)


def _shown(now: datetime) -> None:
    pages.tick(now)
    _rebuilt(now)


def _rebuilt(now: datetime) -> None:
    StatusPage.objects.update_or_create(
        slug="default",
        defaults={
            "title": "Acme Status",
            "shows_everything": True,
            "refresh_seconds": REFRESH_SECONDS,
        },
    )
    store.rebuild(now)
    store.forget()
    kept.forget()


SCENES = {
    each.__name__: each
    for each in (
        *(public, public_well, public_api_fails, public_renewed),
        *(public_secret, public_silent, public_many),
    )
}

"""The timeline of an incident: filled from alerts, plans and measurements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pulseboard.alerts.models import SystemAlert
from pulseboard.core.redaction import one_line
from pulseboard.core.text import duration_text
from pulseboard.history.store import intervals_of
from pulseboard.incidents.event import Event, Source, in_order
from pulseboard.incidents.models import Incident, IncidentAlert
from pulseboard.maintenance import store as maintenance

#: What happened shortly before and after belongs to the story.
AROUND = timedelta(minutes=15)
MONITORS_LIMIT = 50
FURTHEST = timedelta(days=390)


def timeline(incident: Incident, now: datetime) -> list[Event]:
    """Return what happened around *incident*, earliest first, for staff."""
    start = incident.started_at - AROUND
    end = min(now, (incident.resolved_at or incident.recovered_at or now) + AROUND)
    monitors = _monitors(incident)
    return in_order(
        [
            *_alerts(incident),
            *_measurements(monitors, start, end),
            *_plans(incident, monitors, start, end),
            *_updates(incident),
        ]
    )


def _monitors(incident: Incident) -> list[str]:
    """Return the monitors behind its components, and those that raised the alarm."""
    behind = incident.components.values_list("monitors__name", flat=True)
    alarmed = incident.alerts.values_list("monitor", flat=True)
    return sorted({name for name in [*behind, *alarmed] if name})[:MONITORS_LIMIT]


def _alerts(incident: Incident) -> Iterator[Event]:
    links = list(incident.alerts.all())
    rows = SystemAlert.objects.in_bulk([each.alert_id for each in links])
    for link in links:
        yield from _alert(link, rows.get(link.alert_id))


def _alert(link: IncidentAlert, row: SystemAlert | None) -> Iterator[Event]:
    yield _event(
        link.opened_at,
        Source.ALERT,
        _("Alert: %(title)s (%(severity)s), trouble since %(since)s UTC")
        % {
            "title": link.title,
            "severity": link.severity,
            "since": f"{link.began_at:%H:%M:%S}",
        },
    )
    if row is not None and row.acknowledged_at is not None:
        text = _("Acknowledged: %(title)s") % {"title": link.title}
        yield _event(row.acknowledged_at, Source.ALERT, text, row.acknowledged_by)
    if link.closed_at is not None:
        lasted = duration_text(link.closed_at - link.began_at)
        text = _("Over: %(title)s, after %(lasted)s") % {
            "title": link.title,
            "lasted": lasted,
        }
        yield _event(link.closed_at, Source.ALERT, text, row.resolved_by if row else "")


def _measurements(
    monitors: list[str], start: datetime, end: datetime
) -> Iterator[Event]:
    if not monitors or end <= start:
        return
    for name, spans in intervals_of(monitors, start, end).items():
        for span in spans:
            yield _event(
                datetime.fromtimestamp(span.began_ms / 1000, start.tzinfo),
                Source.MEASUREMENT,
                f"{name}: {span.status.value}",
            )


def _plans(
    incident: Incident, monitors: list[str], start: datetime, end: datetime
) -> Iterator[Event]:
    slugs = set(incident.components.values_list("slug", flat=True))
    # Plans are asked for at most a year and some back.
    for window in maintenance.occurrences(max(start, end - FURTHEST), end):
        if not any(window.covers(name, slugs) for name in monitors or [""]):
            continue
        text = _("Maintenance begins: %(title)s") % {"title": window.title}
        yield _event(window.starts_at, Source.MAINTENANCE, text)
        if window.ends_at <= end:
            text = _("Maintenance ends: %(title)s") % {"title": window.title}
            yield _event(window.ends_at, Source.MAINTENANCE, text)


def _updates(incident: Incident) -> Iterator[Event]:
    for update in incident.updates.all():
        text = f"{update.get_phase_display()}: {update.text}"
        yield _event(update.at, Source.UPDATE, text, update.author)
    if incident.published_at is not None:
        yield _event(incident.published_at, Source.UPDATE, _("Published"))
    if incident.recovered_at is not None:
        yield _event(incident.recovered_at, Source.ALERT, _("Every alert is over"))


def _event(at: datetime, source: Source, what: str, who: str = "") -> Event:
    return Event(at=at, source=source, what=one_line(what, limit=300), who=who)

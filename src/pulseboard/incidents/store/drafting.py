"""
Alerts of public components become drafts, inside the transaction of the alert.

    opens  ──▶ an incident that names one of its components and goes on, or a draft of
               the last 10 minutes, takes it in; else a new draft
    closes ──▶ the last one over: "recovered"; a draft nobody published is put away

What a person has published is theirs: it gets its alerts, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings as django_settings
from django.db import OperationalError, router, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pulseboard.access.store import audit
from pulseboard.alerts.judge import Step
from pulseboard.alerts.models import SystemAlert
from pulseboard.alerts.transition import Transition, listen
from pulseboard.core.log import get_logger
from pulseboard.core.redaction import one_line
from pulseboard.core.status import Status
from pulseboard.incidents.models import (
    Impact,
    Incident,
    IncidentAlert,
    IncidentUpdate,
    PhaseChoice,
)
from pulseboard.incidents.store.changing import RULE, add_update, settle
from pulseboard.incidents.story import Phase
from pulseboard.monitors.components import visible
from pulseboard.monitors.models import Component, ComponentMonitor
from pulseboard.monitors.public_status import (
    Part,
    PublicStatus,
    public_status,
    worst_of,
)

log = get_logger("pulseboard.incidents")

#: Alerts this close together are one story.
JOIN_WITHIN = timedelta(minutes=10)

SEVERITY = {"warning": Status.WARNING, "critical": Status.CRITICAL}


@listen
def draft(transition: Transition) -> None:
    """
    Let *transition* open, join, change or put away a draft.

    An alert matters more than its draft: what fails here is logged and leaves the
    alert alone. A database that is locked is not our failure, and is tried again.
    """
    try:
        with transaction.atomic(using=router.db_for_write(Incident)):
            _follow(transition)
    except OperationalError:
        raise
    except Exception:
        log.exception("no incident was drafted for alert %d", transition.alert_id)


def _follow(transition: Transition) -> None:
    if transition.step is Step.OPEN:
        alert = SystemAlert.objects.filter(pk=transition.alert_id).first()
        if alert is not None:
            _open(alert, transition.at)
    elif transition.step is Step.CLOSE:
        _close(transition.alert_id, transition.at)
    elif transition.step is not Step.REMIND:
        _change(transition)


def link(incident: Incident, alert: SystemAlert) -> None:
    """Note that *alert* belongs to *incident*, unless it has one."""
    row = IncidentAlert(
        incident=incident,
        alert_id=alert.pk,
        monitor=alert.subject,
        title=alert.title,
        severity=alert.severity,
        began_at=alert.began_at,
        opened_at=alert.created_at,
        closed_at=alert.resolved_at,
    )
    IncidentAlert.objects.bulk_create([row], ignore_conflicts=True)


def prefilled(alert: SystemAlert) -> tuple[list[Component], PublicStatus, str, str]:
    """Return components, impact, title and first words for an incident of *alert*."""
    components = list(visible().filter(monitors__name=alert.subject).distinct())
    impact = _impact(components, alert.subject, alert.severity)
    names = [each.name for each in components] or [alert.title]
    with translation.override(django_settings.LANGUAGE_CODE):
        return components, impact, title_of(names, impact), first_words(names)


def title_of(names: Sequence[str], impact: PublicStatus) -> str:
    """Return a headline: ``Email delivery is down``."""
    values = {"names": _joined(names)}
    if impact is PublicStatus.MAJOR_OUTAGE:
        text = ngettext("%(names)s is down", "%(names)s are down", len(names))
    elif impact is PublicStatus.PARTIAL_OUTAGE:
        text = ngettext("%(names)s is failing", "%(names)s are failing", len(names))
    else:
        text = ngettext("%(names)s is degraded", "%(names)s are degraded", len(names))
    return one_line(text % values, limit=150)


def first_words(names: Sequence[str]) -> str:
    """Return the first update, as good as nobody knowing more allows."""
    return _("We are looking into a problem with %(names)s.") % {
        "names": _joined(names)
    }


def _open(alert: SystemAlert, now: datetime) -> None:
    components, impact, title, words = prefilled(alert)
    if not components:
        return
    incident = _going_on(components, now)
    if incident is None:
        incident = _new_draft(alert, impact, title, now)
        incident.components.set(components)
        IncidentUpdate.objects.create(
            incident=incident, phase=PhaseChoice.INVESTIGATING, text=words, at=now
        )
    elif not incident.is_published:
        _widen(incident, components, impact, alert, now)
    if incident.recovered_at is not None:
        incident.recovered_at = None
        incident.save(update_fields=["recovered_at"])
    link(incident, alert)


def _new_draft(
    alert: SystemAlert, impact: PublicStatus, title: str, now: datetime
) -> Incident:
    return Incident.objects.create(
        title=title,
        impact=Impact(impact.value),
        started_at=min(alert.began_at, now),
        created_at=now,
    )


def _going_on(components: Collection[Component], now: datetime) -> Incident | None:
    """Return the incident that an alert of *components* belongs to, if any."""
    since = now - JOIN_WITHIN
    recent = Q(created_at__gte=since) | Q(recovered_at__gte=since)
    same = Q(components__in=list(components))
    drafted = Q(same, recent, is_published=False, alerts__isnull=False)
    shown = Q(
        same | Q(affects_everything=True), is_published=True, resolved_at__isnull=True
    )
    rows = Incident.objects.filter(drafted | shown)
    return rows.order_by("-is_published", "-created_at").distinct().first()


def _widen(
    incident: Incident,
    components: Collection[Component],
    impact: PublicStatus,
    alert: SystemAlert,
    now: datetime,
) -> None:
    """Let a draft take in one more alert; what was put away is open again."""
    untouched = incident.title == _drafted_title(incident)
    incident.components.add(*components)
    worse = worst_of([PublicStatus(incident.impact), impact])
    incident.impact = Impact(worse.value)
    if untouched:
        incident.title = _drafted_title(incident)
    incident.started_at = min(incident.started_at, alert.began_at)
    incident.response = Incident.Response.OPEN
    incident.save()
    incident.updates.filter(phase=PhaseChoice.RESOLVED, author="").delete()
    settle(incident)


def _drafted_title(incident: Incident) -> str:
    names = list(incident.components.values_list("name", flat=True))
    with translation.override(django_settings.LANGUAGE_CODE):
        return title_of(names, PublicStatus(incident.impact))


def _change(transition: Transition) -> None:
    """Let a draft follow the severity of its alert; published ones are a person's."""
    row = IncidentAlert.objects.filter(alert_id=transition.alert_id).first()
    if row is None:
        return
    row.severity = transition.severity
    row.save(update_fields=["severity"])
    incident = row.incident
    if incident.is_published:
        return
    untouched = incident.title == _drafted_title(incident)
    components = list(incident.components.all())
    impact = _impact(components, row.monitor, row.severity)
    incident.impact = Impact(impact.value)
    if untouched:
        incident.title = _drafted_title(incident)
    incident.save(update_fields=["impact", "title"])


def _close(alert_id: int, now: datetime) -> None:
    row = IncidentAlert.objects.filter(alert_id=alert_id).first()
    if row is None:
        return
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    incident = row.incident
    if incident.alerts.filter(closed_at__isnull=True).exists():
        return
    incident.recovered_at = now
    incident.save(update_fields=["recovered_at"])
    if incident.resolved_at is None and not _is_taken_on(incident):
        _put_away(incident, now)


def _is_taken_on(incident: Incident) -> bool:
    """Return whether a person published it, answers for it or wrote in it."""
    by_hand = incident.is_published and not incident.is_published_by_rule
    written = incident.updates.exclude(author="").exists()
    return by_hand or written or incident.response != Incident.Response.OPEN


def _put_away(incident: Incident, now: datetime) -> None:
    """Resolve what nobody but rules has touched; who was told of it is told."""
    with translation.override(django_settings.LANGUAGE_CODE):
        text = _("This has recovered.")
    add_update(incident, Phase.RESOLVED, text, "", now, notify=True)
    incident.response = Incident.Response.DONE
    incident.save(update_fields=["response"])
    if incident.is_published:
        audit(RULE, "resolve incident", str(incident))


def _impact(
    components: Collection[Component], monitor: str, severity: str
) -> PublicStatus:
    """Return what the public is told when *monitor* has *severity*."""
    found = [
        _told(each, monitor, SEVERITY.get(severity, Status.WARNING))
        for each in components
    ]
    worst = worst_of(found)
    known = {each.value for each in Impact}
    return worst if worst.value in known else PublicStatus.DEGRADED


def _told(component: Component, monitor: str, status: Status) -> PublicStatus:
    rows = ComponentMonitor.objects.filter(component=component)
    parts = []
    for row in rows.select_related("monitor"):
        own = row.monitor.name == monitor
        known = status if own else Status(row.monitor.confirmed)
        parts.append(Part(known, row.decides))
    return public_status(parts)


def _joined(names: Sequence[str]) -> str:
    """Return up to two names, and how many more there are."""
    if len(names) > 2:
        more = len(names) - 2
        return _("%(names)s and %(count)d more") % {
            "names": ", ".join(names[:2]),
            "count": more,
        }
    if len(names) == 2:
        return _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]}
    return "".join(names)

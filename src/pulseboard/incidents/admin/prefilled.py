"""A form that begins with the words of an alert or a template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as text_of

from pulseboard.alerts.models import SystemAlert
from pulseboard.incidents.admin.forms import utc_now
from pulseboard.incidents.models import Incident, IncidentAlert, IncidentTemplate
from pulseboard.incidents.placeholders import filled
from pulseboard.incidents.store.drafting import prefilled


def prefilled_by(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """Return initial values and first words, from the alert or template named."""
    initial: dict[str, Any] = {}
    words = ""
    alert = alert_of(request.GET.get("alert", ""))
    if alert is not None:
        components, impact, title, words = prefilled(alert)
        initial = {
            "alert": alert.pk,
            "title": title,
            "impact": impact.value,
            "components": [row.pk for row in components],
            "started_at": timezone.localtime(alert.began_at),
        }
    template = _number(request.GET.get("template", ""))
    row = IncidentTemplate.objects.filter(pk=template).first() if template else None
    return _with_template(row, initial, words) if row else (initial, words)


def alert_of(text: str) -> SystemAlert | None:
    number = _number(text)
    return SystemAlert.objects.filter(pk=number).first() if number else None


def incident_of(text: str) -> Incident | None:
    number = _number(text)
    linked = IncidentAlert.objects.filter(alert_id=number).first() if number else None
    return linked.incident if linked else None


def _with_template(
    row: IncidentTemplate, initial: dict[str, Any], words: str
) -> tuple[dict[str, Any], str]:
    components = list(row.components.all())
    since = initial.get("started_at") or timezone.localtime(utc_now())
    values = {
        "component": ", ".join(each.name for each in components)
        or text_of("a service"),
        "since": f"{since:%H:%M} {since.tzname()}",
    }
    changed: dict[str, Any] = {
        "title": filled(row.title, values)[:150],
        "impact": row.impact,
    }
    if components:
        changed["components"] = [each.pk for each in components]
    return initial | changed, filled(row.text, values)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else None

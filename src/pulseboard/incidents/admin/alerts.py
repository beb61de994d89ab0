"""From an alert in the admin to an incident."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import may
from pulseboard.alerts.admin import SystemAlertAdmin
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.roles import Role


@admin.action(description=_("New incident from this alert"), permissions=["respond"])
def begin_incident(
    alerts: SystemAlertAdmin, request: HttpRequest, rows: QuerySet[SystemAlert]
) -> HttpResponse | None:
    """Open the form for a new incident, filled from the first alert chosen."""
    if not may(request, Role.EDITOR):
        alerts.message_user(request, _("This needs the role editor."), messages.ERROR)
        return None
    first = rows.order_by("began_at").first()
    add = reverse("admin:pulseboard_incident_add")
    return HttpResponseRedirect(f"{add}?alert={first.pk}") if first else None


SystemAlertAdmin.actions = [*(SystemAlertAdmin.actions or []), begin_incident]

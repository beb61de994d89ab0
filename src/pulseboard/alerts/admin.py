"""Alerts in the admin: read, acknowledged, resolved; never typed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pulseboard.access.model_admin import RoleAdmin, may
from pulseboard.access.store import audit, caller_of
from pulseboard.alerts import store
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.roles import Role


@admin.register(SystemAlert)
class SystemAlertAdmin(RoleAdmin[SystemAlert]):
    """What was announced, open or over."""

    list_display = [
        "severity",
        "title",
        "message",
        "state",
        "began_at",
        "resolved_at",
        "acknowledged_by",
    ]
    list_display_links = ["title"]
    # Not `date_hierarchy`: MariaDB without tables of time zones cannot answer it.
    list_filter = ["resolved", "severity", "state", "created_at"]
    search_fields = ["title", "message", "subject"]
    actions = ["acknowledge", "resolve"]

    def has_respond_permission(self, request: HttpRequest) -> bool:
        """Return whether the actions are offered."""
        return may(request, Role.RESPONDER)

    @admin.action(description=_("Acknowledge"), permissions=["respond"])
    def acknowledge(self, request: HttpRequest, rows: QuerySet[SystemAlert]) -> None:
        self._each(request, rows, "acknowledge alert", store.acknowledge)

    @admin.action(description=_("Resolve"), permissions=["respond"])
    def resolve(self, request: HttpRequest, rows: QuerySet[SystemAlert]) -> None:
        self._each(request, rows, "resolve alert", store.resolve)

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[SystemAlert],
        action: str,
        change: Callable[[int, str, datetime], SystemAlert | None],
    ) -> None:
        caller, now, count = caller_of(request), datetime.now(UTC), 0
        for row in rows:
            with transaction.atomic():
                if change(row.pk, caller.name, now) is not None:
                    audit(caller, action, str(row))
                    count += 1
        text = ngettext("%d alert changed.", "%d alerts changed.", count) % count
        self.message_user(request, text)

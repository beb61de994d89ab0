"""Planned windows in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from pulseboard.access.model_admin import RoleAdmin
from pulseboard.access.store import audit, caller_of
from pulseboard.core.roles import Role
from pulseboard.maintenance.models import Maintenance


@admin.register(Maintenance)
class MaintenanceAdmin(RoleAdmin[Maintenance]):
    """Editors plan, change and cancel windows."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    list_display = ["title", "starts_at", "ends_at", "monitors", "created_by"]
    exclude = ["created_by"]

    def save_model(
        self, request: HttpRequest, obj: Maintenance, form: Any, change: bool
    ) -> None:
        """Write the window and its audit row together."""
        caller = caller_of(request)
        if not change:
            obj.created_by = caller.name[:150]
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(
                caller, "change maintenance" if change else "plan maintenance", str(obj)
            )

    def delete_model(self, request: HttpRequest, obj: Maintenance) -> None:
        """Delete the window, and say so in the audit."""
        with transaction.atomic():
            super().delete_model(request, obj)
            audit(caller_of(request), "cancel maintenance", str(obj))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several windows, one audit row each."""
        with transaction.atomic():
            for row in queryset:
                audit(caller_of(request), "cancel maintenance", str(row))
            super().delete_queryset(request, queryset)

"""Words prepared for a bad day."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from pulseboard.access.model_admin import RoleAdmin
from pulseboard.access.store import audit, caller_of
from pulseboard.core.roles import Role
from pulseboard.incidents.models import IncidentTemplate


@admin.register(IncidentTemplate)
class IncidentTemplateAdmin(RoleAdmin[IncidentTemplate]):
    """Editors prepare words for a bad day."""

    changes = Role.EDITOR
    adds = True
    deletes = True
    list_display = ["name", "title", "impact"]
    search_fields = ["name", "title"]
    filter_horizontal = ["components"]

    def save_model(
        self, request: HttpRequest, obj: IncidentTemplate, form: Any, change: bool
    ) -> None:
        """Write the template and its audit row together."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit(caller_of(request), "change incident template", str(obj))

    def delete_model(self, request: HttpRequest, obj: IncidentTemplate) -> None:
        """Delete the template, and say so in the audit."""
        with transaction.atomic():
            audit(caller_of(request), "delete incident template", str(obj))
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several templates, one audit row each."""
        for row in queryset:
            self.delete_model(request, row)

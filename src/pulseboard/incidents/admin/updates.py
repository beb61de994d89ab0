"""The updates of an incident, within its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import may
from pulseboard.core.roles import Role
from pulseboard.incidents.admin.forms import UpdateForm
from pulseboard.incidents.models import Incident, IncidentUpdate

if TYPE_CHECKING:
    Inline = admin.StackedInline[IncidentUpdate, Incident]
elif apps.is_installed("unfold"):
    from unfold.admin import StackedInline as Inline
else:
    Inline = admin.StackedInline


class UpdateInline(Inline):
    """Updates are added and corrected; what was said cannot be unsaid."""

    model = IncidentUpdate
    form = UpdateForm
    can_delete = False
    verbose_name_plural = _("updates")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj is None or obj.resolved_at is None else 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.VIEWER)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.EDITOR)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Role.EDITOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""The history of checks in the admin, read only."""

from __future__ import annotations

from django.contrib import admin

from pulseboard.access.model_admin import RoleAdmin
from pulseboard.history.models import HealthMetric


@admin.register(HealthMetric)
class HealthMetricAdmin(RoleAdmin[HealthMetric]):
    """One row per check at each change of status and otherwise every 5 minutes."""

    list_display = ["timestamp", "metric_name", "status", "metric_value"]
    # Not `date_hierarchy`: MariaDB without tables of time zones cannot answer it.
    list_filter = ["timestamp", "status", "metric_name"]
    search_fields = ["metric_name"]
    show_full_result_count = False

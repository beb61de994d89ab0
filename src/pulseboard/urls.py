"""``path("health/", include("pulseboard.urls"))``: everything below the mount point."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, re_path

# The operations register themselves; the API lists them when its URLs are made.
from pulseboard.alerts import operations as _alerts  # noqa: F401

from pulseboard.healthpaths import operations as _health  # noqa: F401  isort: skip
from pulseboard.incidents import operations as _incidents  # noqa: F401  isort: skip
from pulseboard.maintenance import operations as _maintenance  # noqa: F401  isort: skip
from pulseboard.probes import operations as _endpoints  # noqa: F401  isort: skip
from pulseboard.api.urls import operation_patterns
from pulseboard.core.operations import operations
from pulseboard.dashboard.views import patterns as dashboard_patterns
from pulseboard.healthpaths import views
from pulseboard.incidents.views import patterns as subscriber_patterns
from pulseboard.statuspage.feed_views import patterns as feed_patterns
from pulseboard.statuspage.views import patterns as status_page_patterns

app_name = "pulseboard"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^$", views.basic, name="health"),
    re_path(r"^live/?$", views.live, name="live"),
    re_path(r"^ready/?$", views.ready, name="ready"),
    re_path(r"^startup/?$", views.startup, name="startup"),
    re_path(r"^detailed/?$", views.detailed, name="detailed"),
    *dashboard_patterns,
    *operation_patterns(operations()),
    *subscriber_patterns,
    *feed_patterns,
    *status_page_patterns,
]

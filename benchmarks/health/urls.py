"""The views that are compared: nothing, the last results, four live checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

import pulseboard
from benchmarks.health import peer
from pulseboard.monitors import registry
from pulseboard.runner.run_now import observe

FOUR = [f"trivial_{number}" for number in range(4)]


def declare(name: str) -> None:
    pulseboard.check(name)(lambda: pulseboard.healthy("fine"))


for name in FOUR:
    declare(name)


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse('{"status": "healthy"}', content_type="application/json")


def four_live(request: HttpRequest) -> HttpResponse:
    declared = registry.definitions()
    found = observe({name: declared[name] for name in FOUR}, datetime.now(UTC))
    return JsonResponse({each.monitor: each.outcome.status.value for each in found})


urlpatterns: list[Any] = [
    path("bare/", bare),
    path("four/", four_live),
    path("health/", include("pulseboard.urls")),
]

if peer.is_installed():
    from health_check.base import HealthCheck
    from health_check.views import HealthCheckView

    def trivial(name: str) -> type[HealthCheck]:
        return type(name, (HealthCheck,), {"run": lambda self: None})

    view = HealthCheckView.as_view(checks=[trivial(name) for name in FOUR])
    urlpatterns.append(path("peer/", view))

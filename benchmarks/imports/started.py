"""
Starts one Django process as a server would and prints what that took, as JSON.

    python -m benchmarks.imports.started bare|import|installed
"""

from __future__ import annotations

import json
import sys
import time

import django
import django.core.handlers.wsgi
import psutil
from django.conf import settings

OURS = "pulseboard"
KIND = sys.argv[1]
IS_INSTALLED = KIND == "installed"

urlpatterns: list[object] = []


def main() -> None:
    began = time.perf_counter()
    if KIND == "import":
        __import__(OURS)
    imported = time.perf_counter() - began
    _configure()
    handler = _served()
    took = time.perf_counter() - began
    print(
        json.dumps(
            {
                "import_ms": imported * 1000,
                "start_ms": took * 1000,
                "rss_mb": psutil.Process().memory_info().rss / 2**20,
                "handler": type(handler).__name__,
            }
        )
    )


def _configure() -> None:
    apps = ["auth", "contenttypes", "sessions", "messages", "admin"]
    middleware = ["pulseboard.middleware.PulseboardMiddleware"]
    settings.configure(
        SECRET_KEY="benchmark",
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in apps),
            *([OURS] if IS_INSTALLED else []),
        ],
        MIDDLEWARE=middleware if IS_INSTALLED else [],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
            }
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
        },
        PULSEBOARD={"RUNNER": "process"},
        USE_TZ=True,
    )


def _served() -> object:
    """Load what the first request needs: apps, admin, URLs, middleware."""
    django.setup()
    from django.contrib import admin
    from django.urls import get_resolver, include, path

    urlpatterns.append(path("admin/", admin.site.urls))
    if IS_INSTALLED:
        urlpatterns.append(path("health/", include("pulseboard.urls")))
    handler = django.core.handlers.wsgi.WSGIHandler()
    _ = get_resolver().reverse_dict
    return handler


if __name__ == "__main__":
    main()

"""A small host that the browser visits: strict policy, real rows, nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from tests.settings import *  # noqa: F403

_FOLDER = Path(os.environ["HOST_FOLDER"])

ROOT_URLCONF = "tests.browser.host.urls"
DEBUG = True  # static files are served by the development server
TIME_ZONE = "Europe/Madrid"
if os.environ.get("HOST_SHELL") == "unfold":
    INSTALLED_APPS = ["unfold", *INSTALLED_APPS]  # noqa: F405
# Tables come from the models, so that a scene needs no migration.
MIGRATION_MODULES = {"pulseboard": None}
# The pages are the subject here; the request path has its own tests.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("pulseboard")]  # noqa: F405
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _FOLDER / "host.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
# Rows come from the tests; a runner of its own would write over them.
PULSEBOARD = {
    "LOG_DIR": str(_FOLDER / "logs"),
    "SERVICE_NAME": "Acme shop",
    "RUNNER": "process",
    "RATE_LIMITS": {"test": 1000},
    "REFRESH_EVERY": os.environ.get("HOST_REFRESH_EVERY", "30s"),
}

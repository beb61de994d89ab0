"""The smallest host: SQLite in a temporary folder, and the tables of the history."""

from __future__ import annotations

from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

urlpatterns: list[object] = []


def prepare(folder: Path, *, whole: bool = False) -> None:
    """
    Set Django up on a new database in *folder* and make the tables.

    Args:
        whole: All tables of the product, not only those of the history.
    """
    settings.configure(
        SECRET_KEY="benchmark",
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        INSTALLED_APPS=[
            "pulseboard",
            "django.contrib.auth",
            "django.contrib.contenttypes",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "year.sqlite3",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL;",
                },
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    if whole:
        call_command("migrate", verbosity=0)
    else:
        _make_tables()


def _make_tables() -> None:
    from django.db import connection

    from pulseboard.history import models

    with connection.schema_editor() as editor:
        for model in (
            models.Series,
            models.Run,
            models.HealthMetric,
            models.PackedHour,
            models.HourSummaries,
            models.DaySummary,
            models.StatusInterval,
        ):
            editor.create_model(model)


def database_bytes() -> int:
    """Return the pages in use; the difference of two is what was added between."""
    from django.db import connection

    with connection.cursor() as cursor:
        pages, free, size = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size

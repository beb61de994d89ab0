"""The settings, as ``manage.py check`` judges them, and time."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings as django_settings
from django.core.checks import run_checks

from pulseboard.conf import build_settings
from pulseboard.core.door import call_project
from pulseboard.setup.finding import Finding, fine, note, todo

TAG = "pulseboard"
SEE_SETTINGS = "correct it, see the settings page of the documentation"


def examine() -> Iterator[Finding]:
    """Yield every message of our system checks, and whether we are switched on."""
    messages = run_checks(tags=[TAG])
    for each in messages:
        cure = str(each.hint or SEE_SETTINGS)
        yield todo(
            "settings",
            f"{each.msg}.",
            shown_by=call_project("check --tag pulseboard"),
            cure=cure,
        )
    settings, _ = build_settings()
    if settings is not None and not settings.enabled:
        yield note("settings", "Pulseboard is switched off.", cure="ENABLED: True")
    if not messages:
        yield fine("settings", "Sound.")
    yield from _zone()


def _zone() -> Iterator[Finding]:
    zone = str(django_settings.TIME_ZONE)
    if not django_settings.USE_TZ:
        return  # W004 says so
    if zone == "UTC":
        yield note("time zone", "People read times in UTC.", cure="set TIME_ZONE")
    else:
        yield fine("time zone", f"People read times in {zone}; stored is UTC.")

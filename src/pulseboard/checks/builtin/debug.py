"""Whether Django runs with its debug pages on."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings as django_settings

from pulseboard.checks.builtin._given import serves_this_machine_only
from pulseboard.checks.check import Check
from pulseboard.checks.registry import check
from pulseboard.conf import get_settings
from pulseboard.core.outcome import Outcome, critical, healthy, warning


@check("debug", every="5m", group="Application")
@dataclass(frozen=True, kw_only=True)
class Debug(Check):
    """
    Django's ``DEBUG``: it shows settings and source to whoever causes an error.

    Statuses: healthy when off, or when on for this machine only, as while
    developing; warning when on although ``ALLOWED_HOSTS`` names other hosts; critical
    when on although ``PUBLIC_URL`` begins with ``https://``, as in production.
    """

    def run(self) -> Outcome:
        if not django_settings.DEBUG:
            return healthy("DEBUG is off")
        if get_settings().public_url.lower().startswith("https://"):
            return critical("DEBUG is on, and PUBLIC_URL says this is production")
        if not serves_this_machine_only():
            return warning("DEBUG is on, and ALLOWED_HOSTS names other hosts")
        return healthy("DEBUG is on, for this machine only")

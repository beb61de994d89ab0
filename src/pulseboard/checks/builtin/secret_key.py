"""Whether Django's secret key can be guessed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from pulseboard.checks.builtin._given import serves_this_machine_only
from pulseboard.checks.check import Check
from pulseboard.checks.registry import check
from pulseboard.core.outcome import Outcome, Reason, healthy
from pulseboard.core.status import Status

LEAST_LENGTH = 50
LEAST_UNIQUE = 5
GENERATED_PREFIX = "django-insecure-"


@check("secret_key", every="5m", group="Application")
@dataclass(frozen=True, kw_only=True)
class SecretKey(Check):
    """
    Strength of Django's ``SECRET_KEY`` and of its fallbacks.

    Weak is a key that is missing, has fewer than 50 characters or 5 different ones,
    or begins with ``django-insecure-``, as the ones ``startproject`` writes.

    Statuses: healthy, also when weak with ``DEBUG`` on for this machine only, as
    while developing; warning when weak with ``DEBUG`` on for others too; critical when
    weak with it off.
    """

    def run(self) -> Outcome:
        problem = _problem()
        if not problem:
            return healthy("long and varied enough")
        if django_settings.DEBUG and serves_this_machine_only():
            return healthy(f"{problem}, for this machine only")
        status = Status.WARNING if django_settings.DEBUG else Status.CRITICAL
        return Outcome(status, problem, reason=Reason.THRESHOLD)


def _problem() -> str:
    try:
        key = django_settings.SECRET_KEY
    except ImproperlyConfigured:
        return "SECRET_KEY is not set"
    found = _weakness(key)
    if found:
        return f"SECRET_KEY {found}"
    fallbacks = getattr(django_settings, "SECRET_KEY_FALLBACKS", [])
    weak = sum(1 for each in fallbacks if _weakness(each))
    return f"{weak} of SECRET_KEY_FALLBACKS can be guessed" if weak else ""


def _weakness(key: object) -> str:
    # Django takes bytes too.
    text = key.decode("latin-1") if isinstance(key, bytes) else str(key)
    if text.startswith(GENERATED_PREFIX):
        return "is the one made with the project"
    if len(text) < LEAST_LENGTH:
        return f"has {len(text)} characters, expected at least {LEAST_LENGTH}"
    if len(set(text)) < LEAST_UNIQUE:
        return f"has fewer than {LEAST_UNIQUE} different characters"
    return ""

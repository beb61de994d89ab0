"""What the host's settings say to several built-in checks."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings as django_settings

from pulseboard.conf import get_settings


def threshold(name: str) -> dict[str, object]:
    """Return the limits under *name* of `ALERT_THRESHOLDS` as options of a check."""
    limits = get_settings().limits_of(name)
    return {
        "warning_above": _rounded(limits.warning_above),
        "critical_above": _rounded(limits.critical_above),
    }


def labels(check: str, *, option: str = "") -> list[str]:
    """
    Return the instances of *check* that `CHECKS` names, empty for the plain name.

    Args:
        option: Only those for which this option is set.
    """
    found = []
    for name, options in get_settings().checks.items():
        first, _, label = name.partition(":")
        written = {str(key).lower() for key in options}
        if first == check and (not option or option in written):
            found.append(label)
    return found


def _rounded(limit: float | None) -> float | None:
    # Percent times 0.01 leaves dust in the last digit, and people see the option.
    return None if limit is None else round(limit, 9)


#: How a machine calls itself.
OWN_NAMES = {"localhost", "127.0.0.1", "::1", "[::1]", ".localhost"}


def serves_this_machine_only() -> bool:
    """Return whether ``ALLOWED_HOSTS`` lets in nobody else, as while developing."""
    return set(django_settings.ALLOWED_HOSTS) <= OWN_NAMES


#: A busy minute is no trouble: it takes ten results in a row, five minutes at 30 s.
SUSTAINED: Mapping[str, object] = {"failures": 10, "of": 10}

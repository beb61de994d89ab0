"""The declared checks, asked now: nothing is recorded and nobody is told."""

from __future__ import annotations

from pulseboard.core.errors import PulseboardError
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status


def ask_checks(*names: str) -> dict[str, Outcome]:
    """
    Ask the checks *names*, all of them without any, and return outcomes by name.

    They run side by side on threads of their own, each with its deadline, as in
    production. So they see what is committed: use `TransactionTestCase` or the
    fixture ``transactional_db`` for rows that a check should find.

    Raises:
        UsageError: No check has one of the names.
    """
    _require_django()
    from pulseboard.monitors.run_now import ask_now

    return {each.monitor: each.outcome for each in ask_now(names or None)}


def assert_healthy(*names: str, at_worst: Status = Status.HEALTHY) -> None:
    """
    Fail with the summary of each check that is worse than *at_worst*.

    Args:
        names: As for `ask_checks`.
        at_worst: Badness rises from healthy over unknown and warning to critical.
    """
    outcomes = ask_checks(*names)
    lines = [
        sentence(name, outcome)
        for name, outcome in sorted(outcomes.items())
        if outcome.status.badness > at_worst.badness
    ]
    if lines:
        raise AssertionError("\n".join(lines))


def declared_names() -> list[str]:
    """Return the name of every check this project declares, ours included."""
    _require_django()
    from pulseboard.monitors import registry

    return sorted(registry.definitions())


def sentence(name: str, outcome: Outcome) -> str:
    """Return *outcome* as one line for the report of a test run."""
    return f"{name} is {outcome.status.value}: {outcome.summary}"


def _require_django() -> None:
    """Set Django up, unless it is; say what is missing when it cannot be."""
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if not apps.ready:
        try:
            django.setup()
        except ImproperlyConfigured as error:
            raise PulseboardError(
                "the checks need Django's settings: set DJANGO_SETTINGS_MODULE"
            ) from error
    if not apps.is_installed("pulseboard"):
        raise PulseboardError("the checks need 'pulseboard' in INSTALLED_APPS")

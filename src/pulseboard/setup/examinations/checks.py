"""Which checks do not apply here, and why."""

from __future__ import annotations

from collections.abc import Iterator

from pulseboard.checks.configured import plan
from pulseboard.core.door import call
from pulseboard.setup.finding import Finding, fine, note


def examine() -> Iterator[Finding]:
    """Yield how many checks there are, and each that has nothing to ask here."""
    found = plan()
    count = len(found.definitions)
    yield fine("checks", f"{count} are declared; {call('health')} asks them now.")
    for name, reason in sorted(found.absent.items()):
        yield note(f"check {name}", f"Does not apply: {reason}.")

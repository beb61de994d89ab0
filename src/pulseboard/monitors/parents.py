"""Which monitors cannot be well without which others, and what follows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pulseboard.core.outcome import SUMMARY_LENGTH, Outcome, Reason
from pulseboard.core.redaction import one_line
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Definition

FAILING = (Status.WARNING, Status.CRITICAL)


def blocked_by(parent: Definition) -> Outcome:
    """Return what a failure below *parent*, which failed, is taken for."""
    summary = one_line(f"blocked by {parent.title}", limit=SUMMARY_LENGTH)
    return Outcome(Status.UNKNOWN, summary, reason=Reason.BLOCKED)


def in_cycles(definitions: Mapping[str, Definition]) -> list[str]:
    """Return the names that are among their own ancestors, in order."""
    return sorted(name for name in definitions if name in _above(name, definitions))


def _above(name: str, definitions: Mapping[str, Definition]) -> Collection[str]:
    """Return every ancestor of *name*."""
    found: set[str] = set()
    next_up = list(definitions[name].parents)
    while next_up:
        parent = next_up.pop()
        if parent in definitions and parent not in found:
            found.add(parent)
            next_up += definitions[parent].parents
    return found

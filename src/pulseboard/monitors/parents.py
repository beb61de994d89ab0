"""Which monitors cannot be well without which others, and what follows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from pulseboard.core.outcome import SUMMARY_LENGTH, Outcome, Reason
from pulseboard.core.redaction import one_line
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Definition

FAILING = (Status.WARNING, Status.CRITICAL)
#: An older result of a parent stands in for so many of its intervals.
STALE_AFTER = 2


def blocked_by(parent: Definition) -> Outcome:
    """Return what a failure below *parent*, which failed, is taken for."""
    summary = one_line(f"blocked by {parent.title}", limit=SUMMARY_LENGTH)
    return Outcome(Status.UNKNOWN, summary, reason=Reason.BLOCKED)


def is_down(outcome: Outcome) -> bool:
    """Return whether a parent of which *outcome* was found explains a child's failure.

    One bad run is enough: it began after the child's, and speaks for that moment.
    """
    # One that was blocked itself: only of results that others recorded.
    return outcome.status is Status.CRITICAL or outcome.reason is Reason.BLOCKED


def is_recent(age: timedelta, parent: Definition) -> bool:
    """Return whether a result of *parent* is believed where it cannot be asked."""
    return age <= STALE_AFTER * parent.every


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

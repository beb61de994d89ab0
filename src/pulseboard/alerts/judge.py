"""
What a confirmed change of status means for the alert of its subject.

    none ──warning or critical──▶ OPEN ──▶ WORSEN / EASE (severity follows)
                                   │
                                   └──healthy──▶ CLOSE

Unknown neither opens nor closes: what was announced is closed by good news only.
A notice is no trouble yet, such as that a certificate ends within two weeks: each is
told once, and when all is well again nobody is told that it is.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from pulseboard.core.status import Status
from pulseboard.core.text import duration_text


class Step(enum.Enum):
    """What happens to an alert. The values name the transition in the outbox."""

    OPEN = "open"
    WORSEN = "worsen"
    EASE = "ease"
    REMIND = "remind"
    CLOSE = "close"


TROUBLE = {Status.WARNING: "warning", Status.CRITICAL: "critical"}


def step(open_severity: str | None, status: Status) -> Step | None:
    """
    Return what a confirmed *status* does, None when nothing.

    Args:
        open_severity: Severity of the open alert, None without one.
    """
    severity = TROUBLE.get(status)
    if open_severity is None:
        return Step.OPEN if severity else None
    if status is Status.HEALTHY:
        return Step.CLOSE
    if severity is None or severity == open_severity:
        return None
    return Step.WORSEN if severity == "critical" else Step.EASE


def reminder_due(
    severity: str, told_at: datetime, cooldown: timedelta, now: datetime
) -> bool:
    """Return whether an open alert is to be told again; warnings rarer (24 h)."""
    wait = cooldown if severity == "critical" else max(cooldown, timedelta(days=1))
    return now - told_at >= wait


def headline(
    kind: Step,
    severity: str,
    title: str,
    lasted: timedelta,
    trouble: str = "",
    end: str = "Recovered",
) -> str:
    """
    Return the sentence that says it all, as the subject of a mail would.

    Args:
        trouble: What is the matter when the alert opens, as in ``is down``.
        end: How it came to its end when it closes.
    """
    word = severity.capitalize()
    return {
        Step.OPEN: f"{word}: {title} {trouble}".rstrip(),
        Step.WORSEN: f"{word}: {title} got worse",
        Step.EASE: f"{word}: {title} got better, not yet well",
        Step.REMIND: f"Still {severity} after {duration_text(lasted)}: {title}",
        Step.CLOSE: f"{end}: {title}, after {duration_text(lasted)}",
    }[kind]

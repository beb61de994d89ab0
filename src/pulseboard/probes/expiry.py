"""
What ends on a known day: one notice for each of a list of days before it.

    30 ── 14 ── 7 ── 3 ── 1 ── end
       30    14    7    3    1        the step that is told; none while more is left
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from pulseboard.core.outcome import NOTICE, Outcome
from pulseboard.core.status import Status
from pulseboard.probes.facts import Facts


def step_of(left: timedelta, days: tuple[int, ...]) -> int | None:
    """Return the smallest of *days* that is not below *left*, None before them all."""
    reached = [each for each in days if left <= timedelta(days=each)]
    return min(reached, default=None)


def with_notices(seen: Facts, days: tuple[int, ...], now: datetime) -> Facts:
    """Return *seen* with a warning for what ends within the first of *days*."""
    notices = tuple(_notices(seen, days, now))
    return replace(seen, warnings=(*seen.warnings, *notices)) if notices else seen


def told_once(
    outcome: Outcome, seen: Facts, days: tuple[int, ...], now: datetime
) -> Outcome:
    """
    Return *outcome* marked so that each step is told once, without reminders.

    Past the last step it is critical: nobody renews it any more.
    """
    notices = list(_notices(seen, days, now))
    if not notices:
        return outcome
    last = timedelta(days=min(days))
    is_late = any(left < last for left in _left(seen, now).values())
    return replace(
        outcome,
        status=Status.CRITICAL if is_late else outcome.status,
        details={**outcome.details, NOTICE: " ".join(notices)},
    )


def _notices(seen: Facts, days: tuple[int, ...], now: datetime) -> Iterator[str]:
    """Yield a sentence that stays the same until the next step."""
    for what, left in _left(seen, now).items():
        step = step_of(left, days)
        if step is not None:
            yield f"{what} ends within {step} {'day' if step == 1 else 'days'}."


def _left(seen: Facts, now: datetime) -> dict[str, timedelta]:
    """Return the time until each end that was seen."""
    certificate = seen.certificate
    ends = {
        "The certificate": certificate.not_after if certificate else None,
        "The registration": seen.expires_at,
    }
    return {what: at - now for what, at in ends.items() if at is not None}

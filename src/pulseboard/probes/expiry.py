"""
The ends of certificates and domains: how near, and whether that is news.

    days left    40      30 ........ 14 ........ 7 ... 3 . 1 ... 0
    step         none    30          14          7     3   1
    status       healthy warning ...................... critical

Each step is told once. A renewal takes the days back up without a word; should a new
certificate be short too, only a smaller step than before is news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status, worst
from pulseboard.probes.facts import Facts

DAY = timedelta(days=1)

#: For whoever sets no days of their own.
USUAL_DAYS = {
    "domain": (30, 14, 7, 3, 1),
    "http": (14, 7, 3, 1),
    "tls": (30, 14, 7, 3, 1),
}
#: Certificates are renewed on their own with a third of their life left. Days before
#: that are no news, or those that live for a week would be one all the time.
RENEWED_AT = 1 / 3


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step that an end has come to.

    Args:
        days: The step, as in the list of days.
        days_left: Until the end; negative after it.
    """

    days: int
    days_left: float


def step_of(days_left: float, days: Sequence[int]) -> int | None:
    """Return the smallest of *days* that *days_left* is within, None above all."""
    return min((each for each in days if days_left <= each), default=None)


def is_news(step: int | None, announced: int | None) -> bool:
    """
    Return whether *step* has not been told yet.

    Args:
        announced: The step at the time before, also when that one was no news: keep
            it up to date, with None after a renewal.
    """
    return step is not None and (announced is None or step < announced)


def usual_days(kind: str, lifetime: timedelta | None = None) -> tuple[int, ...]:
    """
    Return the days of a *kind* of probe; none for one whose targets do not end.

    Args:
        lifetime: Of a certificate; None leaves all days.
    """
    days = USUAL_DAYS.get(kind, ())
    if lifetime is None:
        return days
    return tuple(each for each in days if each * DAY < lifetime * RENEWED_AT)


def steps_seen(
    kind: str, seen: Facts, now: datetime, days: Sequence[int] = ()
) -> dict[str, Step]:
    """
    Return the steps that were come to, by ``certificate`` and ``domain``.

    Args:
        days: Own ones; none: the usual ones of *kind*.
    """
    ends: dict[str, tuple[datetime, Sequence[int]]] = {}
    if certificate := seen.certificate:
        lifetime = certificate.not_after - certificate.not_before
        ends["certificate"] = (
            certificate.not_after,
            days or usual_days(kind, lifetime),
        )
    if seen.expires_at is not None:
        ends["domain"] = (seen.expires_at, days or usual_days(kind))
    found = {}
    for name, (ends_at, steps) in ends.items():
        days_left = (ends_at - now) / DAY
        step = step_of(days_left, steps)
        if step is not None:
            found[name] = Step(step, days_left)
    return found


def worsened(
    outcome: Outcome,
    steps: dict[str, Step],
    days: Sequence[int] = (),
    *,
    critical_days: int | None = None,
) -> Outcome:
    """
    Return *outcome*, no better than the ends that are near allow.

    Args:
        days: The list that *steps* were found with; none: the usual ones.
        critical_days: Below it is critical; None: the last of *days*.
    """
    limit = critical_days if critical_days is not None else min(days, default=1)
    found = [
        (Status.CRITICAL if each.days_left < limit else Status.WARNING, name, each)
        for name, each in steps.items()
    ]
    if not found:
        return outcome
    status = worst([outcome.status, *(each[0] for each in found)])
    if status is outcome.status and outcome.status is not Status.HEALTHY:
        return outcome  # what it says already is at least as bad
    _, name, step = max(found, key=lambda each: each[0].badness)
    return replace(
        outcome,
        status=status,
        summary=sentence(name, step),
        reason=Reason.THRESHOLD,
    )


def sentence(name: str, step: Step) -> str:
    """Return what is the matter, for people."""
    if step.days_left < 0:
        return f"The {name} has expired."
    if step.days_left < 1:
        return f"The {name} expires in less than a day."
    count = int(step.days_left)
    return f"The {name} expires in {count} {'day' if count == 1 else 'days'}."

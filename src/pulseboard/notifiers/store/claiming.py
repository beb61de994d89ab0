"""
Who sends what, when: claimed, marked, or put off.

Workers compete by conditional update; a claim ends by itself, so that a crashed
process holds up nothing for long.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from pulseboard.core.errors import NotifyError, Refused
from pulseboard.core.redaction import one_line
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.notifiers.retry import LONGEST, LONGEST_ASKED, next_attempt

State = Notification.State

#: A claim that lasts this long without a mark belongs to a crashed process.
CLAIM_FOR = timedelta(seconds=60)
#: What is noted of a letter that its server will never take.
REFUSED = "refused for good"
#: What cannot help is tried so often, since servers err too.
PERMANENT_ATTEMPTS = 3


def is_due(now: datetime, *, by_web: bool = False) -> bool:
    """Return whether anything waits to be sent, letters by the web apart."""
    return claimable(now, by_web=by_web).exists()


def next_of(now: datetime, failed: set[str]) -> Notification | None:
    """Return what to send now: alerts before letters, then as they were written."""
    waiting = claimable(now).exclude(channel__in=failed)
    alert = waiting.filter(addressee="").first()
    return alert or waiting.exclude(addressee="").first()


def claimable(now: datetime, *, by_web: bool = False) -> QuerySet[Notification]:
    """Return what may be sent at *now*, in the order it was written."""
    longest = LONGEST_ASKED if by_web else LONGEST
    unfinished = [State.PENDING, State.SENDING]
    earlier = Notification.objects.filter(
        thread=OuterRef("thread"),
        channel=OuterRef("channel"),
        pk__lt=OuterRef("pk"),
        state__in=unfinished,
    )
    # What is due later than any wait could be was written before the clock was set
    # back: it is due now.
    due = Q(due_at__lte=now) | Q(due_at__gt=now + 2 * longest)
    left = Q(claimed_until__lt=now) | Q(claimed_until__gt=now + 2 * CLAIM_FOR)
    free = Q(due, state=State.PENDING) | Q(left, state=State.SENDING)
    rows = Notification.objects.filter(free, ~Exists(earlier), by_web=by_web)
    return rows.order_by("pk")


def claim(row: Notification, holder: str, now: datetime) -> bool:
    """Take *row* to send it; return False when somebody else has."""
    return bool(
        Notification.objects.filter(
            pk=row.pk, state=row.state, claimed_until=row.claimed_until
        ).update(state=State.SENDING, claimed_by=holder, claimed_until=now + CLAIM_FOR)
    )


def postpone(row: Notification, holder: str, error: Exception, now: datetime) -> None:
    """Note that *row* was not delivered, and when it is tried again, if ever."""
    attempts = row.attempts + 1
    due = _due(row, attempts, error, now)
    mark(
        row,
        holder,
        state=State.PENDING if due else State.DEAD,
        due_at=due or row.due_at,
        attempts=attempts,
        last_error=_reason(row, error),
    )
    Channel.objects.filter(name=row.channel).update(last_error=_reason(row, error))
    if due and row.by_web:
        # A receiver that fails, or asks for a pause, gets nothing else meanwhile.
        others = Notification.objects.filter(addressee=row.addressee, by_web=True)
        others.filter(state=State.PENDING, due_at__lt=due).update(due_at=due)


def mark(row: Notification, holder: str, **values: object) -> None:
    """Write the result, unless the claim has passed to somebody else."""
    Notification.objects.filter(
        pk=row.pk, state=State.SENDING, claimed_by=holder
    ).update(claimed_by="", claimed_until=None, **values)


def _due(
    row: Notification, attempts: int, error: Exception, now: datetime
) -> datetime | None:
    # A jitter needs no cryptographic randomness.
    chance = random.random()  # noqa: S311
    due = next_attempt(attempts, row.created_at, now, chance)
    if due is None or not isinstance(error, NotifyError):
        return due
    if error.permanent and attempts >= PERMANENT_ATTEMPTS:
        return None
    return max(due, now + min(error.wait, LONGEST_ASKED))


def _reason(row: Notification, error: Exception) -> str:
    if not isinstance(error, NotifyError):
        return f"raised {type(error).__name__}"
    is_refused = isinstance(error, Refused) and error.permanent
    return REFUSED if row.addressee and is_refused else one_line(str(error))

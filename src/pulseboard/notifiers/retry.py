"""When to try again: 1 s, doubling to 5 min, for a day; or when the receiver says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)
#: No receiver is left alone for longer, whatever it asks for.
LONGEST_ASKED = timedelta(hours=1)


def next_attempt(
    attempts: int, created_at: datetime, now: datetime, chance: float
) -> datetime | None:
    """
    Return when to try again after *attempts* failures, None to give up.

    Args:
        chance: A random number from 0 to 1. It takes off up to a quarter of the
            wait, so that what failed together does not come back together.
    """
    if now - created_at >= GIVE_UP_AFTER:
        return None
    wait: timedelta = min(FIRST * (1 << min(attempts - 1, 10)), LONGEST)
    return now + wait * (1 - chance / 4)


def retry_after(header: str, now: datetime) -> timedelta:
    """Return how long ``Retry-After`` asks to wait, nothing when it is junk."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        wait = timedelta(seconds=int(text[:9]))
    else:
        wait = _until(text, now)
    return max(timedelta(0), min(wait, LONGEST_ASKED))


def _until(date: str, now: datetime) -> timedelta:
    try:
        at = parsedate_to_datetime(date[:64])
    except (TypeError, ValueError, OverflowError):
        return timedelta(0)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now

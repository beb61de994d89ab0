"""When to try again: 1 s, doubling to 5 min, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)


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

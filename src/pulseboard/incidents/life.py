"""
Where an incident stands, by its updates. Two axes, kept apart:

    public phase     investigating · identified · monitoring · resolved, in any order
    response (staff) open ─▶ acknowledged ─▶ mitigating ─▶ done

The phase follows from the updates alone, so it cannot disagree with them: the newest
one gives it, and an incident is resolved since the first of the last unbroken row of
resolving ones. Any other update after them opens it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile

from pulseboard.incidents.story import Phase
from pulseboard.monitors.public_status import PublicStatus

#: Clocks of callers may be so far ahead of ours.
SKEW = timedelta(minutes=1)

#: What a person may choose; the page alone knows of maintenance and of no data.
IMPACTS = (
    PublicStatus.OPERATIONAL,
    PublicStatus.DEGRADED,
    PublicStatus.PARTIAL_OUTAGE,
    PublicStatus.MAJOR_OUTAGE,
)


def standing(
    updates: Iterable[tuple[Phase, datetime]],
) -> tuple[Phase, datetime | None]:
    """
    Return phase and time of resolving; None while it goes on.

    Args:
        updates: Oldest first.
    """
    newest_first = list(updates)[::-1]
    if not newest_first:
        return Phase.INVESTIGATING, None
    resolving = list(takewhile(lambda each: each[0] is Phase.RESOLVED, newest_first))
    return newest_first[0][0], resolving[-1][1] if resolving else None


def lies_ahead(at: datetime, now: datetime) -> bool:
    """Return whether *at* is a time that has not come, clocks being what they are."""
    return at > now + SKEW

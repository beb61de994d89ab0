"""
What the public is told of a component, and how it follows from its monitors.

    healthy ─▶ operational      warning ─▶ degraded       unknown ─▶ no data
    critical ─▶ partial outage when some monitors fail,
                major outage when all fail or one that decides the component
    maintenance wins over all of them
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulseboard.core.status import Status


class PublicStatus(enum.Enum):
    """How a component does, in the words of the status page."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    MAINTENANCE = "maintenance"
    NO_DATA = "no_data"

    @property
    def badness(self) -> int:
        """Place in `BADNESS`: 0 is the best."""
        return BADNESS.index(self)


#: Worst last. Planned work and not knowing are no trouble, and no reassurance either.
BADNESS = (
    PublicStatus.OPERATIONAL,
    PublicStatus.NO_DATA,
    PublicStatus.MAINTENANCE,
    PublicStatus.DEGRADED,
    PublicStatus.PARTIAL_OUTAGE,
    PublicStatus.MAJOR_OUTAGE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """
    One monitor of a component.

    Args:
        decides: The component is down when this one is.
    """

    status: Status
    decides: bool = False


def public_status(
    parts: Sequence[Part], *, in_maintenance: bool = False
) -> PublicStatus:
    """Return what *parts* make of their component; without any there is no data."""
    if in_maintenance:
        return PublicStatus.MAINTENANCE
    known = [each for each in parts if each.status is not Status.UNKNOWN]
    failed = [each for each in known if each.status is Status.CRITICAL]
    if failed:
        all_failed = len(failed) == len(known)
        decided = any(each.decides for each in failed)
        worse = all_failed or decided
        return PublicStatus.MAJOR_OUTAGE if worse else PublicStatus.PARTIAL_OUTAGE
    if any(each.status is Status.WARNING for each in known):
        return PublicStatus.DEGRADED
    return PublicStatus.OPERATIONAL if known else PublicStatus.NO_DATA


def worst_of(statuses: Iterable[PublicStatus]) -> PublicStatus:
    """Return the worst of *statuses*; no data when there are none."""
    return max(statuses, key=BADNESS.index, default=PublicStatus.NO_DATA)

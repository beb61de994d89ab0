"""
The receipt of a percentage: the time it is about, how that divides, and by what rule.

It adds up the same stretches as the percentage itself, so the two agree to the digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulseboard.core.intervals import Span
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.assemble import window_of
from pulseboard.statuspage.policy import Policy, Tally
from pulseboard.statuspage.text import Text, _
from pulseboard.statuspage.timeline import Stretch, tally, within

#: Stretches that are listed; the sums are over all of them.
MOST_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """
    Args:
        span: The time that the percentage is about.
        ratio: None when nothing counts.
        stretches: When it was anything but operational, newest first.
        more: Older ones that are not listed.
    """

    window: str
    span: Span
    divided: Tally
    ratio: float | None
    stretches: tuple[Stretch, ...]
    more: int
    policy: Policy


def receipt(
    stretches: Sequence[Stretch], window: str, now_ms: int, policy: Policy
) -> Receipt:
    """Return what is behind the percentage of *window* (a key of `WINDOWS`)."""
    span = window_of(window, stretches, now_ms)
    divided = tally(stretches, span)
    listed = [
        each
        for each in within(stretches, span)
        if each.status is not PublicStatus.OPERATIONAL
    ][::-1]
    return Receipt(
        window=window,
        span=span,
        divided=divided,
        ratio=policy.ratio(divided),
        stretches=tuple(listed[:MOST_LISTED]),
        more=max(0, len(listed) - MOST_LISTED),
        policy=policy,
    )


def rule(policy: Policy) -> tuple[Text, ...]:
    """Return *policy* in sentences."""
    return (
        _("Degraded counts as down.")
        if policy.degraded_is_down
        else _("Degraded counts as up."),
        _("Maintenance counts as up.")
        if policy.maintenance_is_up
        else _("Maintenance is left out."),
        _("Time without data counts as down.")
        if policy.unknown_is_down
        else _("Time without data is left out."),
    )

"""One monitor as a card: what it is, how it is, one number, one fact beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status
from pulseboard.core.text import duration_text, reading_label, reading_text
from pulseboard.dashboard.clock import Clock, Moment
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.observed import ObservedMonitor
from pulseboard.dashboard.spark import Spark, line_path, span_path
from pulseboard.dashboard.standing import Standing

#: A longer summary stands under the headline instead of in it.
HEADLINE_LENGTH = 16
#: Runs start up to a tick late and take their time; this much is no lateness.
_GRACE = timedelta(seconds=5)

_WITHOUT_READING = {
    Reason.OK.value: "Passed",
    Reason.TIMEOUT.value: "No reply",
    Reason.ERROR.value: "Failed",
    Reason.CRASHED.value: "Crashed",
    Reason.BAD_RESULT.value: "Bad result",
    Reason.BLOCKED.value: "Not asked",
    Reason.LATE.value: "Late",
    Reason.OFFLINE.value: "We are offline",
    Reason.NOT_APPLICABLE.value: "Not applicable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """
    What the page shows of one monitor.

    Args:
        headline: One value in human units, or a few words.
        fact: The one supporting fact, with its limit where there is one.
        since: Start of the present status; None before the first result.
        last_good: When it last was well and what it said; None while it is well.
        note: What else one must know: a poorer source, an unconfirmed result.
        reference: Where the log has the traceback; empty without one.
        judged: Whether anything was or should have been found out about it.
        is_measured: Whether a reading beyond its limit is all that is wrong.
        is_past: True while no checks run: it was so, nobody knows whether it is.
    """

    name: str
    title: str
    standing: Standing
    icon: str
    headline: str
    fact: str = ""
    since: Moment | None = None
    ran: Moment | None = None
    last_good: Moment | None = None
    last_good_summary: str = ""
    note: str = ""
    reference: str = ""
    spark: Spark | None = None
    judged: bool = True
    is_past: bool = False
    is_measured: bool = False

    @property
    def word(self) -> str:
        return f"Was {self.standing.value}" if self.is_past else self.standing.word


def card_of(monitor: ObservedMonitor, clock: Clock, *, running: bool = True) -> Card:
    """
    Return the card of *monitor*.

    Args:
        running: Whether checks run at all. While none does, every result is old and
            the page says so once; a late result speaks only while others are not.
    """
    standing = _standing(monitor, clock, running)
    since = monitor.status_since
    failing_since = clock.moment(since) if since and standing.fails else None
    good_at = monitor.good_at if standing.fails else None
    return Card(
        name=monitor.name,
        title=monitor.title,
        standing=standing,
        icon=ICONS[standing if running else Standing.UNKNOWN],
        headline=_headline(monitor, standing),
        fact=_fact(monitor, standing, clock, running),
        since=failing_since,
        ran=clock.moment(monitor.ran_at) if monitor.ran_at else None,
        last_good=clock.moment(good_at) if good_at else None,
        last_good_summary=monitor.good_summary if good_at else "",
        note=_note(monitor, standing),
        reference=monitor.reference if standing.fails else "",
        spark=_spark(monitor, standing),
        judged=monitor.reason != Reason.NOT_APPLICABLE.value,
        is_past=not running,
        is_measured=monitor.reason == Reason.THRESHOLD.value and bool(monitor.readings),
    )


def limit_text(monitor: ObservedMonitor, standing: Standing) -> str:
    """Return the limit that the first reading broke, or is nearest to break."""
    reading = next(iter(monitor.readings), "")
    sides = ("critical", "warning") if standing is Standing.CRITICAL else ("warning",)
    for side in sides:
        for direction in ("above", "below"):
            limit = monitor.options.get(f"{side}_{direction}")
            if isinstance(limit, int | float) and not isinstance(limit, bool):
                return f"limit {reading_text(reading, limit)}"
    return ""


def is_overdue(monitor: ObservedMonitor, clock: Clock) -> bool:
    """Return whether its last result is older than two of its own intervals."""
    if monitor.ran_at is None:
        return False
    return clock.now - monitor.ran_at > 2 * monitor.interval + monitor.timeout + _GRACE


def _standing(monitor: ObservedMonitor, clock: Clock, running: bool) -> Standing:
    if _is_paused(monitor, clock):
        return Standing.MAINTENANCE
    if running and is_overdue(monitor, clock):
        return Standing.UNKNOWN
    return Standing.of(monitor.status)


def _is_paused(monitor: ObservedMonitor, clock: Clock) -> bool:
    until = monitor.paused_until
    return not monitor.enabled or (until is not None and until > clock.now)


def _headline(monitor: ObservedMonitor, standing: Standing) -> str:
    if monitor.ran_at is None:
        return "Not checked"
    if standing is not Standing.UNKNOWN:
        for name, value in monitor.readings.items():
            return reading_text(name, value)
    if standing is Standing.MAINTENANCE:
        return "Paused"
    if 0 < len(monitor.summary) <= HEADLINE_LENGTH:
        return monitor.summary
    return _WITHOUT_READING.get(monitor.reason, standing.word)


def _fact(
    monitor: ObservedMonitor, standing: Standing, clock: Clock, running: bool
) -> str:
    """Return what stands beside the headline, the most telling first."""
    if standing is Standing.MAINTENANCE:
        until = monitor.paused_until
        return f"paused until {clock.at(until)}" if until else "switched off"
    if monitor.ran_at is None:
        return _first_run(monitor, clock)
    if running and is_overdue(monitor, clock):
        return f"no result since {clock.at(monitor.ran_at)}"
    parts = [_measured(monitor, standing)]
    if standing.fails and monitor.status_since:
        parts.append(f"for {duration_text(clock.now - monitor.status_since)}")
    return ", ".join(part for part in parts if part)


def _measured(monitor: ObservedMonitor, standing: Standing) -> str:
    """Return the summary, unless the headline says it already, and the limit."""
    headline = _headline(monitor, standing)
    said = monitor.summary.removeprefix(headline).removeprefix(", ")
    if not monitor.readings:
        return said
    label = reading_label(next(iter(monitor.readings)))
    limit = limit_text(monitor, standing) if standing.fails else ""
    # A limit that the summary already names would be said twice.
    is_said = "limit" in said or limit.removeprefix("limit ") in said
    new = "" if is_said else limit
    return ", ".join(part for part in (said or label, new) if part)


def _first_run(monitor: ObservedMonitor, clock: Clock) -> str:
    if monitor.due_at is None or monitor.due_at <= clock.now:
        return "first run is due"
    return f"first run in {duration_text(monitor.due_at - clock.now)}"


def _note(monitor: ObservedMonitor, standing: Standing) -> str:
    if monitor.degraded:
        return monitor.degraded
    if standing.fails and not monitor.confirmed:
        return "Not confirmed yet, no alert was sent"
    return ""


def _spark(monitor: ObservedMonitor, standing: Standing) -> Spark | None:
    """Return the last hour; None for an unknown one, which has no line at all."""
    if standing is Standing.UNKNOWN or not monitor.hour:
        return None
    return Spark(
        line=line_path([each.value for each in monitor.hour]),
        critical=span_path(monitor.hour, Status.CRITICAL),
        warning=span_path(monitor.hour, Status.WARNING),
        label=_spark_label(monitor),
    )


def _spark_label(monitor: ObservedMonitor) -> str:
    known = [each.value for each in monitor.hour if each.value is not None]
    parts = ["Last hour: nothing measured"]
    if known:
        low = reading_text(monitor.drawn, min(known))
        high = reading_text(monitor.drawn, max(known))
        span = low if low == high else f"{low} to {high}"
        parts = [f"Last hour: {reading_label(monitor.drawn)} {span}"]
    if any(each.status is Status.CRITICAL for each in monitor.hour):
        parts.append("in part critical")
    return ", ".join(parts)

"""The page of one monitor: how it is, what was measured, how it is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulseboard.core.intervals import Uptime
from pulseboard.core.text import (
    duration_text,
    percent_text,
    reading_label,
    reading_text,
    seconds_text,
)
from pulseboard.dashboard.card import Card, card_of
from pulseboard.dashboard.clock import Clock, Moment
from pulseboard.dashboard.hero import silence_of
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.observed import ObservedMonitor, ObservedResult
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.pulse import Pulse

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """One earlier result."""

    standing: Standing
    icon: str
    at: Moment
    summary: str

    @property
    def word(self) -> str:
        return self.standing.word


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """
    Everything the page of one monitor shows.

    Args:
        silence: Why what is shown may be old; empty while checks run.
        schedule: Name and value of how and where it is set up.
    """

    card: Card
    silence: str
    summary: str
    degraded: str
    readings: Rows
    details: Rows
    options: Rows
    uptimes: Rows
    schedule: Rows
    results: tuple[ResultLine, ...]


def component_of(
    monitor: ObservedMonitor,
    clock: Clock,
    pulse: Pulse | None,
    results: Sequence[ObservedResult],
    uptimes: Sequence[tuple[str, Uptime]] = (),
) -> Component:
    """
    Return the page of *monitor*.

    Args:
        results: Newest first.
        uptimes: By the words for the stretch they are of.
    """
    silence = silence_of(pulse, clock)
    return Component(
        card=card_of(monitor, clock, running=not silence),
        silence=silence,
        summary=monitor.summary,
        degraded=monitor.degraded,
        readings=_readings(monitor.readings),
        details=_plain(monitor.details),
        options=_plain(monitor.options),
        uptimes=tuple((words, _uptime_text(uptime)) for words, uptime in uptimes),
        schedule=_schedule(monitor),
        results=tuple(_result_line(result, clock) for result in results),
    )


def _uptime_text(uptime: Uptime) -> str:
    """Return the share and what it leaves out, as in ``99.98%, 2 min down``."""
    if uptime.ratio is None:
        return "nothing measured"
    parts = [percent_text(uptime.ratio)]
    for seconds, words in (
        (uptime.down_seconds, "down"),
        (uptime.unknown_seconds, "not measured, left out"),
        (uptime.excluded_seconds, "maintenance, left out"),
    ):
        if seconds >= 1:
            parts.append(f"{duration_text(seconds)} {words}")
    return ", ".join(parts)


def _readings(readings: Mapping[str, float]) -> Rows:
    return tuple(
        (reading_label(name), reading_text(name, value))
        for name, value in readings.items()
    )


def _plain(values: Mapping[str, object]) -> Rows:
    return tuple(
        (name.replace("_", " "), _text(value)) for name, value in values.items()
    )


def _text(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _schedule(monitor: ObservedMonitor) -> Rows:
    rows = [
        ("Kind", monitor.kind),
        ("Runs every", duration_text(monitor.interval)),
        ("Time limit", seconds_text(monitor.timeout.total_seconds())),
    ]
    if monitor.duration_seconds is not None:
        rows.append(("Last run took", seconds_text(monitor.duration_seconds)))
    if monitor.source:
        rows.append(("Declared in", monitor.source))
    return tuple(rows)


def _result_line(result: ObservedResult, clock: Clock) -> ResultLine:
    standing = Standing.of(result.status)
    return ResultLine(
        standing=standing,
        icon=ICONS[standing],
        at=clock.moment(result.at),
        summary=result.summary,
    )

"""What a demonstration shows: five monitors, their troubles, their samples."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulseboard.core.log_scale import code_of, value_of
from pulseboard.core.packing import STATUSES, Sample
from pulseboard.core.status import Status

DAYS = 90
EVERY_SECONDS = 300
#: Names of what is made begin with this; a real monitor with such a name is left.
PREFIX = "demo-"
GROUP = "Demo data"

_PER_HOUR = 3600 // EVERY_SECONDS
#: Steps on the scale of `core.log_scale`, 4 % each, around the usual value.
_NOISE = range(-4, 5)
_WEIGHTS = (1, 2, 4, 6, 8, 6, 4, 2, 1)
#: Trouble makes runs slower by so many steps: about five times.
_SLOWER = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Trouble that lasted *minutes*, *days_ago*."""

    days_ago: float
    minutes: int
    status: Status
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMonitor:
    """
    Args:
        usual_seconds: How long a run takes on a quiet night.
        reading: Name of the one reading, and *usual* its value.
        wave: How much day differs from night, as a share.
    """

    name: str
    title: str
    summary: str
    usual_seconds: float
    reading: str
    usual: float
    wave: float
    incidents: Sequence[Incident] = ()


MONITORS = (
    DemoMonitor(
        name="demo-website",
        title="Demo website",
        summary="answered 200",
        usual_seconds=0.12,
        reading="response_seconds",
        usual=0.118,
        wave=0.5,
        incidents=(
            Incident(
                days_ago=61.3,
                minutes=48,
                status=Status.CRITICAL,
                summary="timed out after 10 s",
            ),
            Incident(
                days_ago=9.6,
                minutes=130,
                status=Status.WARNING,
                summary="slow: 2.4 s",
            ),
        ),
    ),
    DemoMonitor(
        name="demo-database",
        title="Demo database",
        summary="answered in 3 ms",
        usual_seconds=0.004,
        reading="query_seconds",
        usual=0.003,
        wave=0.3,
        incidents=(
            Incident(
                days_ago=33.1,
                minutes=14,
                status=Status.CRITICAL,
                summary="connection refused",
            ),
        ),
    ),
    DemoMonitor(
        name="demo-payments",
        title="Demo payments",
        summary="answered 200",
        usual_seconds=0.35,
        reading="response_seconds",
        usual=0.34,
        wave=0.2,
        incidents=(
            Incident(
                days_ago=47.8,
                minutes=260,
                status=Status.WARNING,
                summary="slow: 3.1 s",
            ),
            Incident(
                days_ago=3.4,
                minutes=22,
                status=Status.CRITICAL,
                summary="answered 503",
            ),
        ),
    ),
    DemoMonitor(
        name="demo-search",
        title="Demo search",
        summary="cluster green",
        usual_seconds=0.03,
        reading="documents",
        usual=182_000,
        wave=0.02,
    ),
    DemoMonitor(
        name="demo-disk",
        title="Demo disk",
        summary="61% used",
        usual_seconds=0.001,
        reading="disk_used_ratio",
        usual=0.61,
        wave=0.05,
        incidents=(
            Incident(
                days_ago=20.2,
                minutes=900,
                status=Status.WARNING,
                summary="88% used",
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class DemoHour:
    """One hour of one monitor: its runs as durations, and their reading."""

    hour: int
    durations: list[Sample]
    values: list[Sample]


def hours(
    monitor: DemoMonitor, first: int, end: int, now: datetime
) -> Iterator[DemoHour]:
    """Yield the hours (since 1970) from *first* until before *end*."""
    # The same data each time; no secret depends on it.
    chance = random.Random(monitor.name)  # noqa: S311
    spans = _bad_spans(monitor, now)
    duration, value = code_of(monitor.usual_seconds), code_of(monitor.usual)
    for hour in range(first, end):
        steps = _day_steps(monitor.wave, hour)
        statuses = [_status_at(spans, hour * 3600 + at) for at in _SECONDS]
        slow = [0 if status == 0 else _SLOWER for status in statuses]
        noise = chance.choices(_NOISE, _WEIGHTS, k=_PER_HOUR)
        yield DemoHour(
            hour,
            [
                Sample(at, duration + steps + step + more, status)
                for at, step, more, status in zip(
                    _SECONDS, noise, slow, statuses, strict=True
                )
            ],
            [
                Sample(at, value + steps + step // 4, status)
                for at, step, status in zip(_SECONDS, noise, statuses, strict=True)
            ],
        )


def began_at(incident: Incident, now: datetime) -> datetime:
    """Return when *incident* began, for a demonstration made *now*."""
    return now - timedelta(days=incident.days_ago)


def ended_at(incident: Incident, now: datetime) -> datetime:
    """Return when *incident* was over."""
    return began_at(incident, now) + timedelta(minutes=incident.minutes)


def status_of(sample: Sample) -> Status:
    """Return the status of *sample*."""
    return STATUSES[sample.status]


def number_of(sample: Sample) -> float:
    """Return the value that *sample* stands for."""
    return value_of(sample.code)


def summary_at(monitor: DemoMonitor, at: datetime, now: datetime) -> str:
    """Return what the run at *at* said."""
    for incident in monitor.incidents:
        if began_at(incident, now) <= at < ended_at(incident, now):
            return incident.summary
    return monitor.summary


_SECONDS = range(0, 3600, EVERY_SECONDS)


def _bad_spans(monitor: DemoMonitor, now: datetime) -> list[tuple[float, float, int]]:
    return [
        (
            began_at(each, now).timestamp(),
            ended_at(each, now).timestamp(),
            STATUSES.index(each.status),
        )
        for each in monitor.incidents
    ]


def _status_at(spans: Sequence[tuple[float, float, int]], second: int) -> int:
    for began, ended, status in spans:
        if began <= second < ended:
            return status
    return 0


def _day_steps(wave: float, hour: int) -> int:
    """Return how much busier the hour is than the night, in steps of 4 %."""
    busy = (1 - math.cos((hour % 24) / 24 * 2 * math.pi)) / 2
    return round(math.log(1 + wave * busy) / math.log(1.04))

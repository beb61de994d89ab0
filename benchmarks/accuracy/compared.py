"""What the product says of the year, beside the truth and beside a plain reckoning."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchmarks.accuracy.observer import (
    BEGINNING,
    EVERY,
    RETRY_AFTER,
    TIMEOUT,
    Policy,
    Seen,
)
from benchmarks.accuracy.truth import YEAR_SECONDS, Stretch, Truth
from benchmarks.goal import Line

BAD = ("critical",)
INTERVAL = EVERY.total_seconds()


def compare(truth: Truth, policy: Policy, seen: Seen) -> list[Line]:
    """Return the table's lines for one policy."""
    monitor = f"endpoint:{policy.name}"
    raw = _raw_of(monitor)
    confirmed = _confirmed_of(monitor)
    return [
        Line(title="runs stored", value=len(raw), beside=len(seen.at)),
        _missed("outages >= 1 interval not in the raw line", truth, raw_seconds(raw)),
        *_confirmed_lines(truth, policy, confirmed),
        *_uptime_lines(truth, policy, seen, monitor, confirmed),
        *_quantile_lines(seen, monitor),
    ]


def raw_seconds(raw: Sequence[tuple[float, str]]) -> list[float]:
    """Return when a run was bad."""
    return [at for at, status in raw if status in BAD]


def _missed(title: str, truth: Truth, bad: Sequence[float]) -> Line:
    """Count the outages long enough that no run in them was bad."""
    # A run may begin late, and a healthy try may have begun before the outage.
    least = INTERVAL + 1
    missed = [
        each
        for each in truth.outages
        if each.seconds >= least
        and not any(each.began - 1 <= at < each.ended for at in bad)
    ]
    return Line(title=title, value=len(missed), goal=0)


def _confirmed_lines(
    truth: Truth, policy: Policy, confirmed: Sequence[Stretch]
) -> list[Line]:
    tries = policy.retries * (TIMEOUT + RETRY_AFTER) + TIMEOUT
    least = policy.failures * INTERVAL + tries.total_seconds() + 1
    long_enough = [each for each in truth.outages if each.seconds >= least]
    found = {id(each): _match(each, confirmed) for each in long_enough}
    missing = [each for each in long_enough if found[id(each)] is None]
    reach = tries.total_seconds() + INTERVAL
    invented = [
        each
        for each in confirmed
        if not any(
            one.began < each.ended and one.ended > each.began - reach
            for one in (*truth.outages,)
        )
    ]
    late = [abs(m.began - e.began) for e in long_enough if (m := found[id(e)])]
    return [
        Line(
            title=f"outages >= {least:.0f} s not confirmed",
            value=len(missing),
            beside=len(long_enough),
            goal=0,
        ),
        Line(title="confirmed ones invented", value=len(invented), goal=0),
        Line(
            title="worst distance of a back-dated start, intervals",
            value=max(late, default=0.0) / INTERVAL,
            goal=1,
        ),
    ]


def _match(outage: Stretch, confirmed: Sequence[Stretch]) -> Stretch | None:
    for each in confirmed:
        if each.began < outage.ended + 1 and each.ended > outage.began:
            return each
    return None


def _uptime_lines(
    truth: Truth,
    policy: Policy,
    seen: Seen,
    monitor: str,
    confirmed: Sequence[Stretch],
) -> list[Line]:
    from pulseboard.history import store as history

    start = BEGINNING + timedelta(seconds=seen.at[0])
    end = BEGINNING + timedelta(seconds=YEAR_SECONDS)
    ours = history.uptime_of([monitor], start, end)[monitor].ratio or 0.0
    sampled = _reckoned(policy, seen)
    down = sum(each.seconds for each in truth.outages)
    really = 1 - down / (YEAR_SECONDS - seen.at[0])
    return [
        Line(
            title="uptime, points off the same policy on the samples",
            value=abs(ours - sampled) * 100,
            goal=0.01,
        ),
        Line(title="uptime, %", value=ours * 100, beside=sampled * 100),
        Line(
            title="uptime, points off the continuous truth",
            value=abs(ours - really) * 100,
            note=f"({really * 100:.4f} % really)",
        ),
    ]


def _reckoned(policy: Policy, seen: Seen) -> float:
    """
    Return the uptime that the policy gives on the samples, reckoned without our code.

    A state machine over plain lists: N bad of the last M turn it down since the first
    of them, K good in a row turn it up since the first of those.
    """
    down, since, total = False, 0.0, 0.0
    window: list[tuple[float, bool]] = []
    for at, status in zip(seen.at, seen.status, strict=True):
        window = [*window, (at, status in BAD)][-policy.of :]
        bad = [when for when, is_bad in window if is_bad]
        if not down and len(bad) >= policy.failures:
            down, since = True, bad[0]
        good = [when for when, is_bad in window[-policy.successes :] if not is_bad]
        if down and len(good) == policy.successes:
            down, window = False, window[-policy.successes :]
            total += good[0] - since
    if down:
        total += YEAR_SECONDS - since
    return 1 - total / (YEAR_SECONDS - seen.at[0])


def _quantile_lines(seen: Seen, monitor: str) -> list[Line]:
    """Compare the p95 of every bucket of three charts with that of its own values."""
    from pulseboard.history import store as history

    lines = []
    end = BEGINNING + timedelta(seconds=YEAR_SECONDS)
    for days, buckets in ((1, 12), (30, 60), (365, 73)):
        points = history.series_points(
            monitor, "response_seconds", end - timedelta(days=days), end, buckets
        )
        offs = [
            abs(point.p95 / exact - 1) * 100
            for point, values in _divided(points, seen)
            if values and point.p95 is not None and point.values == len(values)
            for exact in [values[int(0.95 * (len(values) - 1))]]
        ]
        lines.append(
            Line(
                title=f"worst p95 of a bucket over {days} d, % off",
                value=max(offs, default=100.0),
                goal=2,
                note=f"({len(offs)} of {len(points)} buckets)",
            )
        )
    return lines


def _divided(points: Sequence[Any], seen: Seen) -> list[tuple[Any, list[float]]]:
    """Return each point with the sorted values that belong to it."""
    starts = [(point.at - BEGINNING).total_seconds() for point in points]
    values: list[list[float]] = [[] for _ in points]
    for at, took in seen.seconds:
        # The history counts whole seconds.
        place = bisect.bisect_right(starts, int(at)) - 1
        if place >= 0:
            values[place].append(took)
    return [(p, sorted(each)) for p, each in zip(points, values, strict=True)]


def _raw_of(monitor: str) -> list[tuple[float, str]]:
    """Return when each stored run began, and its status, out of the packed hours."""
    from pulseboard.core.packing import STATUSES, unpack_hour
    from pulseboard.history.models import PackedHour, Run, Series

    series = Series.objects.get(monitor=monitor, reading="").pk
    found: list[tuple[float, str]] = []
    for row in PackedHour.objects.order_by("key").iterator():
        if row.series_id == series:
            hour = (row.began_at - BEGINNING).total_seconds()
            samples: Any = unpack_hour(bytes(row.packed))
            found += [(hour + s.second, STATUSES[s.status].value) for s in samples]
    for run in Run.objects.filter(series_id=series):
        at = (run.at - BEGINNING).total_seconds()
        found.append((at, STATUSES[run.status].value))
    return sorted(found)


def _confirmed_of(monitor: str) -> list[Stretch]:
    from pulseboard.history import store as history

    spans = history.intervals_of(
        [monitor], BEGINNING, BEGINNING + timedelta(seconds=YEAR_SECONDS)
    )[monitor]
    begin = BEGINNING.timestamp()
    return [
        Stretch(each.began_ms / 1000 - begin, each.ended_ms / 1000 - begin)
        for each in spans
        if each.status.value in BAD
    ]

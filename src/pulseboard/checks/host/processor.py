"""How busy the processor was between two samples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pulseboard.checks.host.cgroups import HERE, Tree
from pulseboard.checks.host.cgroups import processor as quota_of
from pulseboard.checks.host.memory import PROC, poorer


@dataclass(frozen=True, slots=True)
class Sample:
    """
    Counters at one moment; only differences mean anything.

    Args:
        at_seconds: Monotonic time of the sample.
        busy_seconds: Time all cores of the machine worked, None when hidden.
        total_seconds: Time all cores of the machine had, idle included.
        quota_cores: Cores' worth of time this container may use, None without limit.
        quota_seconds: Time this container used.
        degraded: What poorer source was used and why.
    """

    at_seconds: float
    busy_seconds: float | None
    total_seconds: float
    quota_cores: float | None = None
    quota_seconds: float = 0.0
    degraded: str = ""


def sample(at_seconds: float, *, proc: Path = PROC, tree: Tree = HERE) -> Sample:
    """Return the counters now; *at_seconds* is the monotonic time now."""
    busy, total, degraded = _host_times(proc)
    quota = quota_of(tree)
    if quota is None or quota.cores >= cores():
        return Sample(at_seconds, busy, total, degraded=degraded)
    return Sample(
        at_seconds,
        busy,
        total,
        quota_cores=quota.cores,
        quota_seconds=quota.used_seconds,
    )


def used_ratio(before: Sample, after: Sample) -> float | None:
    """
    Return the share of processor time used from *before* to *after*, 0 to 1.

    With a quota at both ends it is the share of the quota, else of the machine. None
    when the counters are hidden or did not move.
    """
    if before.quota_cores is not None and after.quota_cores is not None:
        used = after.quota_seconds - before.quota_seconds
        had = (after.at_seconds - before.at_seconds) * after.quota_cores
    elif before.busy_seconds is not None and after.busy_seconds is not None:
        used = after.busy_seconds - before.busy_seconds
        had = after.total_seconds - before.total_seconds
    else:
        return None
    return min(1.0, max(0.0, used / had)) if had > 0 else None


def cores() -> int:
    """Return how many cores the machine shows."""
    return os.cpu_count() or 1


def _host_times(proc: Path) -> tuple[float | None, float, str]:
    try:
        import psutil

        times = psutil.cpu_times()._asdict()
        return *_busy_and_total(times), ""
    except Exception as error:
        found = _stat_times(proc)
        if found is None:
            return None, 0.0, ""
        return *found, poorer(error, "/proc/stat")


_STAT_FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")


def _stat_times(proc: Path) -> tuple[float, float] | None:
    try:
        with (proc / "stat").open("rb") as file:
            first = file.readline(1024).decode("ascii", "replace").split()
    except OSError:
        return None
    if len(first) <= len(_STAT_FIELDS) or not all(map(str.isdigit, first[1:])):
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    values = (int(each) / ticks for each in first[1:])
    return _busy_and_total(dict(zip(_STAT_FIELDS, values, strict=False)))


def _busy_and_total(times: dict[str, float]) -> tuple[float, float]:
    # Guest time is already in user and nice; waiting for disks is no work.
    total = sum(
        value for name, value in times.items() if name not in ("guest", "guest_nice")
    )
    return total - times.get("idle", 0.0) - times.get("iowait", 0.0), total

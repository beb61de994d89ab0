"""How busy the processor is."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._given import SUSTAINED, threshold
from pulseboard.checks.check import GradedCheck
from pulseboard.checks.host.processor import Sample, cores, sample, used_ratio
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, Reason, unknown

#: Over what time a run measures that finds no fitting earlier sample.
WINDOW_SECONDS = 0.5
#: An earlier sample is used at these ages: neither noise nor long past.
YOUNGEST_SECONDS, OLDEST_SECONDS = 0.4, 900.0


class _Earlier:
    """The last sample of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sample: Sample | None = None

    def replace(self, now: Sample) -> Sample | None:
        """Keep *now*; return the one before, None when it does not fit."""
        with self._lock:
            before, self._sample = self._sample, now
        if before is None:
            return None
        age_seconds = now.at_seconds - before.at_seconds
        fits = YOUNGEST_SECONDS <= age_seconds <= OLDEST_SECONDS
        return before if fits else None


earlier = _Earlier()


@check("cpu", title="CPU", group="System")
@dataclass(frozen=True, kw_only=True)
class Cpu(GradedCheck):
    """
    Used share of processor time since the run before, all cores together.

    Of the container's quota when there is one below the machine's cores. The first
    run of a process measures over half a second.

    Args:
        warning_above: Used ratio, 0 to 1; default `ALERT_THRESHOLDS` cpu_usage, 0.8.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; unknown when nothing here
    tells. Without psutil ``/proc/stat`` is read and the outcome says so.
    """

    warning_above: float | None = 0.8
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        return {"": {**threshold("cpu_usage"), **SUSTAINED}}

    def run(self) -> Outcome:
        now = sample(time.monotonic())
        before = earlier.replace(now)
        if before is None:
            before = now
            time.sleep(WINDOW_SECONDS)
            now = sample(time.monotonic())
            earlier.replace(now)
        return self._outcome(used_ratio(before, now), now)

    def _outcome(self, ratio: float | None, now: Sample) -> Outcome:
        if ratio is None:
            return unknown("processor time cannot be read on this system", Reason.ERROR)
        whose = "machine" if now.quota_cores is None else "container"
        limit = limit_text(self.limits(), ratio, share_text)
        have = now.quota_cores or cores()
        return Outcome(
            self.grade(ratio),
            f"{share_text(ratio)} of {_cores_text(have)} used{limit}",
            {"cpu_used_ratio": ratio, "cpu_cores": have},
            details={"limit of": whose},
            degraded=now.degraded,
        )


def _cores_text(count: float) -> str:
    return "1 core" if count == 1 else f"{count:g} cores"

"""How much memory this process holds."""

from __future__ import annotations

from dataclasses import dataclass

from pulseboard.checks.check import GradedCheck
from pulseboard.checks.host import cgroups
from pulseboard.checks.host.memory import resident
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.text import bytes_text


@check("process_memory", group="System")
@dataclass(frozen=True, kw_only=True)
class ProcessMemory(GradedCheck):
    """
    Resident memory of the process that runs the checks.

    Args:
        warning_above: Bytes; no limit by default.
        critical_above: Bytes; no limit by default.

    Statuses: healthy, and warning and critical by limits that were set; unknown when
    nothing here tells. Without psutil a poorer source is read and the outcome says so.
    In a container with a memory limit its share of that limit is a reading too.
    """

    def run(self) -> Outcome:
        found = resident()
        if found is None:
            return unknown("this process's memory cannot be read", Reason.ERROR)
        readings: dict[str, float] = {"process_memory_bytes": found.used_bytes}
        container = cgroups.memory()
        if container is not None and container.limit_bytes > 0:
            ratio = found.used_bytes / container.limit_bytes
            readings["process_memory_ratio"] = ratio
        limit = limit_text(self.limits(), found.used_bytes, bytes_text)
        return Outcome(
            self.grade(found.used_bytes),
            f"{bytes_text(found.used_bytes)} resident{limit}",
            readings,
            degraded=found.degraded,
        )

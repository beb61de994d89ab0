"""How much memory is in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._given import SUSTAINED, threshold
from pulseboard.checks.check import GradedCheck
from pulseboard.checks.host import cgroups
from pulseboard.checks.host.memory import Amount
from pulseboard.checks.host.memory import memory as memory_of_machine
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.text import bytes_text


@check("memory", group="System")
@dataclass(frozen=True, kw_only=True)
class Memory(GradedCheck):
    """
    Used share of memory; caches that can be dropped count as free.

    Of the container's limit when there is one below the machine's size.

    Args:
        warning_above: Used ratio, 0 to 1; default `ALERT_THRESHOLDS` memory_usage, 0.8.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; unknown when nothing here
    tells. Without psutil ``/proc/meminfo`` is read and the outcome says so.
    """

    warning_above: float | None = 0.8
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        return {"": {**threshold("memory_usage"), **SUSTAINED}}

    def run(self) -> Outcome:
        machine, container = memory_of_machine(), cgroups.memory()
        if container and (not machine or container.limit_bytes < machine.total_bytes):
            free = container.limit_bytes - container.used_bytes
            amount = Amount(container.limit_bytes, max(0, free))
            return self._outcome(amount, "container")
        if machine is None:
            return unknown("memory cannot be read on this system", Reason.ERROR)
        return self._outcome(machine, "machine")

    def _outcome(self, amount: Amount, whose: str) -> Outcome:
        ratio = amount.used_ratio
        limit = limit_text(self.limits(), ratio, share_text)
        total = bytes_text(amount.total_bytes)
        return Outcome(
            self.grade(ratio),
            f"{share_text(ratio)} of {total} used{limit}",
            {
                "memory_used_ratio": ratio,
                "memory_used_bytes": amount.used_bytes,
                "memory_available_bytes": amount.free_bytes,
                "memory_total_bytes": amount.total_bytes,
            },
            details={"limit of": whose},
            degraded=amount.degraded,
        )

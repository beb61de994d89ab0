"""How many processes wait for the processor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._given import SUSTAINED
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.host.processor import cores
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.core.outcome import Outcome, Reason, unknown


@check("load", group="System")
@dataclass(frozen=True, kw_only=True)
class Load(GradedCheck):
    """
    Processes that run or wait, on average over a minute, for each core.

    Load is counted for the whole machine, so in a container too it is divided by
    the machine's cores. Does not apply where the system has no load average.

    Args:
        warning_above: Processes for each core; default 2.
        critical_above: Processes for each core; default 5.

    Statuses: healthy, warning and critical by the limits; unknown when the system
    does not tell.
    """

    warning_above: float | None = 2.0
    critical_above: float | None = 5.0

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if not hasattr(os, "getloadavg"):
            raise NotApplicable("this system has no load average")
        return {"": SUSTAINED}

    def run(self) -> Outcome:
        try:
            averages = os.getloadavg()
        except OSError:
            return unknown("the load cannot be read on this system", Reason.ERROR)
        per_core = averages[0] / cores()
        limit = limit_text(self.limits(), per_core, _number_text)
        return Outcome(
            self.grade(per_core),
            f"{_number_text(per_core)} per core over 1 min{limit}",
            {
                "load_per_core": per_core,
                "load_1min": averages[0],
                "load_5min": averages[1],
                "load_15min": averages[2],
            },
        )


def _number_text(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

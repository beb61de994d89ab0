"""How much swap is in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.host import cgroups
from pulseboard.checks.host.memory import Amount
from pulseboard.checks.host.memory import swap as swap_of_machine
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, unknown
from pulseboard.core.text import bytes_text

NO_SWAP = "this machine has no swap"


@check("swap", group="System")
@dataclass(frozen=True, kw_only=True)
class Swap(GradedCheck):
    """
    Used share of swap: of the container's limit when there is a smaller one.

    Does not apply to a machine without swap.

    Args:
        warning_above: Used ratio, 0 to 1; default 0.8.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; unknown when the swap was
    switched off since the start.
    """

    warning_above: float | None = 0.8
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if measured() is None:
            raise NotApplicable(NO_SWAP)
        return {"": {}}

    def run(self) -> Outcome:
        amount = measured()
        if amount is None:
            return unknown(NO_SWAP)
        ratio = amount.used_ratio
        limit = limit_text(self.limits(), ratio, share_text)
        return Outcome(
            self.grade(ratio),
            f"{share_text(ratio)} of {bytes_text(amount.total_bytes)} used{limit}",
            {
                "swap_used_ratio": ratio,
                "swap_used_bytes": amount.used_bytes,
                "swap_total_bytes": amount.total_bytes,
            },
        )


def measured() -> Amount | None:
    """Return the swap this process may use, None when there is none."""
    machine, container = swap_of_machine(), cgroups.swap()
    if machine is None or machine.total_bytes == 0:
        return None
    if container is None or container.limit_bytes >= machine.total_bytes:
        return machine
    if container.limit_bytes == 0:
        return None
    free = container.limit_bytes - container.used_bytes
    return Amount(container.limit_bytes, max(0, free))

"""How full the filesystems are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._given import threshold
from pulseboard.checks.builtin._places import watched
from pulseboard.checks.check import GradedCheck
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, Reason, critical, unknown
from pulseboard.core.status import Status
from pulseboard.core.text import bytes_text


@check("disk", every="1m", group="System")
@dataclass(frozen=True, kw_only=True)
class Disk(GradedCheck):
    """
    Used share of the filesystem that holds *path*.

    One instance for each local disk: ``disk`` is the root's, ``disk:/data`` another's.

    Args:
        path: Any file or folder on that filesystem.
        mounted: Whether *path* must be a mount point; critical when it is none.
        warning_above: Used ratio, 0 to 1; default `ALERT_THRESHOLDS` disk_usage, 0.85.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; critical when the path or
    its mount is gone; unknown when it cannot be read or has no size.
    """

    path: str = "/"
    mounted: bool = False
    warning_above: float | None = 0.85
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        limits = threshold("disk_usage")
        return {
            label: {"path": point, "mounted": os.path.ismount(point), **limits}
            for label, point in watched("disk").items()
        }

    def run(self) -> Outcome:
        try:
            usage = shutil.disk_usage(self.path)
        except FileNotFoundError:
            return critical("does not exist")
        except OSError as error:
            return unknown(f"cannot be read: {error.strerror}", Reason.ERROR)
        if self.mounted and not os.path.ismount(self.path):
            # What answers now is the filesystem underneath, which is another one.
            return critical("is no longer mounted")
        return self._outcome(usage.total, usage.used, usage.free)

    def _outcome(self, total: int, used: int, free: int) -> Outcome:
        if used + free == 0:
            return unknown("has no size")
        # ``free`` leaves out the blocks reserved for root, so used + free can be
        # less than total. This is the share df prints as Use%, before rounding.
        ratio = used / (used + free)
        status: Status = self.grade(ratio)
        limit = limit_text(self.limits(), ratio, share_text)
        return Outcome(
            status,
            f"{share_text(ratio)} used{limit}, {bytes_text(free)} free",
            {
                "disk_used_ratio": ratio,
                "disk_free_bytes": free,
                "disk_total_bytes": total,
            },
        )

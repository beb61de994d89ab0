"""How many more files the filesystems can hold."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.checks.builtin._places import watched
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, Reason, critical, unknown


@check("inodes", every="1m", group="System")
@dataclass(frozen=True, kw_only=True)
class Inodes(GradedCheck):
    """
    Used share of the files a filesystem can hold, whatever their size.

    Instances as those of ``disk``, without filesystems that have no such limit.

    Args:
        path: Any file or folder on that filesystem.
        warning_above: Used ratio, 0 to 1; default 0.85.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; critical when the path is
    gone; unknown when it cannot be read or the filesystem has no such limit.
    """

    path: str = "/"
    warning_above: float | None = 0.85
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if not hasattr(os, "statvfs"):
            raise NotApplicable("this system does not count inodes")
        limited = {
            label: {"path": point}
            for label, point in watched("inodes").items()
            if _may_be_limited(point)
        }
        if not limited:
            raise NotApplicable("no filesystem here limits its inodes")
        return limited

    def run(self) -> Outcome:
        try:
            found = os.statvfs(self.path)
        except FileNotFoundError:
            return critical("does not exist")
        except OSError as error:
            return unknown(f"cannot be read: {error.strerror}", Reason.ERROR)
        used = found.f_files - found.f_ffree
        if found.f_files == 0 or used + found.f_favail == 0:
            return unknown("this filesystem does not limit its inodes")
        ratio = used / (used + found.f_favail)
        limit = limit_text(self.limits(), ratio, share_text)
        return Outcome(
            self.grade(ratio),
            f"{share_text(ratio)} of inodes used{limit}",
            {"inodes_used_ratio": ratio, "inodes_free": found.f_favail},
        )


def _may_be_limited(point: str) -> bool:
    try:
        return os.statvfs(point).f_files > 0
    except OSError:
        return True  # shown, so that the failure is seen

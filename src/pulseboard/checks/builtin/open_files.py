"""How many more files and sockets this process can open."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.host.memory import PROC, poorer
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text, share_text
from pulseboard.core.outcome import Outcome, Reason, healthy, unknown

#: Where the process's own descriptors are listed, besides Linux's `PROC`.
DESCRIPTORS = Path("/dev/fd")


@check("open_files", group="System")
@dataclass(frozen=True, kw_only=True)
class OpenFiles(GradedCheck):
    """
    File descriptors of this process, as a share of the most it may have.

    Does not apply to systems without such a limit.

    Args:
        warning_above: Used ratio, 0 to 1; default 0.8.
        critical_above: Used ratio, 0 to 1; default 0.95.

    Statuses: healthy, warning and critical by the limits; unknown when nothing here
    tells. Without psutil the folder of descriptors is listed and the outcome says so.
    """

    warning_above: float | None = 0.8
    critical_above: float | None = 0.95

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if importlib.util.find_spec("resource") is None:
            raise NotApplicable("this system does not limit open files")
        return {"": {}}

    def run(self) -> Outcome:
        counted = _count()
        if counted is None:
            return unknown("open files cannot be counted here", Reason.ERROR)
        count, degraded = counted
        most = _most()
        if most is None:
            return healthy(f"{count} open, without a limit", open_files=count)
        ratio = count / most
        limit = limit_text(self.limits(), ratio, share_text)
        return Outcome(
            self.grade(ratio),
            f"{count} of {most} open ({share_text(ratio)}{limit})",
            {
                "open_files_ratio": ratio,
                "open_files": count,
                "open_files_limit": most,
            },
            degraded=degraded,
        )


def _count() -> tuple[int, str] | None:
    """Return how many descriptors are open and what poorer source said so."""
    try:
        import psutil

        return psutil.Process().num_fds(), ""
    except Exception as error:
        for folder in (PROC / "self" / "fd", DESCRIPTORS):
            try:
                # Listing opens the folder itself: one that is no longer open.
                listed = len(os.listdir(folder)) - 1
            except OSError:
                continue
            return max(0, listed), poorer(error, str(folder))
        return None


def _most() -> int | None:
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else max(1, soft)

"""How old the newest backup is."""

from __future__ import annotations

import glob
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from pulseboard.checks.builtin._given import labels
from pulseboard.checks.check import Check, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.conf import Duration
from pulseboard.core.errors import ConfigError
from pulseboard.core.limits import Limits
from pulseboard.core.outcome import Outcome, critical, warning
from pulseboard.core.text import bytes_text, duration_text

#: Of more matches than this only these are looked at.
MOST_FILES = 10_000
#: Clocks of file servers differ by less.
FUTURE_SECONDS = 300.0


@check("backup_file", every="5m", timeout="10s", group="Files")
@dataclass(frozen=True, kw_only=True)
class BackupFile(Check):
    """
    Age and size of the newest file that matches *path*.

    Applies once *path* is set; ``backup_file:weekly`` in the settings is one more.

    Args:
        path: A file, or a pattern such as ``/backups/db-*.gz``; ``**`` for folders.
        warning_above: Age above which the newest is a warning; default ``"26h"``.
        critical_above: Age above which it is critical; default ``"50h"``.
        minimum_bytes: A smaller newest file is critical; default 1.

    Statuses: healthy, warning and critical by the age; critical when nothing matches
    or the newest is too small; warning when it is dated in the future.
    """

    path: str = ""
    warning_above: Duration = timedelta(hours=26)
    critical_above: Duration = timedelta(hours=50)
    minimum_bytes: int = 1

    def __post_init__(self) -> None:
        if not self.path:
            raise ConfigError("expected a path or a pattern as path, got ''")
        if self.minimum_bytes < 0:
            raise ConfigError(f"expected minimum_bytes >= 0, got {self.minimum_bytes}")
        self.limits()

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        found = labels("backup_file", option="path")
        if not found:
            raise NotApplicable("no path of a backup is set")
        return {label: {} for label in found}

    def limits(self) -> Limits:
        """Return the bounds of the age in seconds."""
        return Limits(
            warning_above=self.warning_above.total_seconds(),
            critical_above=self.critical_above.total_seconds(),
        )

    def run(self) -> Outcome:
        newest = _newest(self.path)
        if newest is None:
            return critical("no readable file matches the pattern")
        return self._outcome(time.time() - newest.st_mtime, newest.st_size)

    def _outcome(self, age_seconds: float, size: int) -> Outcome:
        readings: dict[str, float] = {
            "backup_age_seconds": max(0.0, age_seconds),
            "backup_size_bytes": size,
        }
        if size < self.minimum_bytes:
            least = bytes_text(self.minimum_bytes)
            text = f"the newest has {bytes_text(size)}, expected at least {least}"
            return critical(text, **readings)
        if age_seconds < -FUTURE_SECONDS:
            ahead = duration_text(-age_seconds)
            return warning(f"the newest is dated {ahead} in the future", **readings)
        limits = self.limits()
        limit = limit_text(limits, age_seconds, duration_text)
        summary = f"the newest is {duration_text(age_seconds)} old{limit}"
        return Outcome(limits.grade(age_seconds), summary, readings)


def _newest(pattern: str) -> os.stat_result | None:
    newest = None
    for path in islice(glob.iglob(pattern, recursive=True), MOST_FILES):
        try:
            found = os.stat(path)
        except OSError:  # rotated away since it was listed, or a dangling link
            continue
        if not stat.S_ISREG(found.st_mode):
            continue
        if newest is None or found.st_mtime > newest.st_mtime:
            newest = found
    return newest

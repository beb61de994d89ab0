"""Memory and swap of the machine, and of this process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LONGEST_FILE = 65_536


@dataclass(frozen=True, slots=True)
class Amount:
    """
    Args:
        total_bytes: Everything there is.
        free_bytes: What could be given out now, caches counted as free.
        degraded: What poorer source was used and why; empty with the full one.
    """

    total_bytes: int
    free_bytes: int
    degraded: str = ""

    @property
    def used_bytes(self) -> int:
        """What is in use, never negative."""
        return max(0, self.total_bytes - self.free_bytes)

    @property
    def used_ratio(self) -> float:
        """The used share, 0 to 1; 0 of nothing."""
        return self.used_bytes / self.total_bytes if self.total_bytes else 0.0


@dataclass(frozen=True, slots=True)
class Resident:
    """Memory this process holds, and how well that is known."""

    used_bytes: int
    degraded: str = ""


def memory(proc: Path = PROC) -> Amount | None:
    """Return the machine's memory, None when nothing here tells."""
    try:
        import psutil

        found = psutil.virtual_memory()
        return Amount(found.total, found.available)
    except Exception as error:  # its own errors, and the kernel's
        table = _table(proc / "meminfo")
        total, free = table.get("MemTotal"), table.get("MemAvailable")
        if not total or free is None:
            return None
        return Amount(total, free, poorer(error, "/proc/meminfo"))


def swap(proc: Path = PROC) -> Amount | None:
    """Return the machine's swap, None when nothing here tells."""
    # The file first: psutil also asks for swap traffic and warns when it is hidden.
    table = _table(proc / "meminfo")
    if "SwapTotal" in table and "SwapFree" in table:
        return Amount(table["SwapTotal"], table["SwapFree"])
    try:
        import psutil

        found = psutil.swap_memory()
        return Amount(found.total, found.free)
    except Exception:
        return None


def resident(proc: Path = PROC) -> Resident | None:
    """Return the resident memory of this process, None when nothing here tells."""
    try:
        import psutil

        return Resident(psutil.Process().memory_info().rss)
    except Exception as error:
        return _resident_pages(proc, error) or _resident_peak(error)


def poorer(error: Exception, source: str) -> str:
    """Return why *source* was read instead of asking psutil."""
    what = "is missing" if isinstance(error, ImportError) else "was refused"
    return f"psutil {what}, read from {source}"


def _resident_pages(proc: Path, error: Exception) -> Resident | None:
    fields = _text(proc / "self" / "statm").split()
    if len(fields) < 2 or not fields[1].isdigit():
        return None
    pages = int(fields[1])
    return Resident(
        pages * os.sysconf("SC_PAGE_SIZE"), poorer(error, "/proc/self/statm")
    )


def _resident_peak(error: Exception) -> Resident | None:
    try:
        import resource
    except ImportError:
        return None
    # Kilobytes on Linux, where the file above is hidden; the largest ever, not now.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Resident(peak, poorer(error, "the largest ever, not the current value"))


def _table(file: Path) -> dict[str, int]:
    """Return ``Name: 123 kB`` lines as name to bytes."""
    found = {}
    for line in _text(file).splitlines():
        name, _, rest = line.partition(":")
        fields = rest.split()
        if len(fields) == 2 and fields[0].isdigit() and fields[1] == "kB":
            found[name] = int(fields[0]) * 1024
    return found


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_FILE).decode("ascii", "replace")
    except OSError:
        return ""

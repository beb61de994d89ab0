"""
What a container may use: limits of Linux control groups, version 1 and 2.

A limit may stand at the process's own group or at any of its ancestors, so every
search walks from the innermost group to the root and takes the smallest. Version 1
has a tree for each controller, version 2 has one for all; machines may have both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Version 1 says "no limit" with a number near 2**63, cut to whole pages.
NO_LIMIT = 2**60
MOST_LEVELS = 64
LONGEST_FILE = 65_536


@dataclass(frozen=True, slots=True)
class Tree:
    """
    Where the kernel shows control groups.

    Args:
        root: Folder they are mounted below.
        membership: File that says to which groups this process belongs.
    """

    root: Path = Path("/sys/fs/cgroup")
    membership: Path = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class Share:
    """What the group with the smallest limit uses, and that limit."""

    used_bytes: int
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class Quota:
    """
    Args:
        cores: How many cores' worth of time the group may use.
        used_seconds: Processor time the group used since it was made.
    """

    cores: float
    used_seconds: float


HERE = Tree()


def memory(tree: Tree = HERE) -> Share | None:
    """
    Return the smallest memory limit on this process, None without one.

    File pages the kernel can drop at once do not count as used: they are what is
    left over, not what is needed.
    """
    found = _smallest(
        tree, "memory", lambda group: _first(group, _MEMORY_LIMIT), NO_LIMIT
    )
    if found is None:
        return None
    group, limit = found
    used = _first(group, _MEMORY_USED)
    if used is None:
        return None
    statistics = _table(group / "memory.stat")
    # Version 1 has both names; its plain one leaves out the groups below.
    droppable = statistics.get("total_inactive_file", statistics.get("inactive_file"))
    return Share(int(max(0, used - (droppable or 0))), int(limit))


def swap(tree: Tree = HERE) -> Share | None:
    """Return the smallest swap limit on this process, None without one."""
    found = _smallest(tree, "memory", _swap_limit, NO_LIMIT)
    if found is None:
        return None
    group, limit = found
    used = _number(group / "memory.swap.current")
    if used is None:
        both, memory_only = (_number(group / name) for name in _BOTH_USED)
        if both is None or memory_only is None:
            return None
        used = max(0, both - memory_only)
    return Share(int(used), int(limit))


def processor(tree: Tree = HERE) -> Quota | None:
    """Return the smallest processor quota on this process, None without one."""
    found = _smallest(tree, "cpu", _cores, float("inf"))
    if found is None:
        return None
    group, cores = found
    used_seconds = _used_seconds(tree, group)
    return None if used_seconds is None else Quota(cores, used_seconds)


_LimitOf = Callable[[Path], float | None]
_MEMORY_LIMIT = ("memory.max", "memory.limit_in_bytes")
_MEMORY_USED = ("memory.current", "memory.usage_in_bytes")
_BOTH_LIMIT = ("memory.memsw.limit_in_bytes", "memory.limit_in_bytes")
_BOTH_USED = ("memory.memsw.usage_in_bytes", "memory.usage_in_bytes")


def _smallest(
    tree: Tree, controller: str, limit_of: _LimitOf, no_limit: float
) -> tuple[Path, float] | None:
    limits = [
        (group, limit)
        for group in _groups(tree, controller)
        if (limit := limit_of(group)) is not None and limit < no_limit
    ]
    return min(limits, key=lambda each: each[1], default=None)


def _groups(tree: Tree, controller: str) -> list[Path]:
    """Return the folders of this process's group and its ancestors, inner first."""
    mounted, path = _place(tree, controller)
    parts = [part for part in path.split("/") if part][:MOST_LEVELS]
    if ".." in parts:  # outside our namespace: only the root is ours to see
        parts = []
    folders = [mounted.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]
    # In a container the path may be the host's, and its folders not here.
    return [folder for folder in folders if folder.is_dir()]


def _place(tree: Tree, controller: str) -> tuple[Path, str]:
    """Return where the controller's tree is mounted, and our path in it."""
    unified = ""
    for line in (_text(tree.membership) or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            named = tree.root / controllers
            return (named if named.is_dir() else tree.root / controller), path
        if not controllers:
            unified = path
    only = (tree.root / "cgroup.controllers").exists()
    return (tree.root if only else tree.root / "unified"), unified


def _swap_limit(group: Path) -> float | None:
    limit = _number(group / "memory.swap.max")
    if limit is not None:
        return limit
    both, memory_only = (_number(group / name) for name in _BOTH_LIMIT)
    if both is None or memory_only is None or both >= NO_LIMIT:
        return None
    return max(0, both - memory_only)


def _cores(group: Path) -> float | None:
    written = (_text(group / "cpu.max") or "").split()
    if len(written) == 2:
        quota, period = _parsed(written[0]), _parsed(written[1])
    else:
        quota = _number(group / "cpu.cfs_quota_us")
        period = _number(group / "cpu.cfs_period_us")
    if quota is None or not period or quota <= 0:  # "max", or -1 in version 1
        return None
    return quota / period


def _used_seconds(tree: Tree, group: Path) -> float | None:
    microseconds = _table(group / "cpu.stat").get("usage_usec")
    if microseconds is not None:
        return microseconds / 1e6
    nanoseconds = _number(group / "cpuacct.usage")
    if nanoseconds is None:  # accounted in a tree of its own
        limiting = _place(tree, "cpu")[0]
        accounting = _place(tree, "cpuacct")[0]
        same = accounting / group.relative_to(limiting)
        nanoseconds = _number(same / "cpuacct.usage")
    return None if nanoseconds is None else nanoseconds / 1e9


def _first(group: Path, names: tuple[str, ...]) -> int | None:
    found = (_number(group / name) for name in names)
    return next((number for number in found if number is not None), None)


def _table(file: Path) -> dict[str, int]:
    pairs = (line.split() for line in (_text(file) or "").splitlines())
    return {
        pair[0]: number
        for pair in pairs
        if len(pair) == 2 and (number := _parsed(pair[1])) is not None
    }


def _number(file: Path) -> int | None:
    return _parsed(_text(file) or "")


def _parsed(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 25 else None


def _text(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_FILE).decode("ascii", "replace")
    except OSError:
        return None

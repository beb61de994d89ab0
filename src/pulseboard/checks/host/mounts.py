"""Filesystems mounted here, and which of them are worth watching."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LONGEST_FILE = 1_048_576

#: What can be filled and lies on a disk of this machine.
# fmt: off
LOCAL_KINDS = frozenset((
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "ffs",
    "hfs", "hfsplus", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3", "reiserfs", "refs",
    "ufs", "vfat", "fat32", "xfs", "zfs",
))
# fmt: on
#: Where package managers, containers and the system mount copies of their own.
SYSTEM_PLACES = (
    "/snap/",
    "/var/snap/",
    "/var/lib/snapd/",
    "/var/lib/docker/",
    "/var/lib/containers/",
    "/var/lib/containerd/",
    "/var/lib/kubelet/",
    "/run/",
    "/proc/",
    "/sys/",
    "/dev/",
)


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted filesystem, as the kernel describes it."""

    device: str
    point: str
    kind: str


def mounts(proc: Path = PROC) -> list[Mount]:
    """Return what is mounted here; nothing when nothing here tells."""
    try:
        with (proc / "self" / "mounts").open("rb") as file:
            return parsed(os.fsdecode(file.read(LONGEST_FILE)))
    except OSError:
        return _from_psutil()


def parsed(text: str) -> list[Mount]:
    """Return the mounts of a file such as ``/proc/self/mounts``."""
    fields = (line.split(" ") for line in text.splitlines())
    return [
        Mount(_unescaped(each[0]), _unescaped(each[1]), each[2])
        for each in fields
        if len(each) >= 3
    ]


def worth_watching(found: Iterable[Mount]) -> list[str]:
    """
    Return the mount points of real local filesystems, each device once.

    Of several points of one device (bind mounts) the shortest stands for all.
    """
    by_device: dict[str, str] = {}
    for mount in found:
        if not _is_real(mount):
            continue
        known = by_device.setdefault(mount.device, mount.point)
        if (len(mount.point), mount.point) < (len(known), known):
            by_device[mount.device] = mount.point
    return sorted(by_device.values())


def holder_of(path: str | os.PathLike[str]) -> str:
    """Return the mount point of the filesystem that holds *path*, or would hold it."""
    place = Path(os.path.realpath(path))
    while not (place.is_dir() and os.path.ismount(place)) and place.parent != place:
        place = place.parent
    return str(place)


def _is_real(mount: Mount) -> bool:
    return (
        mount.kind.lower() in LOCAL_KINDS
        and not mount.device.startswith("/dev/loop")
        and not f"{mount.point}/".startswith(SYSTEM_PLACES)
        # A container has single files of the host's disk mounted into it.
        and os.path.isdir(mount.point)
    )


def _from_psutil() -> list[Mount]:
    try:
        import psutil

        return [
            Mount(each.device, each.mountpoint, each.fstype)
            for each in psutil.disk_partitions(all=False)
        ]
    except Exception:  # missing, refused, or nothing to read
        return []


def _unescaped(text: str) -> str:
    # The kernel writes space, tab, newline and backslash as three octal digits.
    return re.sub(r"\\([0-7]{3})", lambda each: chr(int(each[1], 8)), text)

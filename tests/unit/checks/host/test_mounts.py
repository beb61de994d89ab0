"""Which filesystems are worth watching. G5"""

from __future__ import annotations

from pathlib import Path

import pytest

from pulseboard.checks.host.mounts import (
    Mount,
    holder_of,
    mounts,
    parsed,
    worth_watching,
)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for name in ("data", "data/copy", "back up"):
        (tmp_path / name).mkdir()
    (tmp_path / "resolv.conf").touch()
    return tmp_path


def test_real_disks_are_watched_once_each(places: Path) -> None:
    found = [
        Mount("/dev/vda1", f"{places}/data/copy", "ext4"),
        Mount("/dev/vda1", f"{places}/data", "ext4"),
        Mount("/dev/vdb1", f"{places}/back up", "xfs"),
    ]

    assert worth_watching(found) == [f"{places}/back up", f"{places}/data"]


@pytest.mark.parametrize(
    ("device", "point", "kind"),
    [
        ("proc", "/proc", "proc"),
        ("tmpfs", "/tmp", "tmpfs"),
        ("overlay", "/", "overlay"),
        ("/dev/loop3", "/snap/core/1", "squashfs"),
        ("/dev/loop4", "/", "ext4"),
        ("/dev/sda1", "/var/lib/docker/overlay2", "ext4"),
        ("/dev/sr0", "/", "iso9660"),
        ("server:/export", "/", "nfs4"),
        ("/dev/sdb1", "/not/here", "ext4"),
    ],
)
def test_what_is_no_local_disk_is_left_out(device: str, point: str, kind: str) -> None:
    assert worth_watching([Mount(device, point, kind)]) == []


def test_single_files_mounted_into_a_container_are_left_out(places: Path) -> None:
    found = [Mount("/dev/vda1", f"{places}/resolv.conf", "ext4")]

    assert worth_watching(found) == []


def test_escaped_names_are_read_back() -> None:
    text = "/dev/vdb1 /mnt/back\\040up\\134x ext4 rw 0 0\nshort line\n"

    assert parsed(text) == [Mount("/dev/vdb1", "/mnt/back up\\x", "ext4")]


def test_without_proc_the_mounts_may_be_unknown_and_nothing_raises(
    tmp_path: Path,
) -> None:
    assert isinstance(mounts(tmp_path), list)


def test_this_machine_has_a_root() -> None:
    assert "/" in [mount.point for mount in mounts()]


def test_a_place_that_does_not_exist_yet_is_held_by_what_is_above(
    tmp_path: Path,
) -> None:
    assert holder_of(tmp_path / "not" / "yet") == holder_of(tmp_path)
    assert holder_of("/") == "/"

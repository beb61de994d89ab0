"""Filesystems filled for real. G5, X28"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulseboard.checks.builtin.disk import Disk
from pulseboard.checks.builtin.inodes import Inodes
from pulseboard.core.errors import ConfigError
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

MIB = 1_048_576


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small filesystem in memory with the given options."""
    points = []

    def mount(options: str) -> Path:
        point = tmp_path / f"mount{len(points)}"
        point.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)], check=True
        )
        points.append(point)
        return point

    yield mount
    for point in points:
        subprocess.run(["umount", str(point)], check=False, capture_output=True)


@pytest.mark.root
def test_a_disk_that_fills_up_is_a_warning_and_then_critical(
    mounted: Callable[[str], Path],
) -> None:
    point = mounted("size=4m")
    disk = Disk(path=str(point), mounted=True)

    empty = disk.run()
    (point / "file").write_bytes(bytes(int(3.6 * MIB)))
    filling = disk.run()
    (point / "rest").write_bytes(bytes(int(0.3 * MIB)))
    full = disk.run()

    assert [each.status for each in (empty, filling, full)] == [
        Status.HEALTHY,
        Status.WARNING,
        Status.CRITICAL,
    ]
    assert "limit 85%" in filling.summary
    assert "limit 95%" in full.summary
    assert empty.readings == {
        "disk_used_ratio": 0.0,
        "disk_free_bytes": 4 * MIB,
        "disk_total_bytes": 4 * MIB,
    }


@pytest.mark.root
def test_a_disk_that_is_no_longer_mounted_is_critical(
    mounted: Callable[[str], Path],
) -> None:
    point = mounted("size=4m")
    disk = Disk(path=str(point), mounted=True)
    subprocess.run(["umount", str(point)], check=True)

    assert disk.run().status is Status.CRITICAL
    assert disk.run().summary == "is no longer mounted"


def test_a_path_that_is_gone_is_critical(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")

    assert Disk(path=gone).run().status is Status.CRITICAL
    assert Inodes(path=gone).run().status is Status.CRITICAL


def test_what_cannot_be_asked_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inside = str(tmp_path / "file" / "inside")

    for outcome in (Disk(path=inside).run(), Inodes(path=inside).run()):
        assert outcome.status is Status.UNKNOWN
        assert outcome.reason is Reason.ERROR
        assert outcome.summary == "cannot be read: Not a directory"


def test_filesystems_without_size_or_inodes_are_unknown() -> None:
    assert Disk(path="/proc").run().summary == "has no size"
    inodes = Inodes(path="/proc").run()
    assert inodes.status is Status.UNKNOWN
    assert inodes.reason is Reason.NOT_APPLICABLE


@pytest.mark.root
def test_inodes_that_run_out_are_a_warning_and_then_critical(
    mounted: Callable[[str], Path],
) -> None:
    point = mounted("size=4m,nr_inodes=40")
    inodes = Inodes(path=str(point))

    statuses = [inodes.run().status]
    for count in (36, 39):
        for number in range(count):
            (point / str(number)).touch()
        statuses.append(inodes.run().status)

    assert statuses == [Status.HEALTHY, Status.WARNING, Status.CRITICAL]
    assert "of inodes used, limit 95%" in inodes.run().summary


def test_contradicting_limits_are_refused() -> None:
    with pytest.raises(ConfigError, match="warning_above <= critical_above"):
        Disk(warning_above=0.9, critical_above=0.8)

"""What a container may use. G5, F82"""

from __future__ import annotations

from pathlib import Path

import pytest

from pulseboard.checks.host import cgroups
from pulseboard.checks.host.cgroups import Quota, Share, Tree

MIB = 1_048_576
V1_NO_LIMIT = "9223372036854771712"


def tree(tmp_path: Path, membership: str, files: dict[str, str]) -> Tree:
    """Return a tree of *files* as the kernel would show it."""
    root = tmp_path / "cgroup"
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "membership").write_text(membership)
    return Tree(root, tmp_path / "membership")


def test_a_version_2_limit_counts_and_droppable_pages_do_not(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        "0::/\n",
        {
            "cgroup.controllers": "cpu memory\n",
            "memory.max": f"{512 * MIB}\n",
            "memory.current": f"{300 * MIB}\n",
            "memory.stat": f"anon 1\ninactive_file {100 * MIB}\n",
        },
    )

    assert cgroups.memory(found) == Share(200 * MIB, 512 * MIB)


def test_the_smallest_limit_on_the_way_up_counts(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        "0::/pods/one/app\n",
        {
            "cgroup.controllers": "memory\n",
            "memory.current": f"{9 * MIB}\n",
            "pods/memory.max": f"{64 * MIB}\n",
            "pods/memory.current": f"{60 * MIB}\n",
            "pods/one/memory.max": "max\n",
            "pods/one/memory.current": f"{50 * MIB}\n",
            "pods/one/app/memory.max": f"{128 * MIB}\n",
            "pods/one/app/memory.current": f"{40 * MIB}\n",
        },
    )

    assert cgroups.memory(found) == Share(60 * MIB, 64 * MIB)


def test_max_is_no_limit(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        "0::/app\n",
        {
            "cgroup.controllers": "cpu memory\n",
            "app/memory.max": "max\n",
            "app/memory.current": "1000\n",
            "app/cpu.max": "max 100000\n",
            "app/cpu.stat": "usage_usec 5\n",
            "app/memory.swap.max": "max\n",
        },
    )

    assert cgroups.memory(found) is None
    assert cgroups.processor(found) is None
    assert cgroups.swap(found) is None


def test_a_version_1_limit_counts_on_a_machine_with_both_versions(
    tmp_path: Path,
) -> None:
    found = tree(
        tmp_path,
        "4:memory:/docker/abc\n1:cpu:/docker/abc\n0::/\n",
        {
            "unified/cgroup.controllers": "",
            "memory/memory.limit_in_bytes": V1_NO_LIMIT,
            "memory/docker/abc/memory.limit_in_bytes": f"{256 * MIB}\n",
            "memory/docker/abc/memory.usage_in_bytes": f"{100 * MIB}\n",
            "memory/docker/abc/memory.stat": (
                f"inactive_file 1\ntotal_inactive_file {10 * MIB}\n"
            ),
        },
    )

    assert cgroups.memory(found) == Share(90 * MIB, 256 * MIB)


def test_in_a_version_1_container_the_root_is_its_own_group(tmp_path: Path) -> None:
    """The path is the host's and not here; the mounted root is the container."""
    found = tree(
        tmp_path,
        "4:memory:/docker/abc\n",
        {
            "memory/memory.limit_in_bytes": f"{32 * MIB}\n",
            "memory/memory.usage_in_bytes": f"{8 * MIB}\n",
        },
    )

    assert cgroups.memory(found) == Share(8 * MIB, 32 * MIB)


def test_version_1_without_a_limit_has_none(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        "4:memory:/\n2:cpu,cpuacct:/\n",
        {
            "memory/memory.limit_in_bytes": V1_NO_LIMIT,
            "memory/memory.usage_in_bytes": "100",
            "cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "cpu,cpuacct/cpuacct.usage": "100",
        },
    )

    assert cgroups.memory(found) is None
    assert cgroups.processor(found) is None


def test_a_machine_without_groups_has_no_limits(tmp_path: Path) -> None:
    nowhere = Tree(tmp_path / "none", tmp_path / "neither")

    assert cgroups.memory(nowhere) is None
    assert cgroups.processor(nowhere) is None
    assert cgroups.swap(nowhere) is None


def test_a_version_2_quota_is_told_in_cores(tmp_path: Path) -> None:
    found = tree(
        tmp_path,
        "0::/app\n",
        {
            "cgroup.controllers": "cpu\n",
            "app/cpu.max": "150000 100000\n",
            "app/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        },
    )

    assert cgroups.processor(found) == Quota(cores=1.5, used_seconds=2.5)


@pytest.mark.parametrize(
    ("membership", "folder", "accounting"),
    [
        ("2:cpu,cpuacct:/app\n", "cpu,cpuacct", "cpu,cpuacct"),
        ("2:cpuacct:/app\n1:cpu:/app\n", "cpu", "cpuacct"),
    ],
)
def test_a_version_1_quota_is_told_in_cores(
    tmp_path: Path, membership: str, folder: str, accounting: str
) -> None:
    found = tree(
        tmp_path,
        membership,
        {
            f"{folder}/app/cpu.cfs_quota_us": "50000\n",
            f"{folder}/app/cpu.cfs_period_us": "100000\n",
            f"{accounting}/app/cpuacct.usage": "3000000000\n",
        },
    )

    assert cgroups.processor(found) == Quota(cores=0.5, used_seconds=3.0)


def test_swap_limits_of_both_versions_are_read(tmp_path: Path) -> None:
    second = tree(
        tmp_path / "2",
        "0::/\n",
        {
            "cgroup.controllers": "memory\n",
            "memory.swap.max": f"{64 * MIB}\n",
            "memory.swap.current": f"{16 * MIB}\n",
        },
    )
    first = tree(
        tmp_path / "1",
        "4:memory:/\n",
        {
            "memory/memory.limit_in_bytes": f"{100 * MIB}\n",
            "memory/memory.memsw.limit_in_bytes": f"{164 * MIB}\n",
            "memory/memory.usage_in_bytes": f"{50 * MIB}\n",
            "memory/memory.memsw.usage_in_bytes": f"{66 * MIB}\n",
        },
    )

    assert cgroups.swap(second) == Share(16 * MIB, 64 * MIB)
    assert cgroups.swap(first) == Share(16 * MIB, 64 * MIB)


@pytest.mark.parametrize(
    "membership",
    ["", "nonsense", "0::/../../escape\n", ":::\n", "4:memory\n", "0::" + "/x" * 500],
)
def test_strange_memberships_do_not_crash(tmp_path: Path, membership: str) -> None:
    found = tree(
        tmp_path,
        membership,
        {
            "cgroup.controllers": "",
            "memory.max": "garbage",
            "memory.current": "²³",
            "cpu.max": "1 2 3",
            "cpu.stat": "usage_usec\n\xff\n",
        },
    )

    assert cgroups.memory(found) is None
    assert cgroups.processor(found) is None

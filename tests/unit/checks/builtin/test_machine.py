"""Memory, processor, load, swap and this process, broken for real. G5, F81, F82"""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.certificates import write_pair
from tests.support.namespaces import outcomes

from pulseboard.checks.builtin import open_files
from pulseboard.checks.builtin.backup_file import BackupFile
from pulseboard.checks.builtin.certificate_files import CertificateFiles
from pulseboard.checks.builtin.disk import Disk
from pulseboard.checks.builtin.inodes import Inodes
from pulseboard.checks.builtin.load import Load
from pulseboard.checks.builtin.memory import Memory
from pulseboard.checks.builtin.open_files import OpenFiles
from pulseboard.checks.builtin.process_memory import ProcessMemory
from pulseboard.checks.check import Check
from pulseboard.core.status import Status

MIB = 1_048_576
CGROUPS = Path("/sys/fs/cgroup")


@pytest.fixture
def group(request: pytest.FixtureRequest) -> Iterator[str]:
    """Shell commands that put a process into limited groups of version 1."""
    made, lines = [], []
    for controller, files in request.param.items():
        folder = CGROUPS / controller / f"pulseboard-test-{os.getpid()}"
        if not os.access(CGROUPS / controller, os.W_OK):
            pytest.skip(f"no control group of version 1 for {controller} here")
        folder.mkdir()
        made.append(folder)
        for name, value in files.items():
            (folder / name).write_text(value)
        lines.append(f"echo $$ > {folder}/cgroup.procs")
    yield "\n".join(lines)
    for folder in made:
        folder.rmdir()


@pytest.mark.root
@pytest.mark.parametrize(
    "group",
    [{"memory": {"memory.limit_in_bytes": str(128 * MIB)}}],
    indirect=True,
    ids=[""],
)
def test_memory_of_a_container_fills_up_to_its_limit(group: str) -> None:
    script = """
from pulseboard.checks.builtin.memory import Memory
from pulseboard.checks.builtin.process_memory import ProcessMemory
MIB, held = 1_048_576, []
check = Memory()
show(check.run())
for ratio in (0.85, 0.96):
    used = check.run().readings["memory_used_bytes"]
    held.append(b"x" * int(128 * MIB * ratio - used))
    show(check.run())
show(ProcessMemory().run())
"""
    empty, filling, full, process = outcomes(script, setup=group)

    assert [empty.status, filling.status, full.status] == [
        "healthy",
        "warning",
        "critical",
    ]
    assert full.readings["memory_total_bytes"] == 128 * MIB
    assert full.details == {"limit of": "container"}
    assert "of 128 MiB used, limit 95%" in full.summary
    assert 0.5 < process.readings["process_memory_ratio"] < 1.5


@pytest.mark.root
@pytest.mark.parametrize(
    "group",
    [
        {
            "cpu": {"cpu.cfs_quota_us": "20000", "cpu.cfs_period_us": "100000"},
            "cpuacct": {},
        }
    ],
    indirect=True,
    ids=[""],
)
def test_a_busy_container_uses_up_its_quota(group: str) -> None:
    script = """
import time
from pulseboard.checks.builtin.cpu import Cpu
Cpu().run()
time.sleep(0.3)
show(Cpu().run())
end = time.process_time() + 0.15
while time.process_time() < end: pass
show(Cpu().run())
end = time.process_time() + 0.15
while time.process_time() < end: pass
show(Cpu(warning_above=0.3, critical_above=None).run())
"""
    idle, busy, warned = outcomes(script, setup=group)

    assert [idle.status, busy.status, warned.status] == [
        "healthy",
        "critical",
        "warning",
    ]
    assert busy.readings["cpu_cores"] == 0.2
    assert busy.details == {"limit of": "container"}


def test_the_first_run_measures_and_the_machine_is_the_base_without_a_quota() -> None:
    script = """
from pulseboard.checks.builtin.cpu import Cpu
show(Cpu().run())
"""
    (first,) = outcomes(script)

    assert 0 <= first.readings["cpu_used_ratio"] <= 1
    assert first.readings["cpu_cores"] == os.cpu_count()


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, Status.HEALTHY),
        ({"warning_above": 1}, Status.WARNING),
        ({"warning_above": 1, "critical_above": 2}, Status.CRITICAL),
    ],
)
def test_process_memory_is_limited_when_asked(
    options: dict[str, float], status: Status
) -> None:
    outcome = ProcessMemory(**options).run()

    assert outcome.status is status
    assert outcome.readings["process_memory_bytes"] > MIB


def test_open_files_near_their_limit_are_a_warning_and_then_critical() -> None:
    script = """
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
from pulseboard.checks.builtin.open_files import OpenFiles
check, held = OpenFiles(), []
show(check.run())
for count in (85, 97):
    while check.run().readings["open_files"] < count:
        held.append(os.open("/dev/null", os.O_RDONLY))
    show(check.run())
"""
    few, many, nearly_all = outcomes(script)

    assert [few.status, many.status, nearly_all.status] == [
        "healthy",
        "warning",
        "critical",
    ]
    assert nearly_all.summary == "97 of 100 open (97%, limit 95%)"


def test_without_a_limit_open_files_are_only_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: endless)

    outcome = OpenFiles().run()

    assert outcome.status is Status.HEALTHY
    assert outcome.summary.endswith(" open, without a limit")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"warning_above": 1e6, "critical_above": 1e6}, Status.HEALTHY),
        ({"warning_above": -1, "critical_above": 1e6}, Status.WARNING),
        ({"warning_above": -2, "critical_above": -1}, Status.CRITICAL),
    ],
)
def test_load_is_judged_for_each_core(
    options: dict[str, float], status: Status
) -> None:
    """Real load takes minutes to build up, so the limits move instead."""
    outcome = Load(**options).run()

    assert outcome.status is status
    per_core = outcome.readings["load_1min"] / (os.cpu_count() or 1)
    assert outcome.readings["load_per_core"] == per_core


def test_load_the_system_does_not_tell_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> tuple[float, float, float]:
        raise OSError

    monkeypatch.setattr(os, "getloadavg", refuse)

    assert Load().run().status is Status.UNKNOWN


@pytest.mark.root
@pytest.mark.parametrize(
    ("free", "status"),
    [(900, "healthy"), (150, "warning"), (10, "critical"), (None, "unknown")],
)
def test_swap_that_fills_up_is_noticed(
    free: int | None, status: str, tmp_path: Path
) -> None:
    total = 0 if free is None else 1000
    text = f"SwapTotal: {total} kB\nSwapFree: {free or 0} kB\n"
    (tmp_path / "meminfo").write_text(text)
    setup = f"mount --bind {tmp_path}/meminfo /proc/meminfo"
    script = """
from pulseboard.checks.builtin.swap import Swap
show(Swap().run())
"""
    (outcome,) = outcomes(script, setup=setup, private_mounts=True)

    assert outcome.status == status


ALL = """
from pulseboard.checks.builtin.cpu import Cpu
from pulseboard.checks.builtin.disk import Disk
from pulseboard.checks.builtin.inodes import Inodes
from pulseboard.checks.builtin.load import Load
from pulseboard.checks.builtin.memory import Memory
from pulseboard.checks.builtin.open_files import OpenFiles
from pulseboard.checks.builtin.process_memory import ProcessMemory
from pulseboard.checks.builtin.swap import Swap
for check in (Cpu, Disk, Inodes, Load, Memory, OpenFiles, ProcessMemory, Swap):
    show(check().run())
"""


@pytest.mark.root
def test_a_hidden_proc_makes_values_unknown_and_nothing_crashes() -> None:
    """F81"""
    cpu, disk, inodes, load, memory, files, process, swap = outcomes(
        ALL, setup="mount -t tmpfs none /proc", private_mounts=True
    )

    for shown in (cpu, memory, files, swap):
        assert shown.status == "unknown"
        assert shown.summary
    for shown in (disk, inodes, load):
        assert shown.status != "unknown"
    assert process.status == "healthy"
    assert "the largest ever" in process.degraded


def test_without_psutil_poorer_sources_are_read_and_named() -> None:
    """F81, G9"""
    script = "sys.modules['psutil'] = None\n" + ALL
    cpu, disk, inodes, load, memory, files, process, _ = outcomes(script)

    for shown in (cpu, memory, files, process):
        assert shown.status != "unknown"
        assert shown.degraded.startswith("psutil is missing, read from ")
    for shown in (disk, inodes, load):
        assert shown.status != "unknown"
        assert shown.degraded == ""


def test_an_ascii_locale_is_enough() -> None:
    """F85"""
    setup = "export LANG=C LC_ALL=C PYTHONIOENCODING=ascii PYTHONUTF8=0"

    assert len(outcomes(ALL, setup=setup)) == 8


@pytest.mark.root
def test_a_version_2_container_is_seen_at_the_real_places(tmp_path: Path) -> None:
    """F82"""
    root = tmp_path / "cgroup"
    root.mkdir()
    for name, text in {
        "cgroup.controllers": "cpu memory",
        "memory.max": str(64 * MIB),
        "memory.current": str(62 * MIB),
        "memory.stat": "inactive_file 0",
    }.items():
        (root / name).write_text(text)
    (tmp_path / "membership").write_text("0::/\n")
    setup = f"""
mount --bind {root} /sys/fs/cgroup
mount --bind {tmp_path}/membership /proc/$$/cgroup
"""
    script = """
from pulseboard.checks.builtin.memory import Memory
show(Memory().run())
"""
    (outcome,) = outcomes(script, setup=setup, private_mounts=True)

    assert outcome.status == "critical"
    assert outcome.summary == "96.8% of 64 MiB used, limit 95%"


def test_many_runs_leave_threads_and_descriptors_unchanged(tmp_path: Path) -> None:
    """X29"""
    now = datetime.now(UTC)
    (tmp_path / "backup").write_bytes(b"x")
    pair = write_pair(tmp_path, now - timedelta(days=1), now + timedelta(days=9))
    checks: list[Check] = [
        Memory(),
        Load(),
        OpenFiles(),
        ProcessMemory(),
        Disk(),
        Inodes(),
        Disk(path=f"{tmp_path}/gone"),
        BackupFile(path=f"{tmp_path}/*"),
        CertificateFiles(paths=[*map(str, pair), "/gone.pem"]),
    ]
    for check in checks:
        check.run()
    before = (open_files._count(), threading.active_count())

    for check in checks * 2000:
        check.run()

    assert (open_files._count(), threading.active_count()) == before

"""Memory and swap, from psutil and from poorer sources. G5, G9, F81"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pulseboard.checks.host import memory
from pulseboard.checks.host.memory import Amount

MEMINFO = """\
MemTotal:       16000 kB
MemFree:         1000 kB
MemAvailable:    4000 kB
HugePages_Total:       0
SwapTotal:       8000 kB
SwapFree:        2000 kB
"""


@pytest.fixture
def no_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)


def test_memory_of_this_machine_is_measured() -> None:
    found = memory.memory()

    assert found is not None
    assert 0 < found.free_bytes <= found.total_bytes
    assert 0 < found.used_ratio < 1
    assert found.degraded == ""


@pytest.mark.usefixtures("no_psutil")
def test_without_psutil_the_file_is_read_and_named(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(MEMINFO)

    found = memory.memory(tmp_path)

    assert found is not None
    assert (found.total_bytes, found.used_ratio) == (16000 * 1024, 0.75)
    assert found.degraded == "psutil is missing, read from /proc/meminfo"


@pytest.mark.usefixtures("no_psutil")
@pytest.mark.parametrize("text", [None, "", "MemTotal: 5 kB", "MemTotal: x kB\n\xff"])
def test_without_any_source_memory_is_not_known(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "meminfo").write_text(text)

    assert memory.memory(tmp_path) is None


def test_a_refusal_reads_the_poorer_source(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    def refuse() -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "virtual_memory", refuse)

    found = memory.memory()

    assert found is not None
    assert found.degraded == "psutil was refused, read from /proc/meminfo"


def test_swap_is_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(MEMINFO)

    found = memory.swap(tmp_path)

    assert found == Amount(8000 * 1024, 2000 * 1024)
    assert found.used_ratio == 0.75


def test_swap_falls_back_to_psutil_and_then_to_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert memory.swap(tmp_path) is not None

    monkeypatch.setitem(sys.modules, "psutil", None)

    assert memory.swap(tmp_path) is None


def test_nothing_of_nothing_is_used() -> None:
    assert Amount(0, 0).used_ratio == 0.0


def test_the_resident_memory_of_this_process_is_measured() -> None:
    found = memory.resident()

    assert found is not None
    assert found.used_bytes > 1_000_000
    assert found.degraded == ""


@pytest.mark.usefixtures("no_psutil")
def test_resident_memory_has_two_poorer_sources(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "statm").write_text("9000 7 1 1 0 1 0")

    pages = memory.resident(tmp_path)
    (tmp_path / "self" / "statm").unlink()
    peak = memory.resident(tmp_path)

    assert pages is not None
    assert pages.used_bytes == 7 * os.sysconf("SC_PAGE_SIZE")
    assert "/proc/self/statm" in pages.degraded
    assert peak is not None
    assert peak.used_bytes > 1_000_000
    assert "the largest ever" in peak.degraded

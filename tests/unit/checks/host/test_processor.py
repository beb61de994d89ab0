"""Processor time between two samples. G5, F81, F82"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pulseboard.checks.host.cgroups import Tree
from pulseboard.checks.host.processor import Sample, sample, used_ratio

STAT = "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n"


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        (Sample(0, 10, 100), Sample(1, 15, 120), 0.25),
        (Sample(0, 10, 100), Sample(1, 10, 120), 0.0),
        (Sample(0, 10, 100), Sample(1, 10, 100), None),  # did not move
        (Sample(0, 10, 100), Sample(1, 9, 120), 0.0),  # counters went back
        (Sample(0, None, 0), Sample(1, None, 0), None),  # hidden
        (Sample(0, 10, 100), Sample(1, None, 0), None),
        # 0.4 s of 2 s times half a core
        (Sample(0, 1, 9, 0.5, 3.0), Sample(2, 1, 9, 0.5, 3.4), 0.4),
        (Sample(0, 1, 9, 0.5, 3.0), Sample(2, 1, 9, 0.5, 9.0), 1.0),
        # the quota came in between: the machine is what both know
        (Sample(0, 10, 100), Sample(1, 15, 120, 0.5, 3.4), 0.25),
    ],
)
def test_ratio_between_samples(
    before: Sample, after: Sample, ratio: float | None
) -> None:
    assert used_ratio(before, after) == (
        None if ratio is None else pytest.approx(ratio)
    )


def test_without_psutil_the_file_is_read_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    (tmp_path / "stat").write_text(STAT)

    found = sample(1.0, proc=tmp_path, tree=Tree(tmp_path, tmp_path / "none"))

    assert found.busy_seconds is not None
    # Guest time is part of user time already, waiting for disks is no work.
    assert found.busy_seconds / found.total_seconds == pytest.approx(0.2)
    assert found.degraded == "psutil is missing, read from /proc/stat"


@pytest.mark.parametrize("text", [None, "", "cpu 1 2", "cpu a b c d e f g h i"])
def test_without_any_source_time_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    if text is not None:
        (tmp_path / "stat").write_text(text)

    found = sample(1.0, proc=tmp_path, tree=Tree(tmp_path, tmp_path / "none"))

    assert found.busy_seconds is None


def test_a_quota_of_more_than_the_machine_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "membership").write_text("0::/\n")
    (tmp_path / "cgroup.controllers").write_text("cpu")
    (tmp_path / "cpu.max").write_text("99900000 100000")
    (tmp_path / "cpu.stat").write_text("usage_usec 5")

    found = sample(1.0, tree=Tree(tmp_path, tmp_path / "membership"))

    assert found.quota_cores is None
    assert found.busy_seconds is not None

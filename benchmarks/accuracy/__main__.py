"""
Ground truth: ``python -m benchmarks.accuracy``.

A scripted server over a simulated year, probed every minute by the product's own tries,
verdicts, judgement and storage on a clock that jumps; then what is stored is compared
with what was scripted.
"""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path

from benchmarks.accuracy.compared import compare
from benchmarks.accuracy.observer import EVERY, Policy, observe
from benchmarks.accuracy.truth import Truth
from benchmarks.goal import show

SEED = 20261121
POLICIES = (
    Policy(name="two-retries", retries=2, failures=1, of=1, successes=1),
    Policy(name="two-of-three", retries=0, failures=2, of=3, successes=2),
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as folder:
        _prepare(Path(folder))
        truth = Truth(SEED)
        print(f"Python {platform.python_version()}, {_described(truth)}")
        for policy in POLICIES:
            seen = observe(truth, policy)
            show(
                f"{policy.name}: {policy.retries} retries, down at {policy.failures} "
                f"of {policy.of}, up after {policy.successes}",
                compare(truth, policy, seen),
                beside="of / same",
            )


def _described(truth: Truth) -> str:
    return (
        f"a year, a run every {EVERY.total_seconds():.0f} s, {len(truth.outages)} "
        f"outages of 3 s to 3 h, {len(truth.slow)} slow phases, {len(truth.blips)} "
        f"blips, seed {SEED}"
    )


def _prepare(folder: Path) -> None:
    from benchmarks.history import host

    host.prepare(folder, whole=True)


if __name__ == "__main__":
    main()

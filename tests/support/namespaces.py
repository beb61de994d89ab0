"""Checks asked in a process of their own, in surroundings that were broken first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"

PREFACE = """
import json, sys
def show(outcome):
    print(json.dumps({
        "status": outcome.status.value, "summary": outcome.summary,
        "readings": dict(outcome.readings), "degraded": outcome.degraded,
        "details": dict(outcome.details),
    }), flush=True)
"""


@dataclass(frozen=True)
class Shown:
    """An outcome as the other process printed it."""

    status: str
    summary: str
    readings: dict[str, float]
    degraded: str
    details: dict[str, object]


def outcomes(
    script: str, *, setup: str = ":", private_mounts: bool = False
) -> list[Shown]:
    """
    Run *script*, which calls ``show(outcome)``, and return what it showed.

    Args:
        setup: Shell commands before it, in the same process: ``$$`` is its id.
        private_mounts: Whether mounts of *setup* stay invisible to all others.
            Needs root.
    """
    shell = ["sh", "-ec", f'{setup}\nexec "$0" -c "$1"']
    command = (["unshare", "--mount"] if private_mounts else []) + shell
    ran = subprocess.run(
        [*command, sys.executable, PREFACE + script],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [Shown(**json.loads(line)) for line in ran.stdout.splitlines()]

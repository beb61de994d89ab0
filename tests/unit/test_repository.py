"""What a clone holds must work for anybody, anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"[a-z0-9-]+==[0-9a-z.]+")


@pytest.mark.parametrize("pins", sorted((ROOT / "constraints").glob("*.txt")), ids=str)
def test_pins_are_names_and_versions_without_addresses(pins: Path) -> None:
    lines = pins.read_text().splitlines()
    assert len(lines) > 50
    assert [line for line in lines if not PIN.fullmatch(line)] == []


def test_the_front_end_is_locked_without_addresses() -> None:
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_the_build_machine_runs_make_test_and_nothing_else() -> None:
    script = (ROOT / ".ci/run").read_text().splitlines()
    commands = [line for line in script if line and not line.startswith("#")]
    assert commands[-1].startswith("exec make test")

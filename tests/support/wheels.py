"""The package as its users get it: a wheel, installed into a new environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Pair:
    """A Python and the Django that its pins name."""

    python: str
    django: str

    @property
    def pins(self) -> Path:
        return ROOT / "constraints" / f"py{self.python.replace('.', '')}.txt"


PAIRS = (Pair("3.11", "5.2"), Pair("3.13", "6.1"))


def build_wheel(folder: Path) -> Path:
    """Return the wheel of this working tree, made in *folder*."""
    _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)])
    [wheel] = folder.glob("*.whl")
    return wheel


def new_environment(folder: Path, pair: Pair, wheel: Path) -> str:
    """Return the Python of a new environment with *wheel* and nothing but its needs."""
    _run([_python_or_skip(pair), "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "-c", str(pair.pins), str(wheel)])
    return python


def _python_or_skip(pair: Pair) -> str:
    """Return a Python of *pair*; without it skip, or fail in CI without any pair."""
    found = _python(pair)
    if found is None and os.environ.get("CI") and not any(map(_python, PAIRS)):
        pytest.fail("neither Python 3.11 nor 3.13 is installed", pytrace=False)
    if found is None:
        pytest.skip(f"Python {pair.python} is not installed")
    return found


def _python(pair: Pair) -> str | None:
    """Return a Python of *pair* that starts: what a shim names need not be there."""
    name = f"python{pair.python}"
    shims = sorted(Path.home().glob(f".pyenv/versions/{pair.python}.*/bin/{name}"))
    for path in (*map(str, reversed(shims)), shutil.which(name)):
        if path and not subprocess.run([path, "-V"], capture_output=True).returncode:
            return path
    return None


def _run(command: Sequence[str]) -> None:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "CI")}
    ran = subprocess.run(
        command, env=clean, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr

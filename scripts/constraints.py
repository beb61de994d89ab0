"""
Write `constraints/py3XX.txt`: the pins of the whole development set, names only.

Pins hold neither addresses nor hashes, so that any index will do. Needs `uv`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.13")
COMPILE = (
    *("uv", "pip", "compile", "pyproject.toml", "--quiet", "--upgrade"),
    *("--all-extras", "--group", "dev", "--no-header", "--no-annotate"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-python-downloads"),
)


def main() -> int:
    for version in VERSIONS:
        name = f"py{version.replace('.', '')}.txt"
        (ROOT / "constraints" / name).write_text(_pins(version))
        print(f"wrote constraints/{name}")
    return 0


def _pins(version: str) -> str:
    command = [*COMPILE, "--python-version", version]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    pins = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, text=True, capture_output=True
    ).stdout
    if strange := [line for line in pins.splitlines() if "==" not in line]:
        raise SystemExit(f"expected name==version on every line, got {strange[0]!r}")
    if "://" in pins:
        raise SystemExit("expected no addresses among the pins")
    return pins


if __name__ == "__main__":
    sys.exit(main())

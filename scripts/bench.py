"""
Run every package in `benchmarks/` and write `benchmarks/RESULTS.md`.

A package prints its own table; here it gets its heading, command and time. Names given
on the command line choose packages: `python scripts/bench.py health imports`.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
RESULTS = BENCHMARKS / "RESULTS.md"


def main() -> int:
    chosen = sys.argv[1:]
    packages = [path.parent.name for path in sorted(BENCHMARKS.glob("*/__main__.py"))]
    failed = []
    sections = [_heading()]
    for package in packages:
        if chosen and package not in chosen:
            continue
        section, good = _measure(package)
        sections.append(section)
        if not good:
            failed.append(package)
    RESULTS.write_text("\n".join(sections))
    print(f"wrote {RESULTS.relative_to(ROOT)}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _heading() -> str:
    packages = ("django", "psycopg", "uvicorn", "gunicorn")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        "# Benchmark results\n\n"
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by `make bench` on "
        f"Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}; {versions}. Trust the ratios, not the milliseconds.\n"
    )


def _measure(package: str) -> tuple[str, bool]:
    """Return the section of *package* and whether it ended well."""
    command = f"python -m benchmarks.{package}"
    print(command, flush=True)
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{package}"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
    )
    took = time.monotonic() - started
    text = result.stdout.strip() or "(no output)"
    title = package.replace("_", " ").capitalize()
    note = "" if result.returncode == 0 else f"**Ended with {result.returncode}.**\n\n"
    section = f"## {title}\n\n`{command}`, {took:.0f} s\n\n{note}```text\n{text}\n```\n"
    return section, not note


if __name__ == "__main__":
    sys.exit(main())

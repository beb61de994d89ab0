"""
Run every program in `benchmarks/` and write `benchmarks/RESULTS.md`.

A program prints its own Markdown table; here it gets its heading, command and time.
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
    programs = [
        path
        for path in sorted(BENCHMARKS.glob("*.py"))
        if not path.stem.startswith("_")
    ]
    failed = []
    sections = [_heading()]
    for program in programs:
        section, good = _measure(program)
        sections.append(section)
        if not good:
            failed.append(program.name)
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


def _measure(program: Path) -> tuple[str, bool]:
    """Return the section of *program* and whether it ended well."""
    command = f"python benchmarks/{program.name}"
    print(command, flush=True)
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, program], cwd=ROOT, text=True, stdout=subprocess.PIPE
    )
    took = time.monotonic() - started
    text = result.stdout.strip() or "(no output)"
    title = program.stem.replace("_", " ").capitalize()
    note = "" if result.returncode == 0 else f"\n**Ended with {result.returncode}.**\n"
    return f"## {title}\n\n`{command}`, {took:.0f} s\n{note}\n{text}\n", not note


if __name__ == "__main__":
    sys.exit(main())

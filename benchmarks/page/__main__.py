"""Performance 4 and 7: ``python -m benchmarks.page``."""

from __future__ import annotations

import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import django

from benchmarks.goal import show
from benchmarks.page import renewing, serving, site, weight

MANY, SOME, FEW = 100, 50, 8


def main() -> None:
    print(
        f"Python {platform.python_version()}, Django {django.__version__}, {_servers()}"
    )
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as name:
        many, some, few = (
            site.site_of(Path(name) / f"of{count}", count)
            for count in (MANY, SOME, FEW)
        )
        show("4a, 7: KB compressed", weight.measured(many, some, few))
        show(
            f"4b: page of {FEW} services and its JSON at {serving.CONNECTIONS} "
            f"connections, one worker, median of {serving.ROUNDS} turns",
            serving.measured(few),
            beside="bare",
        )
        show(
            f"4c: ms, median of {renewing.ROUNDS} changes; a reader while the page "
            "changes every second, beside none",
            renewing.measured(many, MANY),
            beside="no change",
        )


def _servers() -> str:
    names = ("uvicorn", "uvloop", "httptools", "granian", "gunicorn")
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


if __name__ == "__main__":
    main()

"""Performance 5a, 5b and reliability R8: ``python -m benchmarks.health``."""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path

import django

from benchmarks.goal import show
from benchmarks.health import answering, hanging, load, peer


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as name:
        folder = Path(name)
        print(f"Python {platform.python_version()}, Django {django.__version__}")
        peer.install(folder / "peer")
        show(
            "5a: ms added to a bare view in the same process (WSGI), "
            f"mean of a turn, median of {answering.ROUNDS} turns",
            answering.measured(folder),
            beside="peer",
        )
        show(
            "5b: ms after the deadline of a hanging check, before the first results, "
            f"median of {hanging.ROUNDS} starts",
            hanging.measured(folder),
        )
        show(
            f"R8: a host view, ms, under {load.POLLERS} parallel polls a second with "
            f"{load.HUNG} hung checks beside none, median of {load.ROUNDS} turns",
            load.measured(folder),
            beside="none hung",
        )


if __name__ == "__main__":
    main()

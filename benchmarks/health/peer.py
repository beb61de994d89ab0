"""django-health-check, installed for this run only; left out where it cannot be."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NAME = "django-health-check"


def install(folder: Path) -> None:
    """Install it into *folder* and make it importable; say so when that fails."""
    # Without dependencies: Django must be the one that we are measured with.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    ran = subprocess.run(
        [*command, "--target", str(folder), NAME, "dnspython"],
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        print(f"{NAME} could not be installed: left out")
        return
    sys.path.append(str(folder))
    print(f"{NAME} {version(NAME)}")


def is_installed() -> bool:
    try:
        return bool(version(NAME))
    except PackageNotFoundError:
        return False

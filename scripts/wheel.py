"""Build the package into `dist/`; the dashboard and all languages must be in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BUILD = "pulseboard/static/pulseboard/build/"


def main() -> int:
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", DIST], cwd=ROOT, check=True
    )
    [wheel] = DIST.glob("*.whl")
    if missing := _missing(wheel):
        print(f"{wheel.name} lacks: {', '.join(missing)}", file=sys.stderr)
        return 1
    print(f"dist/{wheel.name}: {wheel.stat().st_size / 1000:.0f} kB")
    return 0


def _missing(wheel: Path) -> list[str]:
    """Return what *wheel* lacks of what was built; a script there must be."""
    packed = set(zipfile.ZipFile(wheel).namelist())
    built = ROOT / "src" / BUILD
    files = {
        BUILD + str(path.relative_to(built))
        for path in built.rglob("*")
        if path.is_file()
    }
    if not any(name.endswith(".js") for name in files):
        return [f"any {BUILD}*.js"]
    return sorted((files | _catalogues()) - packed)


def _catalogues() -> set[str]:
    """Return the compiled catalogue of every language that has sentences."""
    top = ROOT / "src"
    return {
        path.with_suffix(".mo").relative_to(top).as_posix()
        for path in top.glob("pulseboard/locale/*/LC_MESSAGES/*.po")
    }


if __name__ == "__main__":
    sys.exit(main())

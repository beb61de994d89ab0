"""
Set up everything a fresh clone needs; quick and quiet when nothing has changed.

    python3 scripts/setup.py          Debian packages, virtual environment, languages,
                                      front end
    python3 scripts/setup.py front    the front end alone

Each step leaves a stamp in `.cache/setup/`: a hash of what it was made from. Only the
standard library is used, since this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".cache" / "setup"
VENV = ROOT / ".venv"
FRONTEND = ROOT / "frontend"
BUILD = ROOT / "src/pulseboard/static/pulseboard/build"
CONSTRAINTS = ROOT / "constraints"
LOCALE = ROOT / "src/pulseboard/locale"

#: Debian package: paths or commands one of which shows that it is here.
DEBIAN_PACKAGES: dict[str, tuple[str, ...]] = {
    "gcc": ("gcc", "cc"),
    "pkg-config": ("pkg-config", "pkgconf"),
    "libmariadb-dev": ("mariadb_config", "mysql_config"),
    "postgresql": ("/usr/lib/postgresql/*/bin/initdb", "initdb"),
    "redis-server": ("redis-server",),
    "memcached": ("memcached",),
    "mariadb-server": ("mariadbd", "/usr/sbin/mariadbd"),
    "chromium": ("chromium", "google-chrome"),
    "faketime": ("faketime",),
    "jing": ("jing",),  # with the Java that also runs the HTML checker
    "default-jre-headless": ("java",),
    "wrk": ("wrk",),
    "iproute2": ("ip", "/usr/sbin/ip", "/sbin/ip"),
}


class SetUpError(Exception):
    """Set-up cannot go on; the message says what a person can do."""


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (any Python may start this file)
        return _give_up("Python 3.11 or newer is needed: make PYTHON=python3.11 …")
    try:
        if sys.argv[1:] != ["front"]:
            debian_packages()
            environment()
            languages()
        front_end()
    except SetUpError as error:
        return _give_up(str(error))
    except subprocess.CalledProcessError as error:
        return _give_up(f"this failed: {' '.join(map(str, error.cmd))}")
    return 0


def debian_packages() -> None:
    """Install the missing ones where that is possible, else name them and go on."""
    missing = sorted(name for name, signs in _wanted().items() if not _is_here(signs))
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"not installed, some parts will be left out: {names}")
        return
    say(f"Debian packages: {names}")
    # RUNLEVEL=1 keeps the packages from starting servers: we start our own, privately.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run("apt-get", "-qq", "update", env=quiet)
    install = ("apt-get", "-qq", "-y", "install", "--no-install-recommends")
    run(*install, *missing, env=quiet)


def environment() -> None:
    """Make `.venv` with the pinned development set and this package, editable."""
    pins = _pins()
    sources = [ROOT / "pyproject.toml", pins]
    made_from = _hash(sources, extra=str(VENV))
    _once("environment", made_from, VENV / "bin/python", lambda: _install(pins))


def languages() -> None:
    """Compile the catalogues of the public page's languages."""
    script = ROOT / "scripts/messages.py"
    sources = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    command = (VENV / "bin/python", script, "compile")
    products = [path.with_suffix(".mo") for path in sources]
    lacking = next((path for path in products if not path.exists()), products[0])
    _once("locale", _hash([script, *sources]), lacking, lambda: run(*command))


def front_end() -> None:
    """Build the dashboard into the package's static folder."""
    if not (FRONTEND / "package.json").is_file():
        return
    if not shutil.which("npm"):
        raise SetUpError("Node 20 or newer with npm is needed to build the dashboard")
    manifests = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
    modules = FRONTEND / "node_modules"
    _once("node_modules", _hash(manifests), modules, _install_modules)
    _once("build", _hash(_front_end_sources()), BUILD, _build)


def run(
    *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> None:
    """Run *command*; show its output only when it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        sys.stderr.write(result.stdout)
        result.check_returncode()


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def _give_up(reason: str) -> int:
    print(f"set-up: {reason}", file=sys.stderr)
    return 1


def _wanted() -> dict[str, tuple[str, ...]]:
    """Return the packages; Debian's own Python has its venv in one of its own."""
    if sys.executable.startswith("/usr/bin/"):
        version = f"python3.{sys.version_info.minor}"
        wheels = f"/usr/lib/{version}/ensurepip/__init__.py"
        return DEBIAN_PACKAGES | {
            f"{version}-venv": (wheels,),
            f"lib{version}-dev": (f"/usr/include/{version}/Python.h",),
        }
    return DEBIAN_PACKAGES


def _is_here(signs: Iterable[str]) -> bool:
    return any(
        any(Path("/").glob(sign[1:])) if sign.startswith("/") else shutil.which(sign)
        for sign in signs
    )


def _pins() -> Path:
    """Return the newest pins that are not newer than the Python of `.venv`."""
    files = {int(path.stem[2:]): path for path in CONSTRAINTS.glob("py3*.txt")}
    return files[max(version for version in files if version <= 300 + _minor())]


def _minor() -> int:
    """Return the 11 of Python 3.11. An environment keeps the one it was made with."""
    configuration = VENV / "pyvenv.cfg"
    if not configuration.is_file():
        return sys.version_info.minor
    [version] = re.findall(r"^version\s*=\s*3\.(\d+)", configuration.read_text(), re.M)
    return int(version)


def _install(pins: Path) -> None:
    say("Python packages (a few minutes the first time)")
    if not (VENV / "bin/python").exists():
        run(sys.executable, "-m", "venv", VENV)
    pip = (VENV / "bin/python", "-m", "pip", "install", "--quiet")
    run(*pip, "--upgrade", "pip>=25.1")  # the first with --group
    run(*pip, "-c", pins, "-e", ".[all]", "--group", _group())


def _group() -> str:
    """Leave out the one package that must be compiled where it cannot be."""
    return "dev" if _is_here(DEBIAN_PACKAGES["libmariadb-dev"]) else "portable"


def _install_modules() -> None:
    say("front end packages")
    # Not `npm ci`: it refuses a lock without the optional packages of platforms that
    # the index did not offer. This keeps to the lock, too, and does not write it.
    run("npm", "install", "--no-save", "--no-audit", "--no-fund", cwd=FRONTEND)


def _build() -> None:
    say("building the dashboard")
    run("npm", "run", "build", cwd=FRONTEND)


def _front_end_sources() -> list[Path]:
    """Return every file of the front end that git knows or would add."""
    tops = [path for path in FRONTEND.iterdir() if path.name != "node_modules"]
    return sorted(
        path
        for top in tops
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file()
    )


def _once(name: str, made_from: str, product: Path, make: Callable[[], None]) -> None:
    """Call *make* unless *product* exists and was made from the same sources."""
    stamp = STAMPS / name
    if product.exists() and stamp.is_file() and stamp.read_text() == made_from:
        return
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)


def _hash(paths: Iterable[Path], extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())

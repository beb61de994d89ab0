"""A PostgreSQL of the demo's own; it refuses to be root, so root lends it a user."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from demonstration.folder import DEMO, fresh_port, kept_port, kept_secret

NAME = "postgres"
ACCOUNT = "postgres"
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")


def is_installed() -> bool:
    return _binary("initdb") is not None


def start() -> None:
    """Start it on the data of the last demo, or on new data."""
    data = _data()
    if not (data / "PG_VERSION").is_file():
        _make(data)
    stop()  # one that a killed demo left behind
    # No socket in the file system: its path may be too long, and nobody needs it.
    options = (
        f"-p {fresh_port(NAME)} -c listen_addresses=127.0.0.1 "
        "-c unix_socket_directories="
    )
    _run("pg_ctl", "-D", data, "-l", data / "server.log", "-w", "-o", options, "start")
    _make_database()


def stop() -> None:
    data = _data()
    if _run("pg_ctl", "-D", data, "status", check=False).returncode == 0:
        _run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop", check=False)


def environment() -> dict[str, str]:
    return {
        "DRIVER_POSTGRES_PORT": str(kept_port(NAME)),
        "DRIVER_POSTGRES_PASSWORD": kept_secret(NAME),
    }


def _data() -> Path:
    """Return the data folder, elsewhere if its user cannot get into the demo's."""
    folders = (DEMO, *DEMO.parents)
    if os.geteuid() != 0 or all(path.stat().st_mode & 1 for path in folders):
        return DEMO / NAME
    name = hashlib.sha256(str(DEMO).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"pulseboard-demo-{name}" / NAME


def _make(data: Path) -> None:
    data.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if data.parent.lstat().st_uid != os.geteuid():
        raise SystemExit(f"{data.parent} belongs to somebody else")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    password = data.parent / "postgres.password"
    password.touch(mode=0o600)
    password.write_text(kept_secret(NAME))
    if os.geteuid() == 0:
        shutil.chown(data, ACCOUNT, ACCOUNT)
        shutil.chown(password, ACCOUNT, ACCOUNT)
    new = ("-U", "driver", "-A", "scram-sha-256", "--pwfile", password)
    plain = ("--locale=C", "--encoding=UTF8", "--no-sync")
    _run("initdb", "-D", data, *new, *plain)
    password.unlink()


def _make_database() -> None:
    with psycopg.connect(
        host="127.0.0.1",
        port=kept_port(NAME),
        user="driver",
        password=kept_secret(NAME),
        dbname="postgres",
        autocommit=True,
    ) as connection:
        found = "SELECT 1 FROM pg_database WHERE datname = 'driver'"
        if connection.execute(found).fetchone() is None:
            connection.execute("CREATE DATABASE driver")


def _run(
    name: str, *arguments: str | Path, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs; output goes to its log only."""
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}
    return subprocess.run(
        [str(_binary(name)), *map(str, arguments)],
        check=check,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **user,
    )


def _binary(name: str) -> Path | None:
    """Return the newest version's program; Debian keeps them off the path."""
    found = sorted(
        DEBIAN_FOLDERS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    if found:
        return found[-1]
    path = shutil.which(name)
    return Path(path) if path else None

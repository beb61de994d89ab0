"""What a demo keeps in `.demo/` between two starts: data, ports, passwords, mail."""

import os
import secrets
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DEMO = Path(os.environ.get("DRIVER_DEMO_DIR", ROOT / ".demo")).resolve()


def kept_secret(name: str) -> str:
    """Return the password *name*, made when it is first asked for."""
    path = DEMO / f"{name}.secret"
    if not path.is_file():
        write_private(path, secrets.token_urlsafe(12))
    return path.read_text()


def kept_port(name: str) -> int:
    """Return the port last given to *name*, or a free one when there is none."""
    path = DEMO / f"{name}.port"
    if not path.is_file():
        fresh_port(name)
    return int(path.read_text())


def fresh_port(name: str) -> int:
    """Return the port last given to *name* if it is free, else another, and keep it."""
    path = DEMO / f"{name}.port"
    port = int(path.read_text()) if path.is_file() else 0
    if not port or not is_free(port):
        port = _free_port()
    write_private(path, str(port))
    return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_private(path: Path, text: str) -> None:
    """Write *path* so that only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

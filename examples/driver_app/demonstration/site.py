"""The driver app itself, as a server process."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

APP = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30
STOP_SECONDS = 10


def seed(environment: Mapping[str, str]) -> None:
    """Bring the database up to date and put drivers and trips into it."""
    command = [sys.executable, "manage.py", "seed_demo"]
    subprocess.run(command, cwd=APP, env={**os.environ, **environment}, check=True)


def start(port: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "uvicorn", "driver_app.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    return subprocess.Popen(command, cwd=APP, env={**os.environ, **environment})


def wait_until_known(site: str, server: subprocess.Popen[bytes]) -> str:
    """Return the first status the site reports that is not unknown."""
    status = ""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("the server ended; its last words are above")
        status = _status(f"{site}/health/") or status
        if status and status != "unknown":
            return status
        time.sleep(0.2)
    if not status:
        raise SystemExit(f"no answer from {site}/health/ in {PATIENCE_SECONDS} s")
    return status


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _status(url: str) -> str:
    """Return the reported status, empty when there is no answer yet."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as response:
            return str(json.load(response).get("status", ""))
    except urllib.error.HTTPError as error:
        with error:
            return "critical" if error.code == 503 else ""
    except (OSError, ValueError):
        return ""

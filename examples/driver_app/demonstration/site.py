"""The driver app itself, as a server process."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

APP = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30
#: So many asked, and the first round of checks is nearly over.
ENOUGH_COMPONENTS = 10
STOP_SECONDS = 10


@dataclass(frozen=True)
class Health:
    """What the site says of itself; *components* counts those asked since it began."""

    status: str
    components: int


#: Drivers and trips; endpoints as anybody would set them up; a past for their strips.
PREPARATIONS = (
    ("seed_demo",),
    ("pulseboard", "setup", "--yes", "--publish"),
    ("pulseboard", "demo", "--past"),
)


def seed(environment: Mapping[str, str]) -> None:
    """Bring the database up to date and put into it what the demo shows."""
    for words in PREPARATIONS:
        result = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=APP,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
        if result.returncode:
            raise SystemExit("the data could not be prepared; the reason is above")


def start(port: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "uvicorn", "driver_app.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    # A session of its own: Ctrl-C reaches the demo alone, which ends all in order.
    return subprocess.Popen(
        command,
        cwd=APP,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def wait_for_results(
    address: str, token: str, server: subprocess.Popen[bytes]
) -> Health:
    """Return the site's health once its runner has been round, or what there is."""
    health = None
    began_at = datetime.now(UTC).replace(microsecond=0)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("the server ended; its last words are above")
        health = _health(address, token, began_at) or health
        if health and health.components >= ENOUGH_COMPONENTS:
            return health
        time.sleep(0.2)
    if not health:
        raise SystemExit(f"no answer from {address} in {PATIENCE_SECONDS} s")
    return health


def stop(server: subprocess.Popen[bytes]) -> None:
    # Not SIGTERM: uvicorn would die of it before Python says goodbye to the runner.
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _health(address: str, token: str, began_at: datetime) -> Health | None:
    """Return what the site reports, None when it does not answer yet."""
    request = urllib.request.Request(f"{address}/health/detailed")
    request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            report = json.load(response)
    except (OSError, ValueError):  # refused connections and statuses are OSErrors
        return None
    checks = report["health_checks"]
    asked = sum(_is_fresh(each["details"], began_at) for each in checks)
    return Health(report["overall_status"], asked)


def _is_fresh(details: dict[str, str], began_at: datetime) -> bool:
    """Return whether this is no result that the last demo left behind."""
    checked_at = details.get("checked_at")
    return bool(checked_at) and datetime.fromisoformat(checked_at) >= began_at

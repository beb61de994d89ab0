"""Runner processes of one host application, started and killed by tests."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.process import wait_until

ROOT = Path(__file__).parents[2]


class Fleet:
    """
    Args:
        folder: Where the processes write what they did.
        database: Entry of DATABASES.
        pulseboard: The PULSEBOARD setting.
    """

    def __init__(
        self,
        folder: Path,
        database: Mapping[str, Any],
        pulseboard: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "DJANGO_SETTINGS_MODULE": "tests.support.host_settings",
            "HOST_DATABASE": json.dumps(dict(database), default=str),
            "HOST_PULSEBOARD": json.dumps(
                {"LOG_DIR": str(folder / "logs"), **(pulseboard or {})}
            ),
            "FLEET_FOLDER": str(folder),
        }
        self.processes: list[subprocess.Popen[str]] = []

    def django(self, *arguments: str) -> str:
        """Run one management command to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(
        self, script: str, *arguments: str, host: str = ""
    ) -> subprocess.Popen[str]:
        """Start ``python -m tests.support.SCRIPT``, under the host name *host*."""
        command = [sys.executable, "-m", f"tests.support.{script}", *arguments]
        process = subprocess.Popen(
            _under(host, command), env=self.environment, text=True, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def lines(self, name: str) -> list[list[Any]]:
        """Return what the processes wrote to *name*, a JSON list a line."""
        path = self.folder / name
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def wait_for_lines(
        self, name: str, count: int, patience_seconds: float = 60
    ) -> None:
        wait_until(
            lambda: len(self.lines(name)) >= count, f"{count} lines", patience_seconds
        )

    def end(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _under(host: str, command: Sequence[str]) -> list[str]:
    """Give *command* a host name of its own where we may (root), else as it is."""
    unshare = shutil.which("unshare")
    if not host or os.geteuid() != 0 or unshare is None:
        return list(command)
    inside = 'hostname "$0" && exec "$@"'
    return [unshare, "--uts", "sh", "-c", inside, host, *command]

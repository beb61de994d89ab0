"""
One server process: own folder, free loopback port, right user, gone at the end.

The kinds of server are in ``servers.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import psutil
import pytest

PATIENCE_SECONDS = 60.0


def find(binary: str, *folders: str) -> str:
    """Return the path of *binary*; without it skip the test, or fail it in CI."""
    places = [
        str(path) for pattern in folders for path in sorted(Path("/").glob(pattern))
    ]
    path = shutil.which(binary, path=os.pathsep.join([*reversed(places), os.defpath]))
    path = path or shutil.which(binary)
    if path is None and os.environ.get("CI"):
        pytest.fail(f"{binary} is not installed", pytrace=False)
    if path is None:
        pytest.skip(f"{binary} is not installed")
    return path


def free_port() -> int:
    """Return a port that is free, and that no outgoing connection will be given."""
    # Those get 32768 and above. A stopped server must find its port free again, and a
    # client that tries it meanwhile must not be connected to itself.
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return port


def wait_until(
    holds: Any, what: str, patience_seconds: float = PATIENCE_SECONDS
) -> None:
    """Return as soon as ``holds()`` is true; raise TimeoutError naming *what*."""
    deadline = time.monotonic() + patience_seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience_seconds:g} s for {what}")
        time.sleep(0.02)


class Server:
    """
    One server process and what it started.

    Args:
        options: Extra options of the server's own, name to value.
        environment: Extra environment variables.
    """

    name: ClassVar[str]
    user: ClassVar[str] = ""  # whom root runs it as

    def __init__(
        self,
        *,
        options: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.options = dict(options or {})
        self.environment = dict(environment or {})
        self.folder = Path(tempfile.mkdtemp(prefix=f"pulseboard-{self.name}-"))
        self.port = 0
        #: A test stopped, killed or paused it.
        self.is_disturbed = False
        self._process: subprocess.Popen[bytes] | None = None
        if self._user():
            shutil.chown(self.folder, self._user())
        atexit.register(self.close)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers; the port stays the same ever after."""
        self.is_disturbed = False
        if self.is_running:
            return self.resume()
        if not self.port:
            self.prepare()
        for attempts_left in (2, 1, 0):
            port_is_new = not self.port
            self.port = self.port or free_port()
            try:
                return self._start_once()
            except ChildProcessError:
                # Another process may have been quicker to take the port.
                if not attempts_left or not port_is_new:
                    raise
                self.port = 0

    def stop(self) -> None:
        """End it the friendly way; data stay."""
        self.is_disturbed = True
        if self.is_running:
            self.resume()
            self._process.send_signal(self.stop_signal())
            self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """End it and its children as `kill -9` does."""
        self.is_disturbed = True
        if self.is_running:
            family = self._family()
            self._signal(signal.SIGKILL, family)
            self._process.wait(PATIENCE_SECONDS)
            psutil.wait_procs(family, PATIENCE_SECONDS)

    def pause(self) -> None:
        """Stop it in its tracks: it keeps its sockets and answers nothing."""
        self.is_disturbed = True
        self._signal(signal.SIGSTOP, self._family())

    def resume(self) -> None:
        self._signal(signal.SIGCONT, self._family())

    def close(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    # What a kind of server fills in.

    def prepare(self) -> None:
        """Make the data folder; called once."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        """Return whether it can serve; any OSError counts as no."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def stop_signal(self) -> signal.Signals:
        return signal.SIGTERM

    # The mechanism.

    def run(self, *command: str, **environment: str) -> None:
        """Run a tool of the server's as its user; raise with its output."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            output = (done.stdout + done.stderr).decode(errors="replace")
            raise ChildProcessError(f"{command[0]} failed:\n{output[-2000:]}")

    def _start_once(self) -> None:
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [*_dying_with_us(), *self.command()],
                cwd=self.folder,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user(),
            )
        wait_until(self._is_ready, f"{self.name} to answer")

    def _is_ready(self) -> bool:
        if not self.is_running:
            raise ChildProcessError(f"{self.name} ended:\n{self.log()[-2000:]}")
        with contextlib.suppress(OSError):
            return self.answers()
        return False

    def _user(self) -> str:
        return self.user if os.geteuid() == 0 else ""

    def _as_user(self) -> dict[str, Any]:
        user = self._user()
        return (
            {"user": user, "group": _group_of(user), "extra_groups": []} if user else {}
        )

    def _family(self) -> list[psutil.Process]:
        """Return the process, then its children: a stopped parent starts no more."""
        if not self.is_running:
            return []
        parent = psutil.Process(self.process_id)
        return [parent, *parent.children(recursive=True)]

    def _signal(self, number: signal.Signals, family: list[psutil.Process]) -> None:
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _dying_with_us() -> list[str]:
    """Return a prefix that ends the server when a killed test run cannot."""
    # The kernel ties it to the thread that forks, so only the main one will do.
    if threading.current_thread() is threading.main_thread() and (
        setpriv := shutil.which("setpriv")
    ):
        return [setpriv, "--pdeathsig", "KILL", "--"]
    return []

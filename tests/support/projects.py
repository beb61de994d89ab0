"""
Small Django projects as a newcomer has them, and web servers that serve them.

    project = start_project(folder)       django-admin startproject
    project.add_pulseboard()              the three lines
    project.manage("migrate")
    with project.served("gunicorn") as server: ...
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from tests.support.process import Server, wait_until

NAME = "mysite"
TOKEN = "a-token-for-tests"

THREE_LINES = {
    "settings.py": """
INSTALLED_APPS += ["pulseboard"]
MIDDLEWARE += ["pulseboard.middleware.PulseboardMiddleware"]
""",
    "urls.py": """
from django.urls import include
urlpatterns += [path("health/", include("pulseboard.urls"))]
""",
}

#: How each is started: a module of Python and its options.
SERVERS: dict[str, tuple[str, ...]] = {
    "gunicorn": ("gunicorn", "--workers=2", "--bind={address}", f"{NAME}.wsgi"),
    "gunicorn-preload": (
        *("gunicorn", "--workers=2", "--preload", "--bind={address}"),
        f"{NAME}.wsgi",
    ),
    "gunicorn-alone": ("gunicorn", "--workers=1", "--bind={address}", f"{NAME}.wsgi"),
    "uvicorn": ("uvicorn", "--workers=2", "--port={port}", f"{NAME}.asgi:application"),
    "granian-wsgi": (
        *("granian", "--interface=wsgi", "--workers=2", "--port={port}"),
        f"{NAME}.wsgi:application",
    ),
    "granian-asgi": (
        *("granian", "--interface=asginl", "--workers=2", "--port={port}"),
        f"{NAME}.asgi:application",
    ),
    "runserver": ("django", "runserver", "{address}"),
    "runserver-noreload": ("django", "runserver", "--noreload", "{address}"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, whatever the status."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """The row that elects one runner."""

    holder: str
    number: int
    pid: int | None
    ticked_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Project:
    """
    A project in *folder*, run with *python*.

    Args:
        environment: For every command and server of it.
    """

    folder: Path
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)

    def add_pulseboard(self) -> None:
        """Add the three lines of the documentation."""
        for file, lines in THREE_LINES.items():
            self.append(file, lines)

    def copied(self, folder: Path) -> Project:
        """Return the same project with its database in another *folder*."""
        shutil.copytree(self.folder, folder)
        return dataclasses.replace(self, folder=folder)

    def append(self, file: str, text: str) -> None:
        """Add *text* to a file beside the settings."""
        with open(self.folder / NAME / file, "a") as opened:
            opened.write(f"\n{text}\n")

    def manage(self, *arguments: str, fails: bool = False) -> str:
        """Run ``manage.py`` and return what it printed, errors included."""
        ran = self.run("manage.py", *arguments)
        assert bool(ran.returncode) == fails, ran.stdout
        return ran.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run its Python with *arguments* in the folder."""
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=os.environ | self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def variables(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": f"{NAME}.settings",
            "PULSEBOARD_TOKEN": TOKEN,
            **self.environment,
        }

    def served(self, kind: str) -> WebServer:
        """Return the server *kind* of `SERVERS` for it, not yet started."""
        return WebServer(self, kind)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the project's database from outside."""
        with sqlite3.connect(self.folder / "db.sqlite3", timeout=20) as connection:
            return connection.execute(query).fetchall()

    def lease(self) -> LeaseRow | None:
        """Return the row of the runner, None before there is one."""
        found = self.rows(
            "SELECT holder, number, pid, ticked_at, until "
            "FROM pulseboard_runnerlease WHERE name = 'runner'"
        )
        if not found:
            return None
        holder, number, pid, ticked_at, until = found[0]
        return LeaseRow(
            holder=holder,
            number=number,
            pid=pid,
            ticked_at=_instant(ticked_at),
            until=_instant(until),
        )

    def wait_for_tick(self, patience_seconds: float = 30.0) -> LeaseRow:
        """Return the lease as soon as a runner has ticked."""
        wait_until(self._has_ticked, "the first tick", patience_seconds)
        row = self.lease()
        assert row is not None
        return row

    def _has_ticked(self) -> bool:
        row = self.lease()
        return row is not None and row.ticked_at is not None


class WebServer(Server):
    """One web server with its workers, its log in its own folder."""

    name = "web"

    def __init__(self, project: Project, kind: str) -> None:
        ours = os.environ | project.variables()
        path = os.pathsep.join([str(project.folder), ours.get("PYTHONPATH", "")])
        super().__init__(environment=project.variables() | {"PYTHONPATH": path})
        self.project = project
        self.kind = kind

    def command(self) -> list[str]:
        address = f"127.0.0.1:{self.port}"
        parts = [p.format(address=address, port=self.port) for p in SERVERS[self.kind]]
        return [self.project.python, "-m", *parts]

    def answers(self) -> bool:
        """Return whether it can serve; granian hangs when ended before its workers."""
        is_granian = self.kind.startswith("granian")
        started = self.log().count("Started worker-")
        return super().answers() and (not is_granian or started == 2)

    def get(self, path: str, **headers: str) -> Answer:
        """Return what it answers, without following a redirect."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers=headers)
        try:
            with _opener.open(request, timeout=30) as response:
                return _answer(response.status, response)
        except urllib.error.HTTPError as error:
            return _answer(error.code, error)

    def get_later(self, path: str) -> Future[Answer]:
        """Ask on another thread."""
        asked: Future[Answer] = Future()
        threading.Thread(target=lambda: asked.set_result(self.get(path))).start()
        return asked

    def family(self) -> list[psutil.Process]:
        """Return the server and every process it started."""
        return self._family()

    def end(self, number: signal.Signals, patience_seconds: float) -> float:
        """
        Ask it to end and wait until none of its processes is left.

        Args:
            number: SIGTERM goes to the server as from a supervisor, SIGINT to all of
                its processes as from a keyboard.

        Returns:
            How many seconds that took.
        """
        family, started = self._family(), time.monotonic()
        if number == signal.SIGINT:
            os.killpg(self.process_id, number)
        else:
            os.kill(self.process_id, number)
        wait_until(
            lambda: not self.is_running and not _alive(family),
            f"{self.kind} to end with its processes",
            patience_seconds,
        )
        return time.monotonic() - started


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))


def start_project(
    folder: Path, python: str = sys.executable, **environment: str
) -> Project:
    """Return what ``django-admin startproject`` makes in the new *folder*."""
    folder.mkdir(parents=True)
    project = Project(folder, python, environment)
    made = project.run("-m", "django", "startproject", NAME, ".")
    assert made.returncode == 0, made.stdout
    return project


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _answer(status: int, response: Any) -> Answer:
    return Answer(status, dict(response.headers), response.read().decode())


def _alive(family: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [
        each
        for each in family
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]

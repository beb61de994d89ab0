"""The demo as a person meets it: started by its command, watched from outside."""

from __future__ import annotations

import http.cookiejar
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, ROOT / "examples/driver_app/demo.py"]
PATIENCE_SECONDS = 60
#: A busy test machine would mail alarms of its own.
CHECKS = {
    "cache": {"title": "Redis cache"},
    **{name: {"enabled": False} for name in ("cpu", "load", "memory", "swap", "disk")},
}

pytestmark = pytest.mark.server


class Demo:
    """A running demo: its lines as they come, and a browser signed in as admin."""

    def __init__(self, folder: str) -> None:
        # Checks run often so that the test is short; their meaning is the same.
        self._environment = {
            **os.environ,
            "DRIVER_DEMO_DIR": folder,
            "PULSEBOARD_CHECK_EVERY": "1s",
            "PULSEBOARD_CHECKS": json.dumps(CHECKS),
        }
        self._environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.folder = Path(folder)
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._lines: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [*COMMAND, "run", "--port", self.address.rpartition(":")[2]],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        without_proxy = urllib.request.ProxyHandler({})
        self._browser = urllib.request.build_opener(without_proxy, jar)
        self._visitor = urllib.request.build_opener(without_proxy)

    def line(self, pattern: str) -> str:
        """Return the next line that holds *pattern*, skipping others."""
        seen = []
        while True:
            try:
                seen.append(self._lines.get(timeout=PATIENCE_SECONDS))
            except queue.Empty:
                pytest.fail(f"no {pattern!r} among:\n{''.join(seen)}")
            if re.search(pattern, seen[-1]):
                return seen[-1].strip()

    def rest(self) -> list[str]:
        """Return the lines that have come and were not read."""
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def command(self, name: str) -> None:
        subprocess.run([*COMMAND, name], env=self._environment, check=True)

    def sign_in(self, password: str) -> None:
        page = f"{self.address}/admin/login/?next=/admin/"
        with self._browser.open(page) as answer:
            [token] = re.findall(
                'csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode()
            )
        form = {
            "csrfmiddlewaretoken": token,
            "username": "admin",
            "password": password,
        }
        self._browser.open(page, urllib.parse.urlencode(form).encode()).close()

    def json(self, path: str) -> Any:
        with self._browser.open(self.address + path, timeout=20) as answer:
            return json.load(answer)

    def text(self, path: str) -> str:
        """Return what a visitor reads at *path*, tags left out."""
        with self._visitor.open(self.address + path, timeout=20) as answer:
            return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.read().decode()))

    def call(self, path: str, **body: object) -> Any:
        """Post *body* to the API with the token of the demo."""
        request = urllib.request.Request(self.address + path, json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        token = (self.folder / "token.secret").read_text() * 2
        request.add_header("Authorization", f"Bearer {token}")
        with self._visitor.open(request, timeout=60) as answer:
            return json.load(answer)

    def services(self) -> dict[str, str]:
        """Return the public status of each service."""
        found = self.json("/health/status-page.json")["services"]
        return {each["slug"]: each["status"] for each in found}

    def known(self, *statuses: str) -> set[str]:
        """Return the components with one of *statuses*, or with any known one."""
        shown = self.json("/health/detailed")["health_checks"]
        wanted = statuses or ("healthy", "warning", "critical")
        return {each["service"] for each in shown if each["status"] in wanted}

    def until(self, claim: Callable[[], bool]) -> None:
        """Return once *claim* holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not claim():
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self._reader.join(PATIENCE_SECONDS)
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    # Not pytest's own folder: the user of PostgreSQL could not enter it.
    folder = tempfile.mkdtemp(prefix="pulseboard-demo-test-")
    os.chmod(folder, 0o755)
    running = Demo(folder)
    running.line("Driver app is running")
    running.sign_in(running.line("Sign in").split(" / ")[1])
    yield running
    running.end()
    shutil.rmtree(folder)


def test_the_dashboard_shows_ten_real_components(demo: Demo) -> None:
    """X27: the first useful screen, without configuration."""
    assert len(demo.known()) >= 10
    demo.until(lambda: {"trips_pending", "forgotten_trips"} <= demo.known())


def test_a_stopped_redis_is_told_once_and_so_is_its_return(demo: Demo) -> None:
    """The alarm names Redis in one mail; the all-clear is one more."""
    demo.rest()
    demo.command("stop-redis")
    alarm = demo.line("^mail to ")
    assert re.fullmatch("mail to ops@driver.example: .*Critical.*Redis.*", alarm)
    assert demo.json("/health/detailed")["overall_status"] == "critical"
    demo.command("start-redis")
    assert "Redis" in demo.line("^mail to ")
    demo.until(lambda: "cache" in demo.known("healthy"))
    assert [line for line in demo.rest() if line.startswith("mail to ")] == []


ENDPOINTS = {
    "api-root": "API Root",
    "health-check": "Health Check",
    "user-registration": "User Registration",
    "user-login": "User Login",
    "oauth-applications": "OAuth Applications",
    "health-overview-api": "Health Overview API",
    "status-page": "Status Page",
    "admin-panel": "Admin Panel",
}


def test_the_eight_endpoints_are_probed_and_public(demo: Demo) -> None:
    """S3, S13: live values, and strips that say that their past is made up."""
    demo.until(lambda: set(demo.services().values()) == {"operational"})
    assert set(demo.services()) == set(ENDPOINTS)
    page = demo.text("/health/status-page")
    assert "8 of 8 services operational" in page
    assert "demo" in page.lower().replace("driver app", "")


def test_a_broken_login_turns_its_row_and_drafts_an_incident(demo: Demo) -> None:
    """S4, S13, S16: published and resolved by a person, on page and feed."""
    demo.command("break-login")
    demo.call("/health/api/endpoints/user-login/run")
    demo.until(lambda: demo.services()["user-login"] == "major_outage")
    others = {
        slug for slug, status in demo.services().items() if status != "operational"
    }
    assert others == {"user-login"}
    assert "Partial outage: User Login is down" in demo.text("/health/status-page")
    [draft] = demo.json("/health/api/incidents")["incidents"]
    assert (draft["components"], draft["is_published"]) == (["user-login"], False)
    assert draft["title"] not in demo.text("/health/status-page.atom")
    demo.call(f"/health/api/incidents/{draft['key']}/publish")
    demo.until(lambda: draft["title"] in demo.text("/health/status-page.atom"))
    assert draft["title"] in demo.text("/health/status-page")
    demo.command("mend-login")
    demo.call("/health/api/endpoints/user-login/run")
    solved = {"phase": "resolved", "text": "The login works again."}
    demo.call(f"/health/api/incidents/{draft['key']}/updates", **solved)
    demo.until(lambda: "works again" in demo.text("/health/status-page.atom"))
    demo.until(lambda: set(demo.services().values()) == {"operational"})
    assert "All systems operational" in demo.text("/health/status-page")


def test_the_demo_ends_with_all_it_started(demo: Demo) -> None:
    assert demo.end() == 0
    with pytest.raises(urllib.error.URLError):
        demo.json("/health/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

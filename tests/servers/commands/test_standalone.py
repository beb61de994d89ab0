"""X25: the standalone server, from one file and nothing else."""

from __future__ import annotations

import http.cookiejar
import json
import os
import queue
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import free_port, wait_until

pytestmark = pytest.mark.server

CONSOLE = Path(sys.executable).with_name("pulseboard")
PATIENCE_SECONDS = 60
FILE = """
service_name = "solo"
check_every = "1s"

[external_services.shop]
preset = "http"
url = "http://127.0.0.1:{port}/"
"""


def environment() -> dict[str, str]:
    hidden = ("DJANGO_SETTINGS_MODULE", "PULSEBOARD_")
    return {k: v for k, v in os.environ.items() if not k.startswith(hidden)}


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [CONSOLE, *words],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran


class Up:
    """`pulseboard up` and what it printed; a browser for what it serves."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            # Any warning of our own would end up in the terminal of a user.
            [sys.executable, "-W", "error", CONSOLE, "up", *words],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.said = "".join(self._until("Ctrl-C stops"))
        self.address = self._one(r"Health +(http\S+)/$")
        self._browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def password(self) -> str:
        return self._one(r"Sign in +admin / (\S+)")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self._browser.open(self.address + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status(self) -> str:
        code, text = self.get("/")
        return str(json.loads(text)["status"]) if code == 200 else f"{code}"

    def sign_in(self, password: str) -> str:
        page = f"{self.address}/admin/login/?next=/dashboard"
        with self._browser.open(page) as answer:
            found = re.search(
                'csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode()
            )
        assert found
        form = {
            "csrfmiddlewaretoken": found[1],
            "username": "admin",
            "password": password,
        }
        with self._browser.open(page, urllib.parse.urlencode(form).encode()) as answer:
            return str(answer.url)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def rest(self) -> str:
        return "".join(self._lines.get() for _ in range(self._lines.qsize()))

    def _one(self, pattern: str) -> str:
        found = re.search(pattern, self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    def _until(self, text: str) -> Iterator[str]:
        while True:
            line = self._lines.get(timeout=PATIENCE_SECONDS)
            yield line
            if text in line:
                return
            assert line, "it ended before it served"

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("solo")
    (made / "pulseboard.toml").write_text(FILE.format(port=free_port()))
    return made


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    running = Up(folder, "--bind=127.0.0.1:0")
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def test_it_serves_health_and_runs_what_the_file_declares(up: Up, folder: Path) -> None:
    code, text = up.get("/")
    assert code == 200
    assert set(json.loads(text)) == {"status", "timestamp", "service"}
    wait_until(lambda: up.status() == "warning", "the shop that is down to be noticed")
    told = json.loads(call(folder, "status", "--json").stdout)
    statuses = {each["name"]: each["status"] for each in told["monitors"]}
    assert statuses["external:shop"] == "critical"
    assert statuses["database"] == "healthy"
    assert told["runner"]["mode"] == "embedded"
    assert told["runner"]["pid"] == up.process.pid


def test_the_dashboard_asks_to_sign_in_and_then_shows(up: Up) -> None:
    _, text = up.get("/dashboard")
    assert "csrfmiddlewaretoken" in text
    assert up.sign_in(up.password()) == f"{up.address}/dashboard"
    code, text = up.get("/dashboard")
    assert code == 200
    assert "solo" in text


def test_the_files_of_the_pages_are_served_and_no_others(up: Up, folder: Path) -> None:
    assert up.get("/static/pulseboard/pulseboard.css")[0] == 200
    assert up.get("/static/admin/css/base.css")[0] == 200
    outside = urllib.parse.quote("../../../../pyproject.toml", safe="")
    for path in ("pulseboard.toml", "pulseboard/", outside, "%2e%2e/%2e%2e/urls.py"):
        assert up.get(f"/static/{path}")[0] in (400, 404)


def test_a_host_name_that_is_not_ours_is_refused(up: Up) -> None:
    request = urllib.request.Request(up.address, headers={"Host": "evil.example"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError, match="400"):
        opener.open(request)


def test_what_is_kept_beside_the_file_is_for_its_owner_only(
    up: Up, folder: Path
) -> None:
    for name in ("pulseboard.secret-key", "pulseboard.sqlite3"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert up.password() not in (folder / "pulseboard.toml").read_text()


def test_a_signal_ends_it_and_gives_the_lease_back(up: Up, folder: Path) -> None:
    key = (folder / "pulseboard.secret-key").read_text()
    assert up.end() == 0
    assert "Traceback" not in up.rest()
    with sqlite3.connect(folder / "pulseboard.sqlite3") as connection:
        [(until, ticked_at)] = connection.execute(
            "SELECT until, ticked_at FROM pulseboard_runnerlease WHERE name = 'runner'"
        )
    # Released: a lease that is held reaches 15 s beyond its last tick.
    assert until <= ticked_at or until < _seconds_later(ticked_at, 10)

    again = Up(folder, "--bind=127.0.0.1:0")
    assert "Sign in" not in again.said
    assert (folder / "pulseboard.secret-key").read_text() == key
    assert again.end(signal.SIGINT) == 0


def _seconds_later(text: str, seconds: float) -> str:
    from datetime import datetime, timedelta

    return str(datetime.fromisoformat(text) + timedelta(seconds=seconds))


def test_the_first_password_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a long first password\n")
    (tmp_path / "shop.toml").write_text(
        '[server]\nbind = "127.0.0.1:0"\nadmin_password_file = "password"\n'
        'database = "data.sqlite3"\n'
    )
    running = Up(tmp_path, "shop.toml")
    try:
        assert "Sign in" not in running.said
        assert running.sign_in("a long first password").endswith("/dashboard")
        assert (tmp_path / "data.sqlite3").exists()
    finally:
        assert running.end() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('check_evry = "5s"', ["unknown name 'CHECK_EVRY'; did you mean"]),
        (
            'check_every = "soon"\nmax_workers = 0\n',
            ["CHECK_EVERY: expected a duration", "MAX_WORKERS: expected 1 to 64"],
        ),
        ("[server]\nbnd = '127.0.0.1:0'", ["unknown name 'bnd'; did you mean 'bind'?"]),
        ("[server]\nbind = 'here'", ["expected an address such as '127.0.0.1:8765'"]),
        ("[server]\ndatabase = 'mysql://x'", ["expected the path of an SQLite file"]),
        ("not toml", ["cannot be read as TOML"]),
        ("[checks.dsk]\n", ["CHECKS: unknown name 'dsk'; did you mean 'disk'?"]),
    ],
)
def test_wrong_settings_are_a_line_each_and_the_code_is_2(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    (tmp_path / "pulseboard.toml").write_text(text)
    ran = call(tmp_path, "up", "--bind=127.0.0.1:0")
    assert ran.returncode == 2
    lines = [line for line in ran.stderr.splitlines() if "usage:" not in line]
    assert len(lines) == len(said)
    for line, words in zip(lines, said, strict=True):
        assert words in line


def test_without_a_file_it_says_which_to_write(tmp_path: Path) -> None:
    ran = call(tmp_path, "up")
    assert ran.returncode == 2
    assert "no file pulseboard.toml; write one (it may be empty)" in ran.stderr


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    import socket

    (tmp_path / "pulseboard.toml").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        ran = call(tmp_path, "up", f"--bind={bind}")
    assert ran.returncode == 1
    assert f"Cannot serve on {bind}: Address already in use." in ran.stderr


def test_a_missing_uvicorn_names_its_install_line(tmp_path: Path) -> None:
    (tmp_path / "pulseboard.toml").write_text("")
    hidden = (
        "import sys; sys.modules['uvicorn'] = None; from pulseboard.cli import main"
    )
    ran = subprocess.run(
        [sys.executable, "-c", f"{hidden}; sys.exit(main(['up']))"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 1
    assert 'pip install "pulseboard[server]"' in ran.stderr


def test_every_verb_works_with_the_file_alone(tmp_path: Path) -> None:
    """`pulseboard VERB` beside a pulseboard.toml needs no Django project."""
    (tmp_path / "pulseboard.toml").write_text('service_name = "solo"')
    ran = call(tmp_path, "status")
    assert ran.returncode == 1
    assert "run `pulseboard init`" in ran.stderr

    assert call(tmp_path, "init").returncode == 0
    assert call(tmp_path, "run", "--once").returncode == 0
    assert "pulseboard_monitor" in call(tmp_path, "tables").stdout
    assert call(tmp_path, "health", "disk").returncode == 0
    doctor = call(tmp_path, "doctor").stdout
    assert "manage.py" not in doctor
    assert call(tmp_path, "start").returncode == 0
    assert call(tmp_path, "stop").returncode == 0


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "solo.toml").write_text('service_name = "solo"')
    ran: Any = subprocess.run(
        [CONSOLE, "health", "disk"],
        cwd="/",
        env=environment() | {"PULSEBOARD_FILE": str(tmp_path / "solo.toml")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr

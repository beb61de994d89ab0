"""M8: `run`, `start` and `stop` as processes, and trouble without a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from tests.support.process import free_port, wait_until
from tests.support.projects import NAME, Project, start_project

pytestmark = pytest.mark.server

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = start_project(tmp_path_factory.mktemp("hosts") / "template")
    made.add_pulseboard()
    made.append("settings.py", 'PULSEBOARD = {"CHECK_EVERY": "1s"}')
    made.manage("migrate", "--verbosity=0")
    return made


@pytest.fixture
def project(template: Project, tmp_path: Path) -> Iterator[Project]:
    copied = template.copied(tmp_path / "host")
    yield copied
    kill_detached(copied)


def kill_detached(project: Project) -> None:
    file = project.folder / "logs" / "runner.pid"
    if file.exists() and psutil.pid_exists(int(file.read_text())):
        os.kill(int(file.read_text()), signal.SIGKILL)


def call(project: Project, *words: str) -> tuple[int, str]:
    ran = project.run("manage.py", "pulseboard", *words)
    assert "Traceback" not in ran.stdout
    return ran.returncode, ran.stdout


class Running:
    """`run` in the foreground, and its first line."""

    def __init__(self, project: Project, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "pulseboard", "run", *words],
            cwd=project.folder,
            env=os.environ | project.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()

    def end(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_cleanly_on_a_signal_and_gives_its_lease_back(
    project: Project, number: signal.Signals
) -> None:
    running = Running(project)
    assert re.fullmatch(r"Running \d+ checks; Ctrl-C stops\n", running.first_line)
    project.wait_for_tick(PATIENCE_SECONDS)
    said = running.end(number)
    assert running.process.returncode == 0, said
    assert "Traceback" not in said
    lease = project.lease()
    assert lease is not None
    assert lease.until is not None
    assert lease.until <= datetime.now(UTC)
    assert lease.pid == running.process.pid


def test_a_signal_right_after_the_first_line_ends_it_too(project: Project) -> None:
    running = Running(project)
    said = running.end(signal.SIGTERM)
    assert running.process.returncode == 0, said


def test_run_once_does_what_is_due_and_ends(project: Project) -> None:
    code, said = call(project, "run", "--once")
    assert code == 0
    assert re.search(r"Ran \d+ checks: ", said)
    assert project.rows("SELECT count(*) FROM pulseboard_healthmetric")[0][0] > 5


def test_start_runs_detached_and_stop_ends_it(project: Project) -> None:
    code, said = call(project, "start")
    assert code == 0
    pid = int((project.folder / "logs" / "runner.pid").read_text())
    assert f"process {pid}" in said
    assert project.wait_for_tick(PATIENCE_SECONDS).pid == pid

    code, said = call(project, "start")
    assert (code, f"running already, process {pid}" in said) == (1, True)

    code, said = call(project, "stop")
    assert (code, f"process {pid}" in said) == (0, True)
    assert not psutil.pid_exists(pid)
    assert not (project.folder / "logs" / "runner.pid").exists()
    assert (project.folder / "logs" / "runner.log").read_text().startswith("Running")

    code, said = call(project, "status")
    assert code == 1
    assert re.search(r"Runner: stopped by \S+", said)


def test_a_stop_holds_for_every_runner_until_start_lifts_it(project: Project) -> None:
    call(project, "stop")
    running = Running(project)
    second = running.process.stdout.readline()  # type: ignore[union-attr]
    assert "Checks were stopped by" in second
    assert "`manage.py pulseboard start` lifts it" in second
    lease = project.lease()
    assert lease is None or lease.ticked_at is None

    code, said = call(project, "start")
    assert (code, "The stop is lifted" in said) == (0, True)
    project.wait_for_tick(PATIENCE_SECONDS)
    running.end(signal.SIGTERM)


def test_a_stale_pid_file_is_no_runner(project: Project) -> None:
    file = project.folder / "logs" / "runner.pid"
    file.parent.mkdir(exist_ok=True)
    # A living process, and not a runner: its number was given to another.
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as other:
        file.write_text(f"{other.pid}\n")
        code, said = call(project, "start")
        assert code == 0, said
        assert file.read_text() != f"{other.pid}\n"
        call(project, "stop")
        assert other.poll() is None
        other.kill()


def test_a_runner_that_cannot_start_is_told_with_the_place_of_its_last_words(
    project: Project,
) -> None:
    project.append("settings.py", 'import sys\nif "run" in sys.argv: sys.exit("no")')
    code, said = call(project, "start")
    assert code == 1
    assert f"its last words are in {project.folder}/logs/runner.log" in said
    assert (project.folder / "logs" / "runner.log").read_text() == "no\n"


def test_start_leaves_the_checks_to_a_web_server_that_runs_them(
    project: Project,
) -> None:
    with project.served("uvicorn"):
        project.wait_for_tick(PATIENCE_SECONDS)
        code, said = call(project, "start")
        assert (code, "Checks run inside the web process." in said) == (0, True)
        call(project, "stop")
        before = project.lease()
        code, said = call(project, "start")
        assert (code, "The stop is lifted" in said) == (0, True)
        assert "Checks run inside the web process." in said
        wait_until(lambda: project.lease() != before, "a tick after the stop")
    assert not (project.folder / "logs" / "runner.pid").exists()


@pytest.mark.parametrize("verb", ["status", "run", "start", "tables", "init", "demo"])
def test_a_database_without_our_tables_is_one_sentence(
    template: Project, tmp_path: Path, verb: str
) -> None:
    project = template.copied(tmp_path / "host")
    (project.folder / "db.sqlite3").unlink()
    code, said = call(project, verb)
    assert code == 1
    assert "The tables of Pulseboard are missing: run `manage.py migrate`." in said
    assert len(said.splitlines()) == 1


@pytest.fixture
def away(project: Project) -> Project:
    """A project whose database server does not answer."""
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "shop",
        "PASSWORD": "canary-Pa55word",
        "HOST": "127.0.0.1",
        "PORT": free_port(),
    }
    project.append("settings.py", f'DATABASES = {{"default": {database!r}}}')
    return project


@pytest.mark.parametrize("verb", ["status", "start", "stop", "tables", "init"])
def test_a_database_that_is_away_is_one_sentence(away: Project, verb: str) -> None:
    code, said = call(away, verb)
    assert code == 1
    assert "The database does not answer (OperationalError)." in said
    assert "canary" not in said
    assert "127.0.0.1" not in said


def test_doctor_and_health_work_without_the_database(away: Project) -> None:
    code, said = call(away, "doctor")
    assert code == 1
    assert "todo  database: The database does not answer (OperationalError)." in said
    assert "ok    urls: Health is at /health/" in said
    code, said = call(away, "health", "database", "disk")
    assert code == 1
    assert said.startswith("database: critical")
    assert "\ndisk: " in said
    said = call(away, "health")[1]
    assert "\nrequests: unknown (the counts cannot be read)" in said
    assert "Traceback" not in said


def test_run_waits_for_a_database_that_is_away(away: Project) -> None:
    running = Running(away)
    assert running.first_line.startswith("Running")
    second = running.process.stdout.readline()  # type: ignore[union-attr]
    assert "Results are kept in memory until it does." in second
    said = running.end(signal.SIGTERM)
    assert running.process.returncode == 0, said
    assert "Traceback" not in said


def test_the_other_door_takes_the_project_from_the_environment(
    project: Project,
) -> None:
    console = Path(sys.executable).with_name("pulseboard")
    ran = subprocess.run(
        [console, "health", "disk", f"--settings={NAME}.settings"],
        cwd=project.folder,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("disk: healthy")


def test_without_any_application_both_ways_are_told(tmp_path: Path) -> None:
    console = Path(sys.executable).with_name("pulseboard")
    hidden = {"DJANGO_SETTINGS_MODULE", "PULSEBOARD_FILE"}
    ran = subprocess.run(
        [console, "status"],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k not in hidden},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.returncode == 2
    assert "manage.py pulseboard" in ran.stderr
    assert "pulseboard.toml" in ran.stderr


@pytest.mark.parametrize("door", ["-m pulseboard.cli", "manage.py pulseboard"])
def test_a_reader_that_leaves_early_is_no_traceback(
    project: Project, door: str
) -> None:
    command = f"{sys.executable} {door} tables | true"
    ran = subprocess.run(
        command,
        shell=True,
        cwd=project.folder,
        env=os.environ | project.variables(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ran.stderr == ""


def test_a_host_without_auth_is_told_so_and_installed(project: Project) -> None:
    project.append("plain.py", "urlpatterns = []")
    project.append(
        "settings.py",
        f"""
INSTALLED_APPS = ["pulseboard"]
MIDDLEWARE = ["pulseboard.middleware.PulseboardMiddleware"]
ROOT_URLCONF = "{NAME}.plain"
""",
    )
    code, said = call(project, "init")
    assert code == 0
    assert "django.contrib.auth is not installed; callers need tokens" in said
    assert "1. Mount the pages in urls.py" in said


def test_warnings_of_ours_would_be_errors(project: Project) -> None:
    words = ("-W", "error", "manage.py", "pulseboard")
    assert project.run(*words, "init").returncode == 0
    assert project.run(*words, "run", "--once").returncode == 0


@pytest.mark.parametrize("verb", ["run", "start"])
def test_what_is_switched_off_runs_nothing(project: Project, verb: str) -> None:
    """D7"""
    project.append("settings.py", 'PULSEBOARD = {"ENABLED": False}')
    code, said = call(project, verb)
    assert (code, "ENABLED is False" in said) == (1, True)

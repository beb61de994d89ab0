"""Poor surroundings: no disk, no network, odd locales, strict Pythons, broken logs.

F49, F83, F84, F85, F87, F88.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.process import find, wait_until
from tests.support.projects import TOKEN, Project, WebServer, start_project

pytestmark = pytest.mark.server

BEARER = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = """
INSTALLED_APPS += ["mysite"]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
PULSEBOARD = {"CHECK_EVERY": "1s", "CHECK_TIMEOUT": "1s"}
"""
HELLO = """
from django.http import HttpResponse
urlpatterns += [path("hello/", lambda request: HttpResponse("hello"))]
"""
CHECKS = """
import pulseboard

@pulseboard.check("odd", title="Grüße, 東京 ☃", every="1s")
def odd():
    return pulseboard.warning("größer als ☃")

@pulseboard.check("raises", every="1s")
def raises():
    raise ValueError("schön ☃")
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = start_project(tmp_path / "host")
    project.add_pulseboard()
    project.append("settings.py", SETTINGS)
    project.append("urls.py", HELLO)
    project.append("health_checks.py", CHECKS)
    return project


class Confined(WebServer):
    """A web server under a command of its own, say a namespace."""

    def __init__(self, project: Project, kind: str, *prefix: str) -> None:
        super().__init__(project, kind)
        self.prefix = prefix

    def command(self) -> list[str]:
        return [*self.prefix, *super().command()]


def is_ready(server: WebServer) -> bool:
    """Whether the host answers, and a runner keeps the deciding checks well."""
    assert server.get("/hello/").text == "hello"
    if server.get("/health/ready").status != 200:
        return False
    detailed = server.get("/health/detailed", **BEARER).json()
    ages = {
        e["service"]: e["details"].get("age_seconds") for e in detailed["health_checks"]
    }
    return bool(detailed["runner"]["running"]) and ages.get("odd") is not None


READ_ONLY = """
mount --make-rprivate /
awk '$2 != "/proc" && $2 !~ "^/(proc|sys|dev/pts)" {print $2}' /proc/self/mounts |
while read -r place; do mount -o remount,bind,ro "$place" 2>/dev/null || true; done
! touch /tmp/written 2>/dev/null
unset HOME
export TMPDIR=/nonexistent
exec "$0" "$@"
"""


@pytest.mark.root
def test_a_read_only_root_without_home_and_temporary_folder(project, postgres):
    """F83"""
    entry = postgres.django_database("read_only_root")
    project.append("settings.py", f'DATABASES = {{"default": {entry!r}}}')
    project.manage("migrate", "--verbosity=0")
    prefix = [find("unshare"), "--mount", "sh", "-ec", READ_ONLY]
    with Confined(project, "uvicorn", *prefix) as server:
        wait_until(lambda: is_ready(server), "readiness", 40)


@pytest.mark.root
def test_without_a_network_everything_runs(project):
    """F84: not even the loopback device is up."""
    project.manage("migrate", "--verbosity=0")
    alone = Project(project.folder, find("unshare"), project.environment)
    python = ["--net", project.python, "manage.py"]
    assert alone.run(*python, "check").returncode == 0
    ran = alone.run(*python, "pulseboard", "run", "--once")
    assert ran.returncode == 0, ran.stdout
    assert "healthy" in ran.stdout


def test_a_poor_locale_prints_and_stores_every_letter(project):
    """F85"""
    poor = {
        "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }  # fmt: skip
    poor_project = Project(project.folder, environment=poor)
    poor_project.manage("migrate", "--verbosity=0")
    poor_project.manage("pulseboard", "run", "--once")
    for verb in ("health", "status"):
        printed = poor_project.run("manage.py", "pulseboard", verb).stdout
        assert "UnicodeEncodeError" not in printed
        assert "Traceback" not in printed
    with poor_project.served("gunicorn") as server:
        wait_until(lambda: is_ready(server), "readiness", 40)
        assert "Grüße, 東京 ☃" in server.get("/health/detailed", **BEARER).text.encode(
            "ascii"
        ).decode("unicode_escape")
        assert "UnicodeEncodeError" not in server.log()


def test_an_optimised_python_whose_warnings_are_errors(project):
    """F87"""
    strict = Project(
        project.folder,
        environment={"PYTHONOPTIMIZE": "1", "PYTHONWARNINGS": "error"},
    )
    strict.manage("migrate", "--verbosity=0")
    strict.manage("pulseboard", "run", "--once")
    with strict.served("gunicorn") as server:
        wait_until(lambda: is_ready(server), "readiness", 40)
        assert server.get("/health/dashboard", **BEARER).status == 200
        assert "Warning" not in server.log()


RAISING_LOG = """
import logging

class Raising(logging.Handler):
    def emit(self, record):
        raise OSError("no log for you")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"raising": {"()": Raising}},
    "loggers": {"pulseboard": {"handlers": ["raising"], "level": "DEBUG"}},
}
"""
FULL_LOG = """
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"full": {"class": "logging.FileHandler", "filename": "/dev/full"}},
    "root": {"handlers": ["full"], "level": "DEBUG"},
}
PULSEBOARD["LOG_DIR"] = "/dev/full"
"""


@pytest.mark.parametrize("kind", ["gunicorn", "uvicorn"])
@pytest.mark.parametrize("log", [RAISING_LOG, FULL_LOG], ids=["raising", "full"])
def test_a_broken_log_stops_neither_the_host_nor_the_checks(project, log, kind):
    """F88: one check raises at every run, and each access is logged."""
    project.manage("migrate", "--verbosity=0")
    project.append("settings.py", log)
    with project.served(kind) as server:
        wait_until(lambda: is_ready(server), "readiness", 40)
        wait_until(lambda: is_critical(server, "raises"), "the check that raises")
        answer = server.get("/health/detailed", Authorization="Bearer wrong")
        assert answer.status == 401


def is_critical(server: WebServer, name: str) -> bool:
    detailed = server.get("/health/detailed", **BEARER).json()
    found = {
        each["service"]: each["error_message"] for each in detailed["health_checks"]
    }
    return str(found.get(name)).startswith("raised ValueError")


def test_with_few_open_files_the_host_goes_on(project):
    """F49"""
    project.manage("migrate", "--verbosity=0")
    few_files = ["sh", "-c", 'ulimit -n 64; exec "$0" "$@"']
    with Confined(project, "gunicorn", *few_files) as server:
        wait_until(lambda: is_ready(server), "readiness", 40)
        answers = [server.get_later("/hello/") for _ in range(100)]
        assert {each.result(timeout=60).status for each in answers} == {200}
        wait_until(lambda: is_ready(server), "readiness after", 40)

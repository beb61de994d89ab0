"""X27: the wheel in a new environment, three lines, and the first useful screen."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import wait_until
from tests.support.projects import TOKEN, Project, WebServer, start_project
from tests.support.wheels import PAIRS, Pair, build_wheel, new_environment

pytestmark = pytest.mark.server

#: From ``startproject`` to real data.
MACHINE_SECONDS = 60.0
FIRST_SCREEN = {"database", "cache", "disk", "memory", "migrations", "requests"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}

VERSIONS = """
import platform, django, pulseboard
print(platform.python_version(), django.__version__, pulseboard.__file__)
"""

#: Loaded only by the check, probe or channel that needs them.
HEAVY = {
    "httpx2",
    "httpcore2",
    "redis",
    "psycopg",
    "cryptography",
    "MySQLdb",
    "smtplib",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=PAIRS, ids=lambda pair: f"python{pair.python}")
def pair(request: pytest.FixtureRequest) -> Pair:
    return request.param


@pytest.fixture(scope="module")
def python(pair: Pair, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return new_environment(tmp_path_factory.mktemp("environment") / "v", pair, wheel)


@pytest.fixture(scope="module")
def started_at(python: str) -> float:
    """When the newcomer began, in monotonic seconds."""
    return time.monotonic()


@pytest.fixture(scope="module")
def untouched(
    python: str, started_at: float, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """What ``startproject`` made, without us."""
    folder = tmp_path_factory.mktemp("fresh") / "project"
    return start_project(folder, python, PYTHONPATH="")


@pytest.fixture(scope="module")
def fresh(untouched: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same project with the three lines, migrated."""
    project = untouched.copied(tmp_path_factory.mktemp("fresh") / "project")
    project.add_pulseboard()
    project.manage("migrate")
    return project


@pytest.fixture(scope="module")
def served(fresh: Project) -> Iterator[WebServer]:
    """The project after ``init``, as the development server serves it."""
    fresh.manage("pulseboard", "init")
    with fresh.served("runserver-noreload") as server:
        yield server


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "pulseboard/py.typed",
        "pulseboard/migrations/0001_initial.py",
        "pulseboard/static/pulseboard/pulseboard.css",
        "pulseboard/static/pulseboard/build/dashboard.js",
        "pulseboard/templates/pulseboard/dashboard/standalone.html",
    } <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top.removesuffix(".dist-info") for top in tops} - {"pulseboard"} == {
        wheel.name.removesuffix("-py3-none-any.whl")
    }


def test_the_environment_is_the_pair(python, pair, fresh):
    shown = fresh.run(
        "-c", "import sys, django; print(sys.version, django.__version__)"
    )
    assert re.match(rf"{pair.python}\..* {pair.django}\.", shown.stdout)


def test_real_data_are_there_within_a_minute(served, started_at):
    patience = MACHINE_SECONDS - (time.monotonic() - started_at)
    wait_until(lambda: _answered(served) >= FIRST_SCREEN, "real data", patience)
    page = served.get("/health/dashboard", **BEARER)
    assert (page.status, "Pending migrations" in page.text) == (200, False)
    public = served.get("/health/")
    assert public.status == 200
    assert public.json()["status"] in ("healthy", "warning")  # DEBUG is on


def test_requests_are_counted(served):
    before = _checks(served)["requests"]
    served.get("/admin/login/")
    assert before["status"] == "healthy"
    wait_until(lambda: _figures(served)["requests_1h"] > 0, "counted requests")


def test_the_dashboard_script_is_served(served):
    assert served.get("/static/pulseboard/build/dashboard.js").status == 200


def test_a_browser_is_sent_to_sign_in(served):
    answer = served.get("/health/dashboard")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/admin/login/")


def test_init_may_be_repeated(served, fresh):
    fresh.manage("pulseboard", "init")


def test_doctor_can_examine_everything(served, fresh):
    shown = fresh.run("manage.py", "pulseboard", "doctor").stdout
    assert "Last tick" in shown
    assert "could not be examined" not in shown


def test_a_deployment_check_says_nothing_new(untouched, fresh):
    plain = _message_ids(untouched)
    assert plain
    assert _message_ids(fresh) == plain


def test_importing_the_package_loads_no_django(fresh):
    shown = fresh.run("-c", "import sys, pulseboard; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in shown.stdout.split()}
    assert not loaded & ({"django", "pydantic", "psutil"} | HEAVY)


def test_a_starting_process_loads_nothing_heavy(fresh):
    shown = fresh.run(
        "-c",
        "import sys, django; from django.core.wsgi import get_wsgi_application\n"
        "get_wsgi_application(); from django.urls import reverse\n"
        "reverse('pulseboard:health'); print(*sys.modules)",
    )
    loaded = {name.partition(".")[0] for name in shown.stdout.split()}
    assert "pulseboard" in loaded
    assert not loaded & HEAVY


def _answered(served: WebServer) -> set[str]:
    """Return the checks that know something, by the name before a colon."""
    return {
        name.partition(":")[0]
        for name, check in _checks(served).items()
        if check["status"] != "unknown"
    }


def _checks(served: WebServer) -> dict[str, Any]:
    shown = served.get("/health/detailed", **BEARER).json()["health_checks"]
    return {each["service"]: each for each in shown}


def _figures(served: WebServer) -> dict[str, Any]:
    answer = served.get("/health/detailed", **BEARER).json()
    return dict(answer["performance_summary"])


def _message_ids(project: Project) -> list[str]:
    printed = project.run("manage.py", "check", "--deploy").stdout
    return re.findall(r"\(([a-z_]+\.[EWI]\d+)\)", printed)

"""X27: what a host does not have costs it that part, said clearly, and no other."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.projects import TOKEN, Project, start_project

pytestmark = pytest.mark.server

BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGES = ("/health/detailed", "/health/dashboard", "/health/dashboard.json")
PUBLIC = ("/health/", "/health/live", "/health/ready", "/health/startup")

NO_ADMIN = """
INSTALLED_APPS.remove("django.contrib.admin")
"""

NO_AUTH = """
INSTALLED_APPS = ["django.contrib.staticfiles", "pulseboard"]
MIDDLEWARE = [name for name in MIDDLEWARE if "django.contrib" not in name]
TEMPLATES[0]["OPTIONS"]["context_processors"] = []
"""

NO_ADMIN_URLS = """
from django.urls import include, path

urlpatterns = [path("health/", include("pulseboard.urls"))]
"""

NO_MIDDLEWARE = """
MIDDLEWARE.remove("pulseboard.middleware.PulseboardMiddleware")
"""

UNFOLD = """
INSTALLED_APPS.insert(0, "unfold")
"""

#: Prints the address and status of each list of ours, as a superuser gets it.
LISTS = """
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
client = Client()
client.force_login(User.objects.create_superuser("root"))
for model in admin.site._registry:
    if model._meta.app_label == "pulseboard":
        for page in ("changelist", "add"):
            url = reverse(f"admin:pulseboard_{model._meta.model_name}_{page}")
            print(url, client.get(url).status_code)
print("dashboard", client.get("/health/dashboard").status_code)
print("index", client.get("/admin/pulseboard/").status_code)
print("base", type(admin.site._registry[model]).__mro__)
"""

NewProject = Callable[..., Project]


@pytest.fixture(scope="module")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> NewProject:
    """Make a project with the three lines and *settings* after them, migrated."""
    folder = tmp_path_factory.mktemp("projects")
    plain = start_project(folder / "plain")
    plain.add_pulseboard()
    numbers = iter(range(100))

    def make(settings: str, urls: str = "") -> Project:
        project = plain.copied(folder / f"project{next(numbers)}")
        project.append("settings.py", settings)
        if urls:
            (project.folder / "mysite" / "urls.py").write_text(urls)
        project.manage("migrate")
        return project

    return make


@pytest.mark.parametrize("settings", [NO_ADMIN, NO_AUTH], ids=["no admin", "no auth"])
def test_without_admin_or_auth_the_rest_works(new_project, settings):
    project = new_project(settings, NO_ADMIN_URLS)
    assert "pulseboard." not in project.manage("check")
    project.manage("pulseboard", "init")
    with project.served("runserver-noreload") as server:
        project.wait_for_tick()
        assert {path: server.get(path).status for path in PUBLIC} == dict.fromkeys(
            PUBLIC, 200
        )
        assert {path: server.get(path, **BEARER).status for path in PAGES} == (
            dict.fromkeys(PAGES, 200)
        )
        for path in PAGES:
            refused = server.get(path)
            assert refused.status == 401
            assert "token" in refused.text


def test_without_auth_a_person_reads_how_to_get_in(new_project):
    project = new_project(NO_AUTH, NO_ADMIN_URLS)
    with project.served("runserver-noreload") as server:
        refused = server.get("/health/dashboard", Accept="text/html")
        assert refused.headers["Content-Type"].startswith("text/html")
        assert "Nobody can sign in" in refused.text


def test_under_unfold_our_lists_render(new_project):
    if importlib.util.find_spec("unfold") is None:
        pytest.skip("Unfold is not installed")
    shown = new_project(UNFOLD).run("-c", LISTS).stdout
    assert "unfold.admin.ModelAdmin" in shown
    assert _statuses(shown) <= {200, 403}
    assert "dashboard 200" in shown


def test_under_the_plain_admin_our_lists_render(new_project):
    shown = new_project("").run("-c", LISTS).stdout
    assert _statuses(shown) <= {200, 403}
    assert "index 200" in shown


def test_without_psutil_other_sources_answer(new_project):
    project = new_project("")
    (project.folder / "psutil.py").write_text(
        'raise ModuleNotFoundError("No module named \'psutil\'", name="psutil")\n'
    )
    assert "pulseboard." not in project.manage("check")
    project.manage("pulseboard", "init")
    with project.served("runserver-noreload") as server:
        project.wait_for_tick()
        answer = server.get("/health/detailed", **BEARER).json()
    checks = {each["service"]: each for each in answer["health_checks"]}
    assert checks["database"]["status"] == "healthy"
    assert checks["memory"]["status"] != "unknown"
    raised = [each for each in checks.values() if "raised" in _summary(each)]
    assert raised == []


def test_without_the_middleware_a_process_of_its_own_runs(new_project):
    project = new_project(NO_MIDDLEWARE)
    assert "pulseboard.W002" in project.manage("check")
    runner = subprocess.Popen(
        [project.python, "manage.py", "pulseboard", "run"],
        cwd=project.folder,
        env=os.environ | project.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        project.wait_for_tick()
        assert project.rows("SELECT mode FROM pulseboard_runnerlease") == [("process",)]
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(15) == 0
    finally:
        runner.kill()
        runner.wait()


def test_switched_off_nothing_runs_and_the_paths_answer(new_project):
    project = new_project('PULSEBOARD = {"ENABLED": False}')
    with project.served("runserver-noreload") as server:
        answer = server.get("/health/live")
        assert (answer.status, "X-Response-Time" in answer.headers) == (200, False)
        assert server.get("/health/").status == 200
        assert server.get("/health/detailed", **BEARER).status == 200
        assert server.get("/health/dashboard", **BEARER).status == 200
    assert project.lease() is None


def _statuses(shown: str) -> set[int]:
    found = re.findall(r"^/admin/pulseboard/\S+ (\d+)$", shown, re.M)
    assert len(found) > 10, shown
    return set(map(int, found))


def _summary(check: dict[str, Any]) -> str:
    return str(check["details"]["summary"])

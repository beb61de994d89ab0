"""A path of this application is asked where its server listens. S2"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.support.process import wait_until
from tests.support.projects import Project, start_project

pytestmark = pytest.mark.server

SETTINGS = """
ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]
PULSEBOARD = {
    "RUNNER": %r,
    "ENDPOINTS": {"Itself": {"url": "/health/live", "every": %r, "timeout": "2s"}},
}
"""

#: What a person's click does, inside a request.
RUN_NOW = """
from django.http import JsonResponse
from pulseboard.monitors.run_now import run_now

def run(request):
    (observed,) = run_now(["endpoint:itself"], "a person")
    said = observed.outcome
    return JsonResponse({"status": said.status.value, "summary": said.summary})

urlpatterns += [path("run", run)]
"""

RESULT = (
    "SELECT status, summary FROM pulseboard_monitor "
    "WHERE name = 'endpoint:itself' AND status = 'healthy'"
)


def _project(folder: Path, runner: str, every: str) -> Project:
    made = start_project(folder)
    made.add_pulseboard()
    made.append("settings.py", SETTINGS % (runner, every))
    made.append("urls.py", RUN_NOW)
    made.manage("migrate")
    return made


@pytest.mark.parametrize("kind", ["gunicorn", "uvicorn", "granian-wsgi"])
def test_an_endpoint_without_a_host_is_our_own(tmp_path: Path, kind: str) -> None:
    project = _project(tmp_path / "made", "embedded", "2s")
    with project.served(kind) as server:
        server.get("/health/live")
        wait_until(lambda: project.rows(RESULT), "the first result", 60)

    ((_, summary),) = project.rows(RESULT)
    assert summary.startswith("200 in")


def test_a_runner_of_its_own_learns_where_the_web_process_listens(
    tmp_path: Path,
) -> None:
    project = _project(tmp_path / "made", "process", "2s")
    runner = subprocess.Popen(
        [project.python, "manage.py", "pulseboard", "run"],
        cwd=project.folder,
        env=os.environ | project.variables(),
        stdout=subprocess.DEVNULL,
    )
    try:
        with project.served("gunicorn") as server:
            server.get("/health/live")
            wait_until(lambda: project.rows(RESULT), "the first result", 60)
    finally:
        runner.terminate()
        runner.wait(30)


@pytest.mark.parametrize(
    ("kind", "status"), [("gunicorn", "healthy"), ("gunicorn-alone", "unknown")]
)
def test_a_worker_that_nobody_stands_in_for_is_not_waited_for(
    tmp_path: Path, kind: str, status: str
) -> None:
    """S4: asked from a request of its only worker, a path could never answer."""
    project = _project(tmp_path / "made", "embedded", "1h")
    with project.served(kind) as server:
        server.get("/health/live")
        wait_until(lambda: project.rows(RESULT), "the first result", 60)
        said = server.get("/run").json()
        assert said["status"] == status
        if status == "unknown":
            assert "one request at a time" in said["summary"]
        server.get("/health/live")

"""X27, F44: under every web server one process runs, from the start to the end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.process import wait_until
from tests.support.projects import SERVERS, Project, WebServer, start_project

pytestmark = pytest.mark.server

REQUESTS = 20
#: The longest that processes may take to end; half of what gunicorn grants.
END_SECONDS = 15.0
#: Who does not hold the lease tries for it every three seconds.
TWO_TRIES = timedelta(seconds=6)

FORKS = """
import json, os, threading, time
from pathlib import Path
from django.http import HttpResponse

def fork(request):
    if os.fork() == 0:
        time.sleep(3)  # a runner would start after two
        names = [thread.name for thread in threading.enumerate()]
        Path(__file__).with_name("threads.json").write_text(json.dumps(names))
        os._exit(0)
    return HttpResponse("forked")

urlpatterns += [path("fork/", fork)]
"""

SLOW = """
import time
from pathlib import Path
from django.http import HttpResponse

def slow(request):
    Path(__file__).with_name("begun").touch()
    while not Path(__file__).with_name("finish").exists():
        time.sleep(0.02)
    return HttpResponse("done")

urlpatterns += [path("slow/", slow)]
"""

FORKING_CHECK = """
import os
import pulseboard

@pulseboard.check("forking", every="1s")
def forking():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return pulseboard.healthy("forked")
"""


NewProject = Callable[[str], Project]


@pytest.fixture(scope="module")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> NewProject:
    """Return a migrated project with the three lines, in a folder of the name given."""
    folder = tmp_path_factory.mktemp("projects")
    made = start_project(folder / "made")
    made.add_pulseboard()
    made.manage("migrate")
    return lambda name: made.copied(folder / name)


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, new_project: NewProject
) -> Iterator[WebServer]:
    """A server that has got no request yet."""
    with new_project(request.param).served(request.param) as server:
        yield server


def test_the_first_tick_needs_no_request(server):
    server.project.wait_for_tick(30)
    assert _requests_counted(server.project) == 0


def test_one_process_runs_and_the_others_stand_by(server):
    first = server.project.wait_for_tick()
    later = first.ticked_at + TWO_TRIES
    wait_until(lambda: server.project.lease().ticked_at > later, "later ticks")
    lease = server.project.lease()
    assert (lease.number, lease.holder) == (1, first.holder)
    assert _claimants(server.project) == {lease.holder}
    assert lease.pid in {each.pid for each in server.family()}


def test_its_end_frees_the_lease_and_loses_no_request(server):
    """F73"""
    server.project.wait_for_tick()
    for _ in range(REQUESTS):
        assert server.get("/health/live").status == 200
    server.end(_usual_signal(server), END_SECONDS)
    assert server.project.lease().until <= datetime.now(UTC)
    assert _requests_counted(server.project) == REQUESTS


def test_the_process_that_preloads_runs_nothing(new_project):
    """F44"""
    project = new_project("preloading")
    with project.served("gunicorn-preload") as server:
        assert project.wait_for_tick().pid != server.process_id


def test_a_fork_in_a_request_or_a_check_makes_no_second_runner(new_project):
    """F44"""
    project = new_project("forking")
    project.append("urls.py", FORKS)
    project.append("health_checks.py", FORKING_CHECK)
    project.append("settings.py", 'INSTALLED_APPS += ["mysite"]')
    threads = project.folder / "mysite" / "threads.json"
    with project.served("gunicorn") as server:
        first = project.wait_for_tick()
        assert server.get("/fork/").text == "forked"
        wait_until(threads.exists, "the forked child's threads")
        assert "pulseboard runner" not in json.loads(threads.read_text())
        wait_until(lambda: _runs_of(project, "forking") >= 3, "three forking checks")
        assert project.lease().number == 1
        assert _claimants(project) == {first.holder}


def test_a_process_asked_to_end_goes_on_counting_what_it_still_serves(new_project):
    """F73: a request that is being answered when the SIGTERM comes."""
    project = new_project("draining")
    project.append("urls.py", SLOW)
    with project.served("uvicorn") as server:
        project.wait_for_tick()
        slow = server.get_later("/slow/")
        wait_until((project.folder / "mysite" / "begun").exists, "the slow request")
        os.kill(server.process_id, signal.SIGTERM)
        wait_until(lambda: _is_free(project), "the lease")
        (project.folder / "mysite" / "finish").touch()
        assert slow.result(timeout=30).text == "done"
        server.end(signal.SIGTERM, END_SECONDS)
        assert _requests_counted(project) == 1, server.log()


def _usual_signal(server: WebServer) -> signal.Signals:
    """Return how people end it: the development server lives in a terminal."""
    return signal.SIGINT if "runserver" in server.kind else signal.SIGTERM


def _is_free(project: Project) -> bool:
    return project.lease().until <= datetime.now(UTC)


def _claimants(project: Project) -> set[str]:
    rows = project.rows("SELECT DISTINCT claimed_by FROM pulseboard_monitor")
    return {name for [name] in rows}


def _requests_counted(project: Project) -> int:
    [[count]] = project.rows("SELECT sum(count) FROM pulseboard_trafficcount")
    return int(count or 0)


def _runs_of(project: Project, name: str) -> int:
    [[runs]] = project.rows(
        "SELECT count(*) FROM pulseboard_run JOIN pulseboard_series s "
        f"ON s.id = series_id WHERE monitor = '{name}' AND reading = ''"
    )
    return int(runs)

"""The host blocks its event loop; checks have a thread of their own (F46)."""

from __future__ import annotations

import threading
import time

import pytest
from tests.support.process import wait_until
from tests.support.projects import TOKEN, start_project

pytestmark = pytest.mark.server

BLOCK = """
import time
from django.http import HttpResponse
async def block(request):
    time.sleep(5)
    return HttpResponse("slept")
urlpatterns += [path("block/", block)]
"""
SETTINGS = 'PULSEBOARD = {"CHECK_EVERY": "1s"}'


def test_checks_go_on_and_nothing_turns_bad_while_the_loop_is_blocked(tmp_path):
    project = start_project(tmp_path / "host")
    project.add_pulseboard()
    project.append("urls.py", BLOCK)
    project.append("settings.py", SETTINGS)
    project.manage("migrate", "--verbosity=0")
    with project.served("uvicorn") as server:
        project.wait_for_tick()
        wait_until(
            lambda: server.get(
                "/health/detailed", Authorization=f"Bearer {TOKEN}"
            ).json()["runner"]["running"],
            "the runner",
        )
        begun = time.time()
        blockers = [
            threading.Thread(target=server.get, args=["/block/"]) for _ in range(4)
        ]
        for blocker in blockers:
            blocker.start()
        for blocker in blockers:
            blocker.join()
        ended = time.time()
        ran, bad = project.rows(
            "SELECT count(*), coalesce(sum(status = 'critical'), 0) "
            "FROM pulseboard_monitor WHERE strftime('%s', ran_at) >= "
            f"'{int(ended) - 3}' AND name NOT IN ('cpu', 'load', 'memory', 'requests')"
        )[0]
        (runs,) = project.rows(
            "SELECT count(*) FROM pulseboard_run WHERE "
            f"at_ms BETWEEN {int(begun * 1000)} AND {int(ended * 1000)}"
        )[0]
    assert ran >= 4
    assert bad == 0
    assert runs > 2 * (ended - begun), "several checks of one second each"

"""X22: the public page survives the database, and says how old it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import wait_until
from tests.support.projects import Project, WebServer, start_project
from tests.support.servers import Postgres

pytestmark = pytest.mark.server

PAGE, WELL = "/health/status-page", "All systems operational"
SETTINGS = """
DATABASES = {{"default": {database!r}}}
PULSEBOARD = {{"CHECK_EVERY": "1s"}}
INSTALLED_APPS += ["mysite"]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
"""
#: A page says so after a minute and a half, and is built every minute: here sooner.
SOON_STALE = """
import dataclasses, datetime
from pulseboard.runner import jobs
from pulseboard.statuspage.snapshot import Snapshot

Snapshot.__init__.__kwdefaults__["stale_after_seconds"] = 6.0
jobs.TABLE = [
    dataclasses.replace(each, every=datetime.timedelta(seconds=1))
    for each in jobs.TABLE
    if each.name == jobs.PAGES
]
"""
SHORT_CUT = """
from pulseboard.{protocol} import short_cut
application = short_cut(application)
"""
CHECK = """
import pulseboard

@pulseboard.check("shop", every="1s")
def shop():
    return pulseboard.healthy("open")
"""
#: Of a page with a component, so that there is something to lose.
FILL = """
from datetime import UTC, datetime, timedelta
from tests.support import pages
pages.service("shop", (pages.H, timedelta(days=3)), now=datetime.now(UTC))
"""
ROOT = Path(__file__).parents[2]


class OneWorker(WebServer):
    """Every answer is of the one process that has read the page."""

    def command(self) -> list[str]:
        return [part.replace("workers=2", "workers=1") for part in super().command()]


@pytest.fixture
def project(tmp_path: Path, postgres: Postgres, request: Any) -> Project:
    found = start_project(tmp_path / "host", PYTHONPATH=f"{ROOT / 'src'}:{ROOT}")
    found.add_pulseboard()
    name = re.sub(r"\W", "_", request.node.name)[-50:]
    database = postgres.django_database(name)
    found.append("settings.py", SETTINGS.format(database=database))
    found.append("health_checks.py", CHECK)
    found.manage("migrate", "--verbosity=0")
    found.manage("shell", "-c", FILL)
    return found


@pytest.mark.parametrize("short_cut", [False, True], ids=["plain", "short cut"])
@pytest.mark.parametrize("kind", ["gunicorn", "uvicorn"])
def test_the_last_page_is_served_with_its_age(
    kind: str, short_cut: bool, project: Project, postgres: Postgres
) -> None:
    """X22, F02"""
    for protocol in ("asgi", "wsgi"):
        soon = SOON_STALE
        cut = SHORT_CUT.format(protocol=protocol) if short_cut else ""
        project.append(f"{protocol}.py", soon + cut)
    with OneWorker(project, kind) as server:
        wait_until(lambda: is_measured(server), "the first page", 60)
        postgres.stop()
        wait_until(lambda: is_stale(server), "its age", 60)
        assert "Shop" in server.get(PAGE).text
        assert server.get(f"{PAGE}.json").json()["stale"] is True
        postgres.start()
        wait_until(lambda: is_measured(server), "the page to be live again", 90)


def is_stale(server: WebServer) -> bool:
    return "unknown since" in heading(server)


def is_measured(server: WebServer) -> bool:
    """Return whether the page stands on what the runner found."""
    found = server.get(f"{PAGE}.json").json()
    return bool(found["observed_at"]) and heading(server) == WELL


def heading(server: WebServer) -> str:
    """Return what the page says first; it answers whatever happens."""
    answer = server.get(PAGE)
    assert answer.status == 200
    [found] = re.findall("<h1>(.*?)</h1>", answer.text)
    return str(found)

"""A path of this application is asked where its server listens. S2"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.process import wait_until
from tests.support.projects import Project, start_project

pytestmark = pytest.mark.server

SETTINGS = """
ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]
PULSEBOARD = {
    "ENDPOINTS": {"Itself": {"url": "/health/live", "every": "2s", "timeout": "2s"}}
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = start_project(tmp_path / "made")
    made.add_pulseboard()
    made.append("settings.py", SETTINGS)
    made.manage("migrate")
    return made


@pytest.mark.parametrize("kind", ["gunicorn", "uvicorn", "granian-wsgi"])
def test_an_endpoint_without_a_host_is_our_own(project: Project, kind: str) -> None:
    query = (
        "SELECT status, summary FROM pulseboard_monitor "
        "WHERE name = 'endpoint:itself' AND ran_at IS NOT NULL"
    )
    with project.served(kind) as server:
        server.get("/health/live")
        wait_until(lambda: project.rows(query), "the first result", 60)

    ((status, summary),) = project.rows(query)
    assert (status, summary[:6]) == ("healthy", "200 in")

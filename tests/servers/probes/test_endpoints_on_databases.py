"""Endpoints live on every database we support: written, listed, run, deleted. S2"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import Project, start_project
from tests.support.servers import SqlServer

pytestmark = pytest.mark.server

LIFE = """
import json
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint

settings.ALLOWED_HOSTS = ["*"]
client = Client()
client.force_login(User.objects.create_superuser("boss"))
API = "/health/api/endpoints"

def call(method, path="", body=None):
    answer = client.generic(
        method, API + path, json.dumps(body or {}), "application/json"
    )
    return answer.status_code, answer.json() if answer.content else {}

spec = {
    "title": "Tür", "kind": "tcp", "target": "127.0.0.1:PORT", "retries": 0,
    "public": True, "options": {},
}
found = {"created": call("POST", "", spec)[0]}
found["changed"] = call("PATCH", "/t-r", {"every": "5m"})[0]
found["below"] = call("POST", "", {**spec, "title": "Below", "parents": ["t-r"]})[0]
found["circle"] = call("PATCH", "/t-r", {"parents": ["below"]})[0]
found["twice"] = call("POST", "", {**spec, "name": "below"})[0]
found["ran"] = call("POST", "/t-r/run")[1].get("status")
found["listed"] = len(call("GET")[1]["endpoints"])
page = client.get("/admin/pulseboard/endpoint/")
found["page"] = [page.status_code, page.content.decode().count("<rect data-status=")]
again = client.get("/admin/pulseboard/endpoint/?public=yes&q=T%C3%BCr")
found["filtered"] = again.status_code
found["deleted"] = call("DELETE", "/t-r")[0]
found["left"] = list(Endpoint.objects.values_list("name", flat=True))
print("FOUND" + json.dumps(found))
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A port of the kernel's: connections wait to be accepted, which is enough."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


@pytest.fixture(params=["postgres", "mariadb"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    made = start_project(tmp_path / "host")
    made.add_pulseboard()
    server: SqlServer = request.getfixturevalue(request.param)
    database = server.django_database("endpoints")
    made.append("settings.py", f'DATABASES = {{"default": {database!r}}}')
    made.append("settings.py", 'PULSEBOARD = {"ALLOWED_NETWORKS": ["127.0.0.0/8"]}')
    made.manage("migrate", "--verbosity=0")
    return made


def test_an_endpoint_lives_on_the_database(project: Project, port: int) -> None:
    script = LIFE.replace("PORT", str(port))
    said = project.manage("shell", "--verbosity=0", "-c", script)
    found: dict[str, Any] = json.loads(said.partition("FOUND")[2])

    assert found["created"] in (200, 201)
    assert found["changed"] == 200
    assert found["below"] in (200, 201)
    assert (found["circle"], found["twice"]) == (400, 400)
    assert (found["ran"], found["listed"]) == ("healthy", 2)
    assert found["page"] == [200, 48]
    assert found["filtered"] == 200
    assert found["deleted"] in (200, 204)
    assert found["left"] == ["below"]

"""What databases answer otherwise: lists of the admin, and limits over processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.projects import Project, start_project
from tests.support.servers import SqlServer

pytestmark = pytest.mark.server

LISTS = """
import json, re
from datetime import UTC, datetime
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pulseboard.access.models import AuditEvent

settings.ALLOWED_HOSTS = ["*"]
AuditEvent.objects.create(at=datetime.now(UTC), actor="ann", action="publish")
client = Client()
client.force_login(User.objects.create_superuser("boss"))
answers = {}
for name in ("systemalert", "auditevent", "healthmetric", "subscriber", "incident"):
    path = f"/admin/pulseboard/{name}/"
    page = client.get(path)
    answers[path] = page.status_code
    for query in re.findall(r'href="([?][a-z_]+_at__gte[^"]*|[?]at__gte[^"]*)"',
                            page.content.decode()):
        found = client.get(path + query.replace("&amp;", "&"))
        answers[path + query] = found.status_code
print("ANSWERS" + json.dumps(answers))
"""

ASKING = """
import sys
from datetime import UTC, datetime
from pulseboard.incidents import store
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
now = datetime.now(UTC)
taken = sum(store.take("client 192.0.2.0", 3, now) is None for _ in range(3))
print(f"TAKEN{taken}")
"""


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    made = start_project(tmp_path / "host")
    made.add_pulseboard()
    if request.param != "sqlite":
        server: SqlServer = request.getfixturevalue(request.param)
        database = server.django_database(request.node.originalname[5:25])
        made.append("settings.py", f'DATABASES = {{"default": {database!r}}}')
    made.manage("migrate", "--verbosity=0")
    return made


def test_lists_are_filtered_by_time_without_tables_of_time_zones(
    project: Project,
) -> None:
    """MariaDB answers CONVERT_TZ with nothing, and Django with a 500."""
    told = project.manage("shell", "--verbosity=0", "-c", LISTS).partition("ANSWERS")[2]
    answers = json.loads(told)
    assert len(answers) > 8
    assert {path: code for path, code in answers.items() if code != 200} == {}


def test_three_askings_an_hour_are_three_over_all_processes(project: Project) -> None:
    """A56"""
    processes = [_asking(project) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=60)[0] for process in processes]
    assert sum(int(each.partition("TAKEN")[2]) for each in told) == 3


def _asking(project: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", ASKING],
        cwd=project.folder,
        env=os.environ | project.variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

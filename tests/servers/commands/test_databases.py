"""The verbs on every database we support: sizes, rights, demo data."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import Project, start_project
from tests.support.servers import PASSWORD, USER, SqlServer

pytestmark = pytest.mark.server


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> SqlServer:
    found: SqlServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def project(server: SqlServer, tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = start_project(tmp_path_factory.mktemp("hosts") / server.name)
    made.add_pulseboard()
    use(made, server.django_database("commands"))
    made.manage("migrate", "--verbosity=0")
    return made


def use(project: Project, database: dict[str, Any]) -> None:
    project.append("settings.py", f'DATABASES = {{"default": {database!r}}}')


def call(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    ran = project.run("manage.py", "pulseboard", *words)
    assert "Traceback" not in ran.stdout, ran.stdout
    return ran


def rows(project: Project) -> dict[str, int]:
    told = json.loads(call(project, "tables", "--json").stdout)
    assert not any(each["estimated"] for each in told)
    assert all(each["size_bytes"] > 0 for each in told)
    return {each["table"]: each["rows"] for each in told}


def test_the_database_tells_sizes_and_the_demo_comes_and_goes(project: Project) -> None:
    before = rows(project)
    assert call(project, "demo").returncode == 0
    assert rows(project)["pulseboard_packedhour"] > 20_000
    assert call(project, "demo", "--remove").returncode == 0
    assert rows(project) == before


def test_init_names_the_database(project: Project, server: SqlServer) -> None:
    kind = {"postgres": "PostgreSQL", "mariadb": "MariaDB"}[server.name]
    ran = call(project, "init")
    assert ran.returncode == 0
    assert f"database ({kind})" in ran.stdout


def test_doctor_finds_what_the_database_user_may_not_do(
    project: Project, server: SqlServer, tmp_path: Path
) -> None:
    """X27: nothing is changed by looking."""
    assert "ok    rights:" in call(project, "doctor").stdout
    reader = project.copied(tmp_path / "reader")
    use(reader, server.django_database("commands") | _reader(server))
    said = call(reader, "doctor").stdout
    assert "todo  rights: The database user may not insert in pulseboard_" in said
    assert "todo  rights: The database user may not delete in pulseboard_" in said
    assert "may not read" not in said


def _reader(server: SqlServer) -> dict[str, str]:
    """Return the sign-in of a user who may only read."""
    if server.name == "postgres":
        server.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        server.execute("GRANT pg_read_all_data TO reader")
    else:
        server.execute(f"CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}'")
        server.execute("GRANT SELECT ON commands.* TO reader@'%'")
    assert USER != "reader"
    return {"USER": "reader", "PASSWORD": PASSWORD}

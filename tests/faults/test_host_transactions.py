"""Our paths and the host's transactions leave each other alone (F14, F16, F75)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.process import wait_until
from tests.support.projects import TOKEN, Project, WebServer, start_project

pytestmark = pytest.mark.server

BEARER = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = """
DATABASES = {{"default": {database!r} | {{"ATOMIC_REQUESTS": True}}}}
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
"""
VIEWS = """
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, JsonResponse
import pulseboard

def broken(request):
    Group.objects.create(name="in a broken transaction")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM auth_group")
    except DatabaseError:
        transaction.set_rollback(True)
    return JsonResponse(pulseboard.health())

@transaction.non_atomic_requests
def durable(request):
    pulseboard.health()
    with transaction.atomic(durable=True):
        Group.objects.get_or_create(name="durable")
        pulseboard.health()
    return HttpResponse("durable")

def raising(request):
    Group.objects.create(name="rolled back")
    raise LookupError("the host's own")

def groups(request):
    return JsonResponse({"names": list(Group.objects.values_list("name", flat=True))})

urlpatterns += [
    path("broken/", broken), path("durable/", durable),
    path("raising/", raising), path("groups/", groups),
    path("hello/", lambda request: HttpResponse("hello")),
]
"""
HEALTH = ("/health/", "/health/live", "/health/ready", "/health/startup")
Served = Callable[..., WebServer]


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    project = start_project(tmp_path / "host")
    project.add_pulseboard()
    project.append("urls.py", VIEWS)
    if request.param == "sqlite":
        name = str(project.folder / "db.sqlite3")
        # As our system check advises: two who begin by reading cannot both write.
        options = {"transaction_mode": "IMMEDIATE"}
        engine = "django.db.backends.sqlite3"
        database = {"ENGINE": engine, "NAME": name, "OPTIONS": options}
    else:
        sql = request.getfixturevalue(request.param)
        database = sql.django_database(f"t_{abs(hash(request.node.name)) % 10**9}")
    project.append("settings.py", SETTINGS.format(database=database))
    return project


@pytest.fixture(params=["gunicorn", "uvicorn"])
def server(request: pytest.FixtureRequest, project: Project) -> Iterator[WebServer]:
    """Served without any of its tables."""
    with project.served(request.param) as server:
        yield server


def test_transactions_of_the_host_end_as_it_wants(server, project):
    """F16: atomic requests, a broken transaction, durable blocks, an exception."""
    project.manage("migrate", "--verbosity=0")
    for _ in range(3):
        assert server.get("/broken/").json()["health_checks"] is not None
        assert server.get("/durable/").text == "durable"
        assert server.get("/raising/").status == 500
        for path in HEALTH:
            assert server.get(path).status in {200, 503}
    assert server.get("/groups/").json()["names"] == ["durable"]
    wait_until(lambda: server.get("/health/ready").status == 200, "readiness")
    for trouble in ("TransactionManagementError", "A health path failed"):
        assert trouble not in server.log()


def test_without_its_tables_the_host_works_and_ready_says_why(server, project):
    """F14"""
    project.manage("migrate", "auth", "--verbosity=0")
    assert server.get("/hello/").text == "hello"
    assert server.get("/groups/").status == 200
    assert server.get("/health/live").status == 200
    wait_until(lambda: "igration" in _reasons(server), "the reason", 20)
    assert server.get("/health/ready").status == 503
    assert server.get("/hello/").text == "hello"
    assert "ERRORS" not in project.manage("check")
    project.manage("migrate", "--verbosity=0")
    wait_until(lambda: server.get("/health/ready").status == 200, "readiness", 90)


def _reasons(server: WebServer) -> str:
    answer = server.get("/health/ready", **BEARER)
    return " ".join(answer.json().get("reason", [])) if answer.status == 503 else ""

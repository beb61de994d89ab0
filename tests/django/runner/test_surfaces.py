"""When no runner ticks, every surface says so (D6's part, ux.md point 10, F43)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from pulseboard.healthpaths.store import board
from pulseboard.monitors import latest
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.monitors.store import start_runners, stop_runners
from pulseboard.runner.lease import Lease

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = {"HTTP_AUTHORIZATION": "Bearer a-settings-token"}


@pytest.fixture(autouse=True)
def host(settings, monkeypatch):
    # What earlier tests asked would be newer than our row.
    monkeypatch.setattr(latest, "_latest", {})
    settings.PULSEBOARD = {"TOKEN": "a-settings-token"}
    Monitor.objects.create(
        name="database",
        title="Database",
        status="healthy",
        ran_at=datetime.now(UTC) - timedelta(seconds=100),
        interval_seconds=30,
        decides_readiness=True,
    )
    board.forget()
    yield
    board.forget()


@pytest.fixture
def silent() -> None:
    ticked_at = datetime.now(UTC) - timedelta(seconds=31)
    RunnerLease.objects.create(name="runner", ticked_at=ticked_at, mode="embedded")


@pytest.mark.usefixtures("silent")
def test_the_health_paths_know_nothing_any_more(client):
    assert client.get("/health/").json()["status"] == "unknown"
    assert client.get("/health/ready").status_code == 503
    detailed = json.loads(client.get("/health/detailed", **TOKEN).content)
    assert detailed["runner"]["running"] is False
    assert detailed["health_checks"][0]["status"] == "unknown"


@pytest.mark.usefixtures("silent")
def test_the_dashboard_says_since_when_and_what_to_do(client):
    page = client.get("/health/dashboard", **TOKEN).content.decode()
    assert "no checks have run since" in page.lower()
    assert "pulseboard run" in page


@pytest.mark.usefixtures("silent")
def test_the_command_says_so_and_ends_with_1(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("pulseboard", "status")
    assert ended.value.code == 1
    assert "since" in capsys.readouterr().out


def test_stopped_by_hand_names_who_and_nobody_runs_until_start(client):
    now = datetime.now(UTC)
    stop_runners("ana", now)
    assert not Lease("embedded").hold(now)
    page = client.get("/health/dashboard", **TOKEN).content.decode()
    assert "stopped" in page
    assert "ana" in page
    assert start_runners()
    assert Lease("embedded").hold(now)


def test_a_runner_that_is_stopped_while_it_runs_loses_its_lease():
    now = datetime.now(UTC)
    lease = Lease("embedded")
    assert lease.hold(now)
    stop_runners("ana", now)
    assert not lease.hold(now + timedelta(seconds=6))

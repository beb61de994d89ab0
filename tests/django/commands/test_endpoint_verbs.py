"""``run-checks`` and ``import``. S2, S4, S5"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.guard.listeners import answer, listening

from pulseboard.monitors import registry
from pulseboard.monitors.models import Monitor
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GATUS = """
endpoints:
  - name: Front end
    group: core
    url: "https://example.org/health"
    interval: 5m
    conditions:
      - "[STATUS] == 200"
      - "[RESPONSE_TIME] < 300"
  - name: Inside
    url: "http://10.0.0.1/"
    conditions: ["[STATUS] == 200"]
"""


@pytest.fixture(autouse=True)
def _local(settings: Any) -> Iterator[None]:
    settings.PULSEBOARD = {**settings.PULSEBOARD, "ALLOWED_NETWORKS": ["127.0.0.0/8"]}
    yield
    registry._stored[-1].seen, registry._stored[-1].found = None, ()
    registry.forget()


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "gatus.yaml"
    path.write_text(GATUS)
    return str(path)


def test_endpoints_are_asked_and_recorded(pulseboard_command) -> None:
    with listening(answer(b"fine")) as server:
        target = f"http://127.0.0.1:{server.port}/"
        store.create({"title": "Shop", "target": target}, NOW)
        ran = pulseboard_command("run-checks")

    assert ran.code == 0
    assert ran.out.startswith("healthy   Shop: 200 in ")
    assert Monitor.objects.get(name="endpoint:shop").status == "healthy"


def test_one_that_is_down_exits_1(pulseboard_command) -> None:
    for title, port in (("Down", 1), ("Other", 2)):
        target = f"http://127.0.0.1:{port}/"
        store.create({"title": title, "target": target, "retries": 0}, NOW)

    ran = pulseboard_command("run-checks", "--endpoint", "Down", "--json")

    assert ran.code == 1
    assert [each["title"] for each in json.loads(ran.out)] == ["Down"]


def test_an_unknown_endpoint_is_called_wrongly(pulseboard_command) -> None:
    store.create({"title": "Shop", "target": "https://example.org/"}, NOW)

    ran = pulseboard_command("run-checks", "--endpoint", "shap")

    assert ran.code == 2
    assert "did you mean 'shop'?" in ran.err


def test_nothing_to_ask_is_called_wrongly(pulseboard_command) -> None:
    assert pulseboard_command("run-checks").code == 2


def test_metrics_are_collected_besides(pulseboard_command) -> None:
    with listening(answer(b"fine")) as server:
        target = f"http://127.0.0.1:{server.port}/"
        store.create({"title": "Shop", "target": target}, NOW)
        ran = pulseboard_command("run-checks", "--collect-metrics", "--json")

    names = {each["name"] for each in json.loads(ran.out)}
    assert {"endpoint:shop", "disk"} <= names


def test_an_import_is_looked_at_first(pulseboard_command, file: str) -> None:
    ran = pulseboard_command("import", file, "--dry-run")

    assert ran.code == 0
    assert "Gatus: 1 endpoint to import" in ran.out
    assert "Inside, url: this target is not allowed" in ran.out
    assert not Endpoint.objects.exists()


def test_an_import_is_not_stored_without_a_yes(pulseboard_command, file: str) -> None:
    ran = pulseboard_command("import", file)

    assert ran.code == 2
    assert "--yes" in ran.err
    assert not Endpoint.objects.exists()


def test_an_import_is_stored_and_not_twice(pulseboard_command, file: str) -> None:
    ran = pulseboard_command("import", file, "--yes", "--trust-private")

    assert ran.code == 0
    assert set(store.known_names()) == {"front-end", "inside"}
    row = Endpoint.objects.get(name="front-end")
    assert (row.group, row.monitor.interval_seconds) == ("core", 300)

    again = pulseboard_command("import", file, "--yes", "--trust-private")
    assert again.code == 1
    assert "here already" in again.out


def test_what_is_no_export_is_refused(pulseboard_command, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("[1, 2]")

    assert pulseboard_command("import", str(path), "--yes").code == 2
    assert pulseboard_command("import", str(tmp_path / "none"), "--yes").code == 2

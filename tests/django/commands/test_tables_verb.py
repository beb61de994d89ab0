"""M8: what we keep, how much of it, and for how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps

from pulseboard.history.models import HealthMetric
from pulseboard.history.store import sizes
from pulseboard.history.tables import PURPOSES

pytestmark = pytest.mark.django_db


def fill(rows: int) -> None:
    HealthMetric.objects.bulk_create(
        HealthMetric(
            metric_name="disk",
            status="healthy",
            timestamp=datetime.now(UTC) - timedelta(minutes=minute),
        )
        for minute in range(rows)
    )


def test_every_table_is_listed_with_its_purpose(pulseboard_command) -> None:
    app = apps.get_app_config("pulseboard")
    models = list(app.get_models(include_auto_created=True))
    told = json.loads(pulseboard_command("tables", "--json").out)
    assert {each["table"] for each in told} == {m._meta.db_table for m in models}
    assert {m.__name__ for m in models} == set(PURPOSES)


def test_rows_bytes_and_retention_are_told(pulseboard_command) -> None:
    fill(300)
    told = json.loads(pulseboard_command("tables", "--json").out)
    [entry] = [each for each in told if each["table"] == "pulseboard_healthmetric"]
    assert entry["rows"] == 300
    assert entry["size_bytes"] > 300 * 20
    assert entry["kept"] == "7 d"
    assert entry["backup"] is False


def test_the_largest_comes_first_in_aligned_columns(pulseboard_command) -> None:
    fill(300)
    lines = pulseboard_command("tables").out.splitlines()
    assert lines[0].split()[:3] == ["table", "rows", "size"]
    assert lines[1].startswith("pulseboard_healthmetric")
    assert len({line.index(" no") for line in lines if " no: " in line}) == 1


def test_where_the_database_does_not_tell_the_size_is_marked_as_a_guess(
    pulseboard_command, monkeypatch
) -> None:
    fill(50)
    monkeypatch.setitem(sizes._SQL, "sqlite", "SELECT sum(size) FROM not_compiled_in")
    lines = pulseboard_command("tables").out.splitlines()
    [line] = [line for line in lines if line.startswith("pulseboard_healthmetric")]
    assert line.split()[2].startswith("~")

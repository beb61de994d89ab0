"""D2: everything past its retention goes, whatever its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.access.models import AuditEvent
from pulseboard.alerts.models import SystemAlert
from pulseboard.history.models import HealthMetric
from pulseboard.runner import jobs

pytestmark = pytest.mark.django_db


def metrics(*days_ago: float) -> None:
    HealthMetric.objects.bulk_create(
        HealthMetric(
            metric_name="disk",
            status="healthy",
            timestamp=datetime.now(UTC) - timedelta(days=days),
        )
        for days in days_ago
    )


def test_prints_what_was_deleted_by_kind(pulseboard_command) -> None:
    metrics(1, 6, 8, 30)
    year = datetime.now(UTC) - timedelta(days=400)
    AuditEvent.objects.create(at=year, actor_kind="user", action="a", result="done")
    SystemAlert.objects.create(
        alert_type="monitor",
        subject="disk",
        title="Disk",
        severity="warning",
        began_at=year,
        created_at=year,
        resolved=True,
        resolved_at=year,
    )
    ran = pulseboard_command("cleanup")
    told = {line[11:]: int(line[:9]) for line in ran.out.splitlines()}
    assert ran.code == 0
    assert told == {
        "results": 2,
        "request counts": 0,
        "notifications": 0,
        "audit events": 1,
        "alerts": 1,
        "subscribers": 0,
        "rows deleted": 4,
    }


def test_days_shorten_what_is_kept_of_raw_results(pulseboard_command) -> None:
    metrics(1, 2.5, 6)
    pulseboard_command("cleanup", "--days", "2")
    assert HealthMetric.objects.count() == 1


def test_goes_on_until_nothing_is_left(pulseboard_command, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "BUDGET_ROWS", 10)
    metrics(*[9] * 35)
    assert "35  rows deleted" in pulseboard_command("cleanup").out
    assert not HealthMetric.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "seven", "1.5", "1e3"])
def test_other_days_are_called_wrongly(pulseboard_command, days) -> None:
    metrics(1)
    ran = pulseboard_command("cleanup", f"--days={days}")
    assert "expected a number of days" in ran.err
    assert HealthMetric.objects.count() == 1

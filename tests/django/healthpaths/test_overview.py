"""S3, S13: `api/overview` says how everything does, and to visitors no more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from pulseboard.monitors.models import Component, ComponentMonitor, Monitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched() -> None:
    """One public component that is down, and a private monitor that is well."""
    now = datetime.now(UTC)
    facts: dict[str, Any] = {"ran_at": now, "confirmed_since": now}
    down = Monitor.objects.create(
        name="login", status="critical", confirmed="critical", **facts
    )
    Monitor.objects.create(name="vault", status="healthy", confirmed="healthy", **facts)
    public = Component.objects.create(slug="login", name="Login", is_public=True)
    ComponentMonitor.objects.create(component=public, monitor=down)
    Component.objects.create(slug="vault", name="Vault")


@pytest.mark.parametrize("path", ["/health/api/overview", "/health/api/overview/"])
def test_a_visitor_learns_of_public_components_alone(watched: None, path: str) -> None:
    """S13, A61"""
    found = Client().get(path).json()
    assert found.pop("timestamp")
    assert found == {
        "status": "major_outage",
        "services_total": 1,
        "services_by_status": {"major_outage": 1},
    }


def test_staff_see_every_monitor_counted(watched: None, admin_client: Client) -> None:
    """S3"""
    found = admin_client.get("/health/api/overview").json()
    assert found["monitors_total"] >= 2
    assert found["monitors_by_status"]["critical"] == 1
    assert found["overall_status"] == "critical"
    assert found["active_alerts_count"] == 0

"""Monitors, a component, a group; windows made shortly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import Component, ComponentMonitor, Monitor

#: A Saturday.
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
Planning = Callable[..., Maintenance]


@pytest.fixture
def monitors() -> dict[str, Monitor]:
    """*web* speaks for the component *site*; *web* and *mail* are of one group."""
    rows = {
        name: Monitor.objects.create(name=name, title=name.title(), group=group)
        for name, group in (("web", "Front"), ("mail", "Front"), ("cache", ""))
    }
    site = Component.objects.create(slug="site", name="Site")
    ComponentMonitor.objects.create(component=site, monitor=rows["web"])
    return rows


@pytest.fixture
def planned() -> Planning:
    """Store a checked window: by default once, for an hour, for everything."""

    def planned(**values: Any) -> Maintenance:
        common: dict[str, Any] = {"title": "Upgrade", "zone": "UTC"}
        if values.get("kind", "once") == "once":
            common |= {"starts_at": START, "ends_at": START + timedelta(hours=1)}
        if not {"monitors", "components", "groups"} & set(values):
            common["everything"] = True
        row = Maintenance(**(common | values))
        row.full_clean()
        row.save()
        return row

    return planned

"""ux 11: ninety days of marked data, and nothing left of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps

import pulseboard
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.status import Status
from pulseboard.history.models import HealthMetric
from pulseboard.history.observed import Observed
from pulseboard.history.store import day_bars, remember, roll_up, series_points
from pulseboard.monitors import registry
from pulseboard.monitors import store as monitors
from pulseboard.monitors.models import Monitor
from pulseboard.setup.demo.made import MONITORS

pytestmark = pytest.mark.django_db
NAMES = [each.name for each in MONITORS]


def counts() -> dict[str, int]:
    models = apps.get_app_config("pulseboard").get_models()
    return {model.__name__: model._default_manager.count() for model in models}


def test_every_demo_monitor_is_marked_and_named_so(pulseboard_command) -> None:
    assert pulseboard_command("demo").code == 0
    assert monitors.has_demo()
    rows = Monitor.objects.all()
    assert {row.source for row in rows} == {"demo"}
    assert all(row.name.startswith("demo-") for row in rows)
    assert {row.group for row in rows} == {"Demo data"}


def test_ninety_days_of_charts_and_bars_are_filled(pulseboard_command) -> None:
    pulseboard_command("demo")
    now = datetime.now(UTC)
    for start in (now - timedelta(days=89), now - timedelta(hours=20)):
        points = series_points("demo-website", "response_seconds", start, now, 60)
        assert sum(point.median is not None for point in points) >= len(points) - 1
    bars = day_bars(NAMES, 90, UTC, now=now)
    shown = bars.uptimes["demo-website"]
    assert len(shown) == 90
    assert any(day.ratio is not None and day.ratio < 1 for day in shown)


def test_past_alerts_are_over_and_nobody_is_told(pulseboard_command) -> None:
    pulseboard_command("demo")
    assert SystemAlert.objects.filter(resolved=True).count() == 6
    assert not SystemAlert.objects.filter(resolved=False).exists()
    assert counts()["Notification"] == 0


def test_removing_leaves_what_was_there_and_nothing_else(
    pulseboard_command, declared
) -> None:
    declared(disk=pulseboard.healthy("fine", used_ratio=0.5))
    monitors.synchronize(registry.definitions())
    at = datetime.now(UTC) - timedelta(hours=5)
    remember([Observed("disk", at, pulseboard.healthy("fine", used_ratio=0.5), 0.1)])
    roll_up(datetime.now(UTC), budget_rows=100)
    before = counts()
    pulseboard_command("demo")
    pulseboard_command("demo", "--remove")
    assert counts() == before
    assert not monitors.has_demo()


def test_a_second_demo_takes_the_place_of_the_first(pulseboard_command) -> None:
    pulseboard_command("demo")
    before = counts()
    pulseboard_command("demo")
    after = counts()
    # An hour may have ended in between.
    assert abs(after.pop("PackedHour") - before.pop("PackedHour")) <= 2 * len(MONITORS)
    assert after["Monitor"] == before["Monitor"]
    assert after["SystemAlert"] == before["SystemAlert"]


def test_a_real_monitor_of_that_name_is_never_touched(pulseboard_command) -> None:
    Monitor.objects.create(name="demo-disk", title="Ours", source="shop.health_checks")
    HealthMetric.objects.create(
        metric_name="demo-disk", status="healthy", timestamp=datetime.now(UTC)
    )
    ran = pulseboard_command("demo")
    assert (ran.code, "'demo-disk'" in ran.err) == (1, True)
    pulseboard_command("demo", "--remove")
    assert Monitor.objects.get().title == "Ours"
    assert HealthMetric.objects.count() == 1


def test_the_runner_leaves_demo_monitors_alone(pulseboard_command, declared) -> None:
    pulseboard_command("demo")
    monitors.synchronize(registry.definitions())
    now = datetime.now(UTC)
    assert monitors.scheduled(now) == []
    assert {row.name for row in monitors.current()} == set(NAMES)


def test_demo_data_do_not_worsen_what_the_host_answers(pulseboard_command) -> None:
    pulseboard_command("demo")
    assert {row.status for row in Monitor.objects.all()} == {Status.HEALTHY.value}

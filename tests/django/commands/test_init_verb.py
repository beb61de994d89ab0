"""X27, D1: once per installation, safe to repeat."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import override_settings

import pulseboard
from pulseboard.history.models import HealthMetric
from pulseboard.monitors.models import Monitor
from pulseboard.notifiers.models import Channel

# The checks run on threads, which must see what the test has written.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _three(declared) -> None:
    declared(
        cache=pulseboard.healthy("as told"),
        disk=pulseboard.warning("86% used"),
        queue=pulseboard.healthy("as told"),
    )


def test_first_results_and_rows_are_there(pulseboard_command) -> None:
    ran = pulseboard_command("init")
    assert ran.code == 0
    assert "First check: 2 healthy, 1 warning (disk: 86% used)\n" in ran.out
    assert Monitor.objects.get(name="disk").status == "warning"
    assert HealthMetric.objects.count() == 3
    assert Channel.objects.filter(name="Log").exists()
    assert Group.objects.filter(name="Pulseboard viewer").exists()


def test_says_how_checks_run_and_where_the_pages_are(pulseboard_command) -> None:
    out = pulseboard_command("init").out
    assert "Checks run: inside this process (no extra service)\n" in out
    assert "Dashboard    http://127.0.0.1:8000/health/dashboard\n" in out
    assert "Health       http://127.0.0.1:8000/health/\n" in out
    assert "/health/status-page  (nothing is public yet)\n" in out


@override_settings(
    PULSEBOARD={"RUNNER": "process", "PUBLIC_URL": "https://shop.example/"}
)
def test_addresses_and_runner_are_those_of_the_settings(
    pulseboard_command, declared
) -> None:
    declared(disk=pulseboard.healthy("fine"))
    out = pulseboard_command("init").out
    assert "in a process of their own; start it with `manage.py pulseboard st" in out
    assert "Dashboard    https://shop.example/health/dashboard\n" in out


def test_ends_with_three_items_that_are_true(pulseboard_command) -> None:
    items = pulseboard_command("init").out.partition("What next\n")[2].splitlines()
    assert [item.split(".")[0].strip() for item in items] == ["1", "2", "3"]
    assert "Look at disk: 86% used" in items[0]
    assert "ALERT_EMAIL_RECIPIENTS" in items[1]
    assert "pulseboard setup" in items[2]


@override_settings(PULSEBOARD={"ALERT_EMAIL_RECIPIENTS": ["ana@shop.example"]})
def test_what_is_done_is_no_item(pulseboard_command, declared) -> None:
    declared(disk=pulseboard.healthy("fine"))
    pulseboard_command("init")
    ana = get_user_model().objects.create(username="ana")
    ana.groups.add(Group.objects.get(name="Pulseboard viewer"))
    items = pulseboard_command("init").out.partition("What next\n")[2]
    assert len(items.splitlines()) == 3
    assert "ALERT_EMAIL" not in items
    assert "Pulseboard viewer" not in items
    assert "Look at disk" not in items


def test_repeating_it_changes_nothing(pulseboard_command) -> None:
    pulseboard_command("init")
    before = (Monitor.objects.count(), Channel.objects.count(), Group.objects.count())
    assert pulseboard_command("init").code == 0
    after = (Monitor.objects.count(), Channel.objects.count(), Group.objects.count())
    assert after == before


def test_what_is_found_is_named_as_people_call_it(pulseboard_command) -> None:
    from pulseboard.monitors.registry import definitions
    from pulseboard.setup.found import found

    ours = [
        _as_ours(name) for name in ("database", "disk:/", "disk:/srv", "open_files")
    ]
    words = found([*ours, *definitions().values()])
    assert words == [
        "database (SQLite)",
        "disk",
        "open files",
        "3 own checks (cache, disk, queue)",
    ]


def _as_ours(name: str):
    from datetime import timedelta

    from pulseboard.monitors.definition import Definition

    return Definition(
        name=name,
        title=name,
        run=lambda: pulseboard.healthy("fine"),
        every=timedelta(seconds=30),
        timeout=timedelta(seconds=5),
        source="pulseboard.checks.builtin.any",
    )

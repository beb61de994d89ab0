"""M8: the stored state on a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulseboard.alerts.models import SystemAlert
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.monitors.store import stop_runners
from pulseboard.notifiers.models import Notification

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def monitor(name: str, status: str = "healthy", **values: Any) -> None:
    Monitor.objects.create(
        **{
            "name": name,
            "title": name.capitalize(),
            "status": status,
            "summary": "as told",
            "ran_at": now() - timedelta(seconds=5),
            **values,
        }
    )


@pytest.fixture
def ticking() -> None:
    RunnerLease.objects.create(
        name="runner", ticked_at=now(), mode="process", pid=4242, host="box"
    )


def test_all_is_well_while_a_runner_ticks(pulseboard_command, ticking) -> None:
    monitor("disk")
    ran = pulseboard_command("status")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0] == "All systems healthy."
    assert lines[1].startswith("Runner: running as a process of its own, process 4242")
    assert lines[2].split() == ["healthy", "Disk", "as", "told", "(5", "s", "ago)"]
    assert lines[-2:] == ["Alerts: 0 open", "Outbox: 0 waiting, 0 given up"]


def test_what_is_critical_is_named_first_and_exits_1(
    pulseboard_command, ticking
) -> None:
    monitor("cache")
    monitor("disk", "critical")
    ran = pulseboard_command("status")
    assert ran.code == 1
    assert ran.out.startswith("Critical: Disk.\n")
    assert ran.out.index("Disk   as") < ran.out.index("Cache  as")


def test_a_warning_is_told_but_is_no_bad_news(pulseboard_command, ticking) -> None:
    monitor("disk", "warning")
    ran = pulseboard_command("status")
    assert (ran.code, ran.out.split("\n")[0]) == (0, "Warning: Disk.")


def test_without_a_runner_good_results_are_no_good_news(pulseboard_command) -> None:
    monitor("disk")
    ran = pulseboard_command("status")
    assert ran.code == 1
    assert "Runner: none has ever run" in ran.out


def test_a_silent_runner_says_since_when(pulseboard_command) -> None:
    RunnerLease.objects.create(name="runner", ticked_at=now() - timedelta(minutes=7))
    ran = pulseboard_command("status")
    assert ran.code == 1
    assert "(7 min ago); start one with `manage.py pulseboard start`" in ran.out


def test_a_stop_names_who_and_when(pulseboard_command, ticking) -> None:
    stop_runners("ana", now() - timedelta(minutes=2))
    ran = pulseboard_command("status")
    assert ran.code == 1
    assert "Runner: stopped by ana 2 min ago" in ran.out


def test_a_stale_result_is_not_believed(pulseboard_command, ticking) -> None:
    monitor("disk", "critical", ran_at=now() - timedelta(hours=1))
    ran = pulseboard_command("status")
    assert ran.code == 0
    assert "unknown   Disk  stale; last critical: as told" in ran.out


def test_what_is_paused_is_out_of_the_verdict(pulseboard_command, ticking) -> None:
    monitor("cache")
    monitor("disk", "critical", paused_until=now() + timedelta(hours=1))
    ran = pulseboard_command("status")
    assert (ran.code, ran.out.split("\n")[0]) == (0, "All systems healthy.")
    assert "  paused    Disk" in ran.out


def test_open_alerts_and_the_outbox_are_counted(pulseboard_command, ticking) -> None:
    at = now() - timedelta(minutes=12)
    SystemAlert.objects.create(
        alert_type="monitor",
        subject="disk",
        title="Disk",
        message="99% used",
        severity="critical",
        began_at=at,
        created_at=at,
        acknowledged_by="ana",
    )
    Notification.objects.create(
        key="a", channel="Log", thread="t", created_at=at, due_at=at
    )
    out = pulseboard_command("status").out
    assert "Alerts: 1 open\n  critical  Disk: 99% used (for 12 min, seen by ana)" in out
    assert "Outbox: 1 waiting, 0 given up, the oldest for 12 min" in out


def test_json_says_the_same(pulseboard_command, ticking) -> None:
    monitor("disk", "critical")
    ran = pulseboard_command("status", "--json")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert told["bad"] is True
    assert told["runner"]["running"] is True
    assert told["monitors"][0]["status"] == "critical"
    assert told["alerts"] == []


def test_escape_sequences_in_what_strangers_wrote_are_made_visible(
    pulseboard_command, ticking
) -> None:
    """A35"""
    monitor("disk", summary="\x1b[2J\x1b]0;owned\x07\u202etxt")
    out = pulseboard_command("status").out
    assert "\x1b" not in out
    assert "\\x1b[2J\\x1b]0;owned\\x07\\u202etxt" in out

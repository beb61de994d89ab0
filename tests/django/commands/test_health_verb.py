"""M8, N14: the checks asked now, from a terminal or a pipeline."""

from __future__ import annotations

import json

import pytest
from django.test import override_settings

import pulseboard
from pulseboard.history.models import HealthMetric
from pulseboard.monitors.models import Monitor


@pytest.fixture(autouse=True)
def _two(declared, db) -> None:
    declared(
        disk=pulseboard.healthy("as told"),
        cache=pulseboard.warning("as told", hit_ratio=0.2),
    )


def test_prints_one_line_per_check_in_the_order_of_declaration(
    pulseboard_command,
) -> None:
    ran = pulseboard_command("health")
    assert ran.out == "disk: healthy (as told)\ncache: warning (as told)\n"
    assert ran.code == 0


def test_records_nothing(pulseboard_command) -> None:
    pulseboard_command("health")
    assert not Monitor.objects.exists()
    assert not HealthMetric.objects.exists()


def test_a_critical_check_exits_1(pulseboard_command, declared) -> None:
    declared(queue=pulseboard.critical("as told"))
    assert pulseboard_command("health").code == 1


def test_fail_on_warning_makes_the_limit_stricter(pulseboard_command) -> None:
    assert pulseboard_command("health", "--fail-on=warning").code == 1


def test_only_named_checks_run_in_the_order_named(pulseboard_command) -> None:
    ran = pulseboard_command("health", "cache", "disk", "cache")
    assert [line.split(":")[0] for line in ran.out.splitlines()] == ["cache", "disk"]


def test_an_unknown_name_is_called_wrongly_and_answered_with_a_guess(
    pulseboard_command,
) -> None:
    ran = pulseboard_command("health", "dsk")
    assert ran.code == 2
    assert ran.err == "health: unknown name 'dsk'; did you mean 'disk'?"


def test_no_check_at_all_is_called_wrongly(pulseboard_command, declared) -> None:
    declared()
    assert pulseboard_command("health").code == 2


def test_json_has_status_and_readings(pulseboard_command) -> None:
    [entry] = json.loads(pulseboard_command("health", "cache", "--json").out)
    assert entry["status"] == "warning"
    assert entry["readings"] == {"hit_ratio": 0.2}
    assert entry["duration_seconds"] >= 0


@override_settings(PULSEBOARD={"CHECKS": {"dsk": {"every": "1m"}}})
def test_a_check_that_is_declared_wrongly_is_told_and_the_others_are_asked(
    pulseboard_command,
) -> None:
    """F72"""
    ran = pulseboard_command("health", "disk")
    assert ran.out == "disk: healthy (as told)\n"
    assert "PULSEBOARD.CHECKS: unknown name 'dsk'; did you mean 'disk'?" in ran.err

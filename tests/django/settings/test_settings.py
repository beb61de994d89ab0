"""Settings explain their own mistakes, through all three doors (M3's manner, D7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

import pulseboard
from pulseboard.checks import registry as checks
from pulseboard.checks.configured import plan_of
from pulseboard.conf import Settings, build_settings, from_environment, get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.system_checks import TAG

Door = Callable[[dict[str, Any]], None]


@pytest.fixture(params=["dict", "file", "environment"])
def door(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path, monkeypatch: Any
) -> Iterator[Door]:
    """Give the same settings through one of the three doors."""
    settings.PULSEBOARD = {}

    def through_dict(values: dict[str, Any]) -> None:
        settings.PULSEBOARD = values

    def through_file(values: dict[str, Any]) -> None:
        path = tmp_path / "pulseboard.toml"
        path.write_text(toml(values))
        monkeypatch.setenv("PULSEBOARD_FILE", str(path))

    def through_environment(values: dict[str, Any]) -> None:
        for key, value in values.items():
            text = value if isinstance(value, str) else json.dumps(value)
            monkeypatch.setenv(f"PULSEBOARD_{key}", text)

    yield {
        "dict": through_dict,
        "file": through_file,
        "environment": through_environment,
    }[request.param]
    get_settings.cache_clear()


def toml(values: dict[str, Any]) -> str:
    """Write *values* as TOML; JSON's scalars and lists are TOML's too."""
    return "\n".join(
        f"{key.lower()}{f'.{json.dumps(name)}' if name else ''} = {inline(entry)}"
        for key, value in values.items()
        for name, entry in (value.items() if isinstance(value, dict) else [("", value)])
    )


def inline(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    return "{" + ", ".join(f"{k} = {inline(v)}" for k, v in value.items()) + "}"


def complaints() -> list[str]:
    get_settings.cache_clear()
    return [str(m.msg) for m in run_checks(tags=[TAG]) if m.id == "pulseboard.E001"]


@pytest.mark.parametrize(
    ("values", "key", "expectation"),
    [
        ({"CHECK_EVERI": "5m"}, "'CHECK_EVERI'", "did you mean 'CHECK_EVERY'"),
        ({"CHECK_EVERY": "-5m"}, "CHECK_EVERY", "expected a duration such as"),
        ({"CHECK_EVERY": "0s"}, "CHECK_EVERY", "expected more than zero"),
        ({"CHECK_TIMEOUT": "5"}, "CHECK_TIMEOUT", "expected a duration such as"),
        ({"MAX_WORKERS": "many"}, "MAX_WORKERS", "valid integer"),
        ({"MAX_WORKERS": 0}, "MAX_WORKERS", "expected 1 to 64"),
        ({"TICK_EVERY": "30s"}, "TICK_EVERY", "expected at most 10s"),
        ({"ENABLED": "perhaps"}, "ENABLED", "valid boolean"),
        ({"RUNNER": "cron"}, "RUNNER", "'embedded' or 'process'"),
        ({"TRUSTED_PROXIES": 17}, "TRUSTED_PROXIES", "expected 0 to 16"),
        ({"ALLOWED_NETWORKS": ["10.0.0.0/33"]}, "ALLOWED_NETWORKS", "10.0.0.0/"),
        ({"ALERT_THRESHOLDS": {"cpu": {"warning": 1}}}, "THRESHOLDS", "cpu_usage"),
        (
            {"ALERT_THRESHOLDS": {"cpu_usage": {"warning": 99}}},
            "ALERT_THRESHOLDS.cpu_usage",
            "warning <= critical",
        ),
        ({"CHECKS": {"dsk": {"every": "1m"}}}, "'dsk'", "did you mean 'disk'"),
        (
            {"CHECKS": {"disk": {"warning_abov": 0.5}}},
            "CHECKS.disk",
            "did you mean 'warning_above'",
        ),
        ({"CHECKS": {"disk": {"every": "-3s"}}}, "CHECKS.disk.every", "duration"),
        ({"CHECKS": {"cpu": {"warning_above": "x"}}}, "CHECKS.cpu", "valid number"),
        ({"CHECKS": {"cpu": {"failures": 12}}}, "CHECKS.cpu", "failures <= of"),
        ({"CHECKS": {"cpu": {"warning_above": 2}}}, "CHECKS.cpu", "warning_above"),
        ({"CHECKS": {"cpu": {"timeout": "0s"}}}, "CHECKS.cpu.timeout", "than zero"),
        ({"CHECKS": {"cpu": {"every": "0s"}}}, "CHECKS.cpu.every", "at least 1s"),
        (
            {"ALERT_EMAIL_RECIPIENTS": ["ops at example"]},
            "ALERT_EMAIL_RECIPIENTS",
            "expected mail addresses",
        ),
        ({"CSP_EXTRA": {"script-src": ["'unsafe-inline'"]}}, "CSP_EXTRA", "refused"),
        ({"RATE_LIMITS": {"runs": 3}}, "RATE_LIMITS", "runs"),
    ],
)  # fmt: skip
def test_each_mistake_gets_one_line_that_names_key_and_expectation(
    door, values, key, expectation
):
    door(values)
    (line,) = complaints()
    assert key in line
    assert expectation in line


def test_several_mistakes_are_all_found_at_once(door):
    door({"MAX_WORKERS": 0, "CHECK_EVERI": "1m", "RUNNER": "cron"})
    assert len(complaints()) == 3


def test_every_door_leads_to_the_same_settings(door):
    door(
        {
            "CHECK_EVERY": "5m",
            "MAX_WORKERS": 6,
            "ENABLED": False,
            "CHECKS": {"disk": {"warning_above": 0.5, "every": "1m"}},
            "ALERT_THRESHOLDS": {"memory_usage": {"warning": 50, "critical": 60}},
        }
    )
    get_settings.cache_clear()
    found = get_settings()
    assert found.check_every == timedelta(minutes=5)
    assert (found.max_workers, found.enabled) == (6, False)
    assert found.limits_of("memory_usage").warning_above == 0.5
    disk = {d.name: d for d in plan_of(found).definitions}["disk"]
    assert disk.every == timedelta(minutes=1)
    assert disk.options["warning_above"] == 0.5


def test_the_environment_wins_over_file_and_dict(settings, monkeypatch):
    settings.PULSEBOARD = {"MAX_WORKERS": 2, "SERVICE_NAME": "dict"}
    monkeypatch.setenv("PULSEBOARD_MAX_WORKERS", "5")
    get_settings.cache_clear()
    found, problems = build_settings()
    assert problems == []
    assert found is not None
    assert (found.max_workers, found.service_name) == (5, "dict")


def test_lists_in_the_environment_are_split_at_commas(settings, monkeypatch):
    settings.PULSEBOARD = {}
    monkeypatch.setenv("PULSEBOARD_ALERT_EMAIL_RECIPIENTS", "a@x.example, b@x.example")
    get_settings.cache_clear()
    assert get_settings().alert_email_recipients == ["a@x.example", "b@x.example"]


def test_a_file_that_cannot_be_read_is_said(settings, monkeypatch, tmp_path):
    settings.PULSEBOARD = {}
    monkeypatch.setenv("PULSEBOARD_FILE", str(tmp_path / "missing.toml"))
    (line,) = complaints()
    assert "cannot be read as TOML" in line


def test_secrets_do_not_show_in_messages_or_repr(settings):
    """A60"""
    settings.PULSEBOARD = {"TOKEN": 31337, "MAX_WORKERS": 4}
    (line,) = complaints()
    assert "31337" not in line
    shown = repr(
        Settings(token="hunter2", external_services={"x": {"token": "hunter2"}})
    )
    assert "hunter2" not in shown


def test_names_of_other_dashboards_are_pointed_out(settings):
    settings.HEALTH_METRICS_RETENTION_DAYS = 7
    found = [m for m in run_checks(tags=[TAG]) if m.id == "pulseboard.W001"]
    assert "KEEP_METRICS_FOR" in found[0].msg


class TestDeclaring:
    """Registering a check is one act, and mistakes in it are told at once (G10)."""

    @pytest.fixture(autouse=True)
    def own_registry(self, monkeypatch):
        monkeypatch.setattr(checks, "declared", {})
        monkeypatch.setattr("pulseboard.checks.configured.declared", checks.declared)

    def test_two_checks_of_one_name_are_refused_with_both_places(self):
        pulseboard.check("orders")(lambda: pulseboard.healthy("ok"))
        with pytest.raises(ConfigError, match="two checks are named 'orders'"):
            pulseboard.check("orders")(lambda: pulseboard.healthy("ok"))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "Orders"},
            {"name": "orders", "every": "5"},
            {"name": "orders", "every": 5},
            {"name": "orders", "timeout": "0s"},
        ],
    )
    def test_malformed_arguments_are_refused(self, wrong):
        with pytest.raises(ConfigError):
            pulseboard.check(**wrong)

    def test_limits_of_a_metric_are_judged_when_it_is_declared(self):
        with pytest.raises(ConfigError, match="warning_above <= critical_above"):
            pulseboard.metric("orders", warning_above=2, critical_above=1)(lambda: 1)

    def test_settings_change_the_options_of_a_declared_metric(self, settings):
        pulseboard.metric("orders", warning_above=100)(lambda: 50)
        found = Settings(checks={"orders": {"warning_above": 10, "every": "1m"}})
        (definition,) = plan_of(found).definitions
        outcome = definition.run()
        assert isinstance(outcome, pulseboard.Outcome)
        assert outcome.status is pulseboard.Status.WARNING
        assert outcome.readings == {"orders": 50}

    @pytest.mark.parametrize("answer", [None, True, "many"])
    def test_a_metric_that_returns_no_number_is_an_error(self, answer):
        pulseboard.metric("orders")(lambda: answer)
        (definition,) = plan_of(Settings()).definitions
        with pytest.raises(ConfigError, match="expected a number"):
            definition.run()

    def test_one_check_that_cannot_be_built_does_not_take_the_others(self):
        """F72"""

        @pulseboard.check("broken")
        class Broken(pulseboard.Check):
            def run(self) -> pulseboard.Outcome:
                return pulseboard.healthy("never")

            @classmethod
            def instances(cls):
                raise RuntimeError

        pulseboard.check("fine")(lambda: pulseboard.healthy("ok"))
        plan = plan_of(Settings())
        assert [d.name for d in plan.definitions] == ["fine"]
        assert plan.problems == ("check 'broken': raised RuntimeError",)


def test_variables_of_a_kubernetes_service_are_no_settings():
    """A service named pulseboard must not stop every application beside it."""
    beside = {
        "PULSEBOARD_SERVICE_HOST": "10.0.0.7",
        "PULSEBOARD_SERVICE_PORT": "80",
        "PULSEBOARD_SERVICE_PORT_HTTP": "80",
        "PULSEBOARD_PORT": "tcp://10.0.0.7:80",
        "PULSEBOARD_PORT_80_TCP": "tcp://10.0.0.7:80",
        "PULSEBOARD_PORT_80_TCP_ADDR": "10.0.0.7",
    }
    given = {"PULSEBOARD_SERVICE_NAME": "shop", "PULSEBOARD_PORTS": "x"}
    assert from_environment({**beside, **given}) == {
        "service_name": "shop",
        "ports": "x",
    }

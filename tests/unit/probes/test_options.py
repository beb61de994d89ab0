"""Endpoints read from what people write. S2, S5, A01, A10, X5, X30"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from pulseboard.guard.verdict import Trust
from pulseboard.probes import secrets
from pulseboard.probes.options import COMMON, Surroundings, WrongSpec, read_spec
from pulseboard.probes.plan import Plan
from pulseboard.probes.probe import known_kinds

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://example.org/"


def _read(trust: Trust = Trust.CODE, **spec: Any) -> Plan:
    environ = {"PROBE_SECRET_KEY": "canary", "SECRET_KEY": "me:forbidden"}
    around = Surroundings(
        trust=trust,
        clock=lambda: NOW,
        environ=environ,
        networks=[ip_network("10.1.0.0/16")],
        names={"router"},
    )
    return read_spec({"name": "Shop", **spec}, around)


def _errors(trust: Trust = Trust.CODE, **spec: Any) -> dict[str, str]:
    with pytest.raises(WrongSpec) as caught:
        _read(trust, **spec)
    return caught.value.errors


def test_the_defaults_are_the_documented_ones() -> None:
    """S5"""
    plan = _read(target=URL)

    assert plan.kind == "http"
    assert plan.every == timedelta(seconds=60)
    assert plan.timeout == timedelta(seconds=10)
    assert (plan.retries, plan.retry_after) == (2, timedelta(seconds=5))
    assert plan.confirmation.failures == plan.confirmation.of == 1


@pytest.mark.parametrize(
    ("written", "name", "title"),
    [
        ({"name": "API Root"}, "api-root", "API Root"),
        ({"name": "api-root"}, "api-root", "Api root"),
        ({"name": "api-root", "title": "The root"}, "api-root", "The root"),
        ({"name": None, "title": "API Root"}, "api-root", "API Root"),
    ],
)
def test_people_may_write_the_name_they_read(
    written: dict[str, Any], name: str, title: str
) -> None:
    plan = _read(target=URL, **written)
    assert (plan.name, plan.title) == (name, title)


def test_the_budget_holds_every_try_and_the_waits() -> None:
    """S5"""
    plan = _read(target=URL, timeout="10s", retries=2, retry_after="5s")
    assert plan.budget > timedelta(seconds=3 * 10 + 2 * 5)


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ({}, "target"),
        ({"target": URL, "everi": "5m"}, "everi"),
        ({"target": URL, "every": 60}, "every"),
        ({"target": URL, "every": "500ms"}, "every"),
        ({"target": URL, "every": "8d"}, "every"),
        ({"target": URL, "timeout": "3m"}, "timeout"),
        ({"target": URL, "retries": 11}, "retries"),
        ({"target": URL, "retries": True}, "retries"),
        ({"target": URL, "retry_after": "1h"}, "retry_after"),
        ({"target": URL, "slow_after": "0ms"}, "slow_after"),
        ({"target": URL, "expect": "2xx,"}, "expect"),
        ({"target": URL, "expect": "200 # comment"}, "expect"),
        ({"target": URL, "conditions": "status = 200"}, "conditions"),
        ({"target": URL, "failures": 3, "of": 2}, "failures"),
        ({"target": URL, "expiry_days": [0]}, "expiry_days"),
        ({"target": URL, "parents": ["a"] * 21}, "parents"),
        ({"target": URL, "title": "x" * 151}, "title"),
        ({"target": URL, "title": "two\nlines"}, "title"),
        ({"target": URL, "group": "x" * 101}, "group"),
        ({"target": URL, "kind": "htttp"}, "kind"),
        ({"target": URL, "method": "FETCH"}, "method"),
        ({"target": URL, "body": "x" * 100_000}, "body"),
        ({"target": URL, "headers": {"A\r\nB": "c"}}, "headers"),
        ({"target": URL, "headers": {f"X-{n}": "a" for n in range(1000)}}, "headers"),
        ({"kind": "tcp", "target": "example.org"}, "target"),
        ({"target": URL, "auth": "env:NO_SUCH"}, "auth"),
    ],
)
def test_what_cannot_work_is_refused_at_its_option(
    spec: dict[str, Any], key: str
) -> None:
    assert key in _errors(**spec)


def test_several_mistakes_are_told_at_once() -> None:
    errors = _errors(target=URL, every="1ms", retries=-1, conditions="nonsense", foo=1)
    assert set(errors) == {"every", "retries", "conditions", "foo"}


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/",
        "http://user:word@example.org/",
        "ftp://example.org/",
        "//example.org/",
        "http://example.org\r\nX: y",
        "http://exam\tple.org/",
    ],
)
def test_people_aim_at_public_targets_in_plain_notation_only(target: str) -> None:
    """A01"""
    assert "target" in _errors(Trust.PEOPLE, target=target)


def test_allowed_networks_are_open_to_people_and_others_to_code() -> None:
    """S2"""
    assert _read(Trust.PEOPLE, target="http://10.1.2.3/").trust is Trust.PEOPLE
    assert _read(Trust.CODE, target="http://10.9.2.3/").trust is Trust.CODE


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("headers", {"Host": "evil.example"}),
        ("headers", {"Metadata-Flavor": "Google"}),
        ("client_certificate", "/etc/ssl/private/cert.pem"),
        ("host_header", "evil.example"),
        ("every", "1s"),
    ],
)
def test_people_may_not_set_what_code_may(option: str, value: object) -> None:
    """A10"""
    assert option in _errors(Trust.PEOPLE, **{"target": URL, option: value})


def test_a_path_means_this_application_and_needs_no_allow_list() -> None:
    """S2"""
    plan = _read(Trust.PEOPLE, target="/health/")

    assert plan.trust is Trust.CODE
    assert plan.target == "/health/"
    assert "follow_redirects" in _errors(
        Trust.PEOPLE, target="/health/", follow_redirects=True
    )


def test_secrets_come_from_the_environment_people_only_name_theirs() -> None:
    """A60"""
    plan = _read(target=URL, auth="env:SECRET_KEY", headers={"X-A": "env:SECRET_KEY"})

    assert "forbidden" not in repr(plan)
    assert "forbidden" not in str(plan.options)
    assert "auth" in _errors(Trust.PEOPLE, target=URL, auth="env:SECRET_KEY")
    headers = {"X-A": "env:PROBE_SECRET_KEY"}
    assert _read(Trust.PEOPLE, target=URL, headers=headers).name == "shop"


def test_a_parent_is_an_endpoint_or_any_monitor() -> None:
    """X9"""
    plan = _read(target=URL, parents=["router", "database:default"])
    assert plan.parents == ("endpoint:router", "database:default")


def test_secrets_in_a_url_are_not_shown() -> None:
    """A60"""
    plan = _read(target="https://me:word@example.org/?token=canary")
    assert "word" not in plan.target
    assert "canary" not in plan.target
    assert "canary" not in str(plan.options)


def test_what_is_split_is_joined_again() -> None:
    """A60"""
    spec = {"auth": "a:b", "headers": {"Accept": "*/*", "X-Key": "c"}, "body": "d"}

    shown, secret = secrets.split(spec, {"auth"})

    assert secret == {"auth": "a:b", "headers.x-key": "c"}
    assert shown["headers"] == {"Accept": "*/*", "X-Key": secrets.UNCHANGED}
    assert secrets.join(shown, secret) == spec


def test_the_options_of_kinds_do_not_hide_the_common_ones() -> None:
    for kind in known_kinds().values():
        own = {each.name for each in fields(kind)}
        assert own & set(COMMON) <= {"name"}  # a question to name servers has one


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"target": "https://8.8.8.8:8443/"}, "target"),
        ({"url": "http://8.8.8.8:8080/"}, "url"),
        ({"kind": "tcp", "target": "8.8.8.8:22"}, "target"),
        ({"kind": "tcp", "host": "8.8.8.8", "port": 22}, "port"),
        ({"kind": "smtp", "target": "8.8.8.8:26"}, "target"),
        ({"kind": "redis", "host": "8.8.8.8", "port": 22}, "port"),
        (
            {"kind": "dns", "target": "a.org", "name_server": "8.8.8.8", "port": 5},
            "port",
        ),
        ({"kind": "websocket", "url": "wss://8.8.8.8:8443/"}, "url"),
    ],
)
def test_people_are_told_on_saving_which_ports_they_may_ask(
    spec: dict[str, Any], field: str
) -> None:
    """A09"""
    assert _errors(Trust.PEOPLE, **spec)[field].startswith("expected port ")
    assert _read(Trust.CODE, **spec).trust is Trust.CODE


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "tcp", "target": "10.1.2.3:22"},
        {"kind": "smtp", "target": "8.8.8.8:587"},
        {"target": "https://8.8.8.8/"},
    ],
)
def test_usual_ports_and_allowed_networks_are_saved(spec: dict[str, Any]) -> None:
    """A09"""
    assert _read(Trust.PEOPLE, **spec).trust is Trust.PEOPLE


def test_the_port_of_a_name_is_refused_when_no_network_could_allow_it() -> None:
    """A09: otherwise the name may lie in one; that is seen when it is dialled."""
    spec = {"name": "shop", "kind": "tcp", "target": "db.example.org:5432"}
    bare = Surroundings(trust=Trust.PEOPLE, clock=lambda: NOW)
    with pytest.raises(WrongSpec, match="expected port 80 or 443"):
        read_spec(spec, bare)
    assert _read(Trust.PEOPLE, kind="tcp", target="db.example.org:5432")


def test_a_registry_is_asked_once_a_day_and_by_people_at_most_hourly() -> None:
    """X6"""
    spec = {"kind": "domain", "target": "example.org"}
    assert _read(**spec).every == timedelta(days=1)
    assert _read(Trust.PEOPLE, **spec, every="1h").every == timedelta(hours=1)
    assert _read(Trust.CODE, **spec, every="5m").every == timedelta(minutes=5)
    assert _errors(Trust.PEOPLE, **spec, every="59m") == {"every": "expected 1h to 7d"}

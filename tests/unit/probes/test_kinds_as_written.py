"""X6, A01: every kind as people write it, and what they may not reach with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulseboard.guard.verdict import Trust
from pulseboard.probes.options import Surroundings, WrongSpec, hidden_options, read_spec
from pulseboard.probes.plan import Plan
from pulseboard.probes.probe import known_kinds

STEP = {"name": "a", "path": "/a"}
NEEDED: dict[str, dict[str, Any]] = {
    "dns": {"target": "example.org"},
    "domain": {"target": "example.org"},
    "journey": {"target": "https://example.org", "steps": [STEP]},
    "scrape": {"target": "https://example.org/metrics", "metric": "jobs"},
    "http": {"target": "https://example.org"},
    "tcp": {"target": "example.org:443"},
    "websocket": {"target": "wss://example.org/live"},
    **{
        name: {"target": "example.org"}
        for name in ("grpc", "imap", "mysql", "postgresql", "redis", "smtp", "tls")
    },
}
#: What leads to an address of ours, by the option that must be blamed.
FORBIDDEN = [
    *(
        (name, {"target": "10.0.0.5"}, "target")
        for name in ("grpc", "imap", "mysql", "postgresql", "redis", "smtp", "tls")
    ),
    ("tcp", {"target": "10.0.0.5:443"}, "target"),
    ("dns", {"name_server": "10.0.0.5"}, "name_server"),
    ("scrape", {"target": "http://10.0.0.5/metrics"}, "target"),
    ("websocket", {"target": "ws://10.0.0.5/"}, "target"),
    ("journey", {"target": "http://10.0.0.5/"}, "target"),
    ("journey", {"steps": [{"name": "a", "url": "http://10.0.0.5/"}]}, "steps"),
    ("domain", {"rdap_server": "http://10.0.0.5/"}, "rdap_server"),
]


def read(kind: str, trust: Trust = Trust.PEOPLE, **options: Any) -> Plan:
    around = Surroundings(trust=trust, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    return read_spec({"name": "one", "kind": kind, **NEEDED[kind], **options}, around)


@pytest.mark.parametrize("kind", known_kinds())
def test_every_kind_is_written_with_a_target(kind: str) -> None:
    plan = read(kind)
    assert plan.kind == kind
    assert "example.org" in plan.target


@pytest.mark.parametrize("kind", known_kinds())
def test_what_a_kind_presumes_is_a_condition_until_people_write_their_own(kind) -> None:
    written = {each.said for each in read(kind).conditions.items}
    presumed = known_kinds()[kind].presumed
    assert set(presumed) <= written
    for line in presumed:
        subject = line.split()[0]
        own = read(kind, conditions=f"{subject} exists").conditions.items
        assert [each.said for each in own if each.subject.name == subject] == [
            f"{subject} exists"
        ]


@pytest.mark.parametrize(("kind", "options", "field"), FORBIDDEN)
def test_people_are_told_what_they_may_not_reach(kind, options, field) -> None:
    with pytest.raises(WrongSpec) as caught:
        read(kind, **options)
    assert list(caught.value.errors) == [field]


def test_limits_of_a_metric_stay_beside_conditions_of_people() -> None:
    conditions = read("scrape", critical_above=5, conditions="metric.value > 1")
    said = [each.said for each in conditions.conditions.items]
    assert "metric.value <= 5" in said
    assert "metric.value > 1" in said


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [("redis", {"password"}), ("journey", {"secrets"}), ("smtp", set())],
)
def test_secrets_of_a_kind_are_hidden_as_a_whole(kind: str, hidden: set[str]) -> None:
    assert hidden_options(kind) == hidden

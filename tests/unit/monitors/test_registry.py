"""The monitors of this process (F72)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pulseboard.core.outcome import healthy
from pulseboard.monitors import registry
from pulseboard.monitors.definition import Definition


@pytest.fixture(autouse=True)
def _own_providers(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_providers", [])
    registry.forget()
    yield
    registry.forget()


def monitor(name: str, source: str) -> Definition:
    return Definition(
        name=name,
        title=name,
        run=lambda: healthy("answers"),
        every=timedelta(seconds=30),
        timeout=timedelta(seconds=2),
        source=source,
    )


def test_a_name_that_is_taken_costs_the_second_monitor_and_no_other():
    """F72: duplicate names; the others run, the finding names it."""
    registry.provide(lambda: [monitor("requests", "shop.health_checks")])
    registry.provide(lambda: [monitor("requests", "pulseboard"), monitor("disk", "x")])
    assert {name: each.source for name, each in registry.definitions().items()} == {
        "requests": "shop.health_checks",
        "disk": "x",
    }
    (problem,) = registry.problems()
    assert "'requests'" in problem
    assert "shop.health_checks" in problem

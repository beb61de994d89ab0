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


def test_settings_are_read_once_where_nothing_is_stored(monkeypatch):
    """X10: thousands of endpoints take a second to be read."""
    asked: list[str] = []

    def provider() -> list[Definition]:
        asked.append("settings")
        return [monitor("shop", "settings")]

    monkeypatch.setattr(registry, "_stored", [])
    registry.provide(provider)
    registry.provide_stored(lambda: "a revision", lambda: [])
    registry.definitions()
    assert not registry.look()
    assert set(registry.definitions()) == {"shop"}
    assert asked == ["settings"]


def test_what_is_stored_joins_at_the_next_look_and_goes_with_its_row(monkeypatch):
    """X10"""
    rows = [monitor("shop", "an admin")]
    monkeypatch.setattr(registry, "_stored", [])
    registry.provide_stored(lambda: len(rows), lambda: rows)
    assert registry.look()
    assert set(registry.definitions()) == {"shop"}
    rows.clear()
    assert registry.look()
    assert not registry.definitions()

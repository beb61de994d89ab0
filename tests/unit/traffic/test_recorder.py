"""Requests counted without lock or query (S7, S10)."""

from __future__ import annotations

import threading

from pulseboard.traffic import recorder
from pulseboard.traffic.recorder import (
    OTHER_METHOD,
    OTHER_ROUTES,
    Key,
    Minute,
    Recorder,
)


def test_requests_are_folded_by_route_method_and_class():
    counts, minutes = Recorder(), dict[int, Minute]()
    counts.note("/orders", "GET", 200, 0.1, at=60.0)
    counts.note("/orders", "GET", 204, 0.3, at=119.9)
    counts.note("/orders", "GET", 500, 0.2, at=120.0)
    assert counts.fold(minutes) == {1, 2}
    cell = minutes[1][Key("/orders", "GET", 2)]
    assert (cell.count, round(cell.total_seconds, 6), cell.slowest_seconds) == (
        2,
        0.4,
        0.3,
    )
    assert minutes[2][Key("/orders", "GET", 5)].count == 1


def test_nothing_is_lost_between_threads():
    """S10: exact, not nearly."""
    counts, minutes = Recorder(), dict[int, Minute]()

    def work() -> None:
        for _ in range(5_000):
            counts.note("/", "GET", 200, 0.001, at=60.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        counts.fold(minutes)
    counts.fold(minutes)
    assert minutes[1][Key("/", "GET", 2)].count == 20_000


def test_memory_is_bounded_and_what_is_dropped_is_counted(monkeypatch):
    """S10"""
    monkeypatch.setattr(recorder, "MOST_PENDING", 10)
    counts = Recorder()
    for _ in range(25):
        counts.note("/", "GET", 200, 0.001, at=60.0)
    assert counts.dropped_total == 15


def test_routes_beyond_the_limit_share_one_name(monkeypatch):
    monkeypatch.setattr(recorder, "MOST_ROUTES", 3)
    counts, minutes = Recorder(), dict[int, Minute]()
    for number in range(10):
        counts.note(f"/{number}", "GET", 200, 0.001, at=60.0)
    counts.fold(minutes)
    assert len(minutes[1]) == 4
    assert minutes[1][Key(OTHER_ROUTES, "GET", 2)].count == 7


def test_methods_that_clients_invent_share_one_name():
    """A67: what anybody may send must not fill memory or table."""
    counts, minutes = Recorder(), dict[int, Minute]()
    for number in range(10):
        counts.note("/", f"BREW{number}", 405, 0.001, at=60.0)
    counts.note("/", "PATCH", 405, 0.001, at=60.0)
    counts.fold(minutes)
    assert {key.method: cell.count for key, cell in minutes[1].items()} == {
        OTHER_METHOD: 10,
        "PATCH": 1,
    }

"""Renderings in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pulseboard.statuspage.render import kept as renderings
from pulseboard.statuspage.render.kept import kept


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    renderings.forget()
    yield
    renderings.forget()


def test_a_rendering_is_made_once_for_its_moment() -> None:
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return f"page {len(made)}"

    assert kept(("a",), (1,), make) == kept(("a",), (1,), make)
    again = kept(("a",), (2,), make)
    assert again is not None
    assert again.body == b"page 2"


def test_nobody_waits_while_another_renders() -> None:
    """Row 4c: the one before is served meanwhile."""
    kept(("a",), (1,), lambda: "old")
    started, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        started.set()
        go_on.wait(10)
        return "new"

    thread = threading.Thread(target=lambda: kept(("a",), (2,), slow))
    thread.start()
    started.wait(10)
    meanwhile = kept(("a",), (2,), lambda: "never asked")
    go_on.set()
    thread.join(10)
    assert meanwhile is not None
    assert meanwhile.body == b"old"
    after = kept(("a",), (2,), lambda: "never asked")
    assert after is not None
    assert after.body == b"new"


def test_what_there_is_not_is_not_kept() -> None:
    for key in range(1000):
        assert kept(("nothing", key), (1,), lambda: None) is None
    assert not renderings._kept


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in range(renderings.MOST_KEPT + 50):
        kept(("a", key), (1,), lambda: "page")
    assert len(renderings._kept) == renderings.MOST_KEPT
    monkeypatch.setattr(renderings, "MOST_KEPT_BYTES", 300)
    kept(("big",), (1,), lambda: "x" * 200)
    assert sum(each.size_bytes for each in renderings._kept.values()) <= 300
    assert ("big",) in renderings._kept


def test_a_failed_rendering_blocks_nobody() -> None:
    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept(("a",), (1,), fail)
    found = kept(("a",), (1,), lambda: "page")
    assert found is not None
    assert found.body == b"page"


def test_nobody_is_given_what_is_hours_old() -> None:
    """X22: however many ask at once for a language that nobody read since morning"""
    kept(("ja",), (1,), lambda: "of this morning")
    began, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        began.set()
        may_end.wait(10)
        return "now"

    thread = threading.Thread(target=lambda: kept(("ja",), (480,), slow))
    thread.start()
    began.wait(10)
    meanwhile = kept(("ja",), (480,), lambda: "now")
    may_end.set()
    thread.join()
    assert meanwhile is not None
    assert meanwhile.body == b"now"

"""`pulseboard.start()`, `.stop()` and `.tick()` for hosts that run us themselves."""

from __future__ import annotations

import pytest

from pulseboard.runner import embedded, public


@pytest.fixture
def armed(monkeypatch) -> list[embedded._Embedded]:
    """Return the states a thread was started for; none is, tests run here."""
    states: list[embedded._Embedded] = []
    monkeypatch.setattr(embedded, "_state", embedded._Embedded())
    monkeypatch.setattr(embedded, "_is_wanted", lambda: True)
    monkeypatch.setattr(embedded, "_hear_the_end_once", lambda: None)
    monkeypatch.setattr(embedded, "_start_thread", states.append)
    return states


def test_what_was_stopped_can_be_started_again(armed):
    """Twice is once, and after a stop it is anew."""
    public.start()
    public.start()
    assert len(armed) == 1
    public.stop()
    public.start()
    assert len(armed) == 2
    assert not armed[1].ended.is_set()


def test_a_forked_child_does_not_tick_under_its_parents_lease(monkeypatch):
    """F44: it would believe that the lease is its own."""
    monkeypatch.setattr(public, "_called", object())
    with public._one_at_a_time:
        public._after_fork_in_child()
        assert public._called is None
        assert public._one_at_a_time.acquire(blocking=False)
        public._one_at_a_time.release()

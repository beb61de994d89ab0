from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed

#: A full hour, so that tests can count from it.
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
LETTERS = {
    "H": Status.HEALTHY,
    "W": Status.WARNING,
    "C": Status.CRITICAL,
    "U": Status.UNKNOWN,
}

Observe = Callable[..., Observed]


@pytest.fixture
def start() -> datetime:
    return START


@pytest.fixture
def observed() -> Observe:
    """Make one run: its time in seconds from START, its status as a letter."""

    def make(
        second: float,
        letter: str = "H",
        *,
        monitor: str = "shop",
        duration: float = 0.1,
        **readings: float,
    ) -> Observed:
        outcome = Outcome(LETTERS[letter], "as seen", readings)
        at = START + timedelta(seconds=second)
        return Observed(monitor, at, outcome, duration)

    return make

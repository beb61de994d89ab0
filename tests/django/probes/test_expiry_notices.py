"""One notice for each step before a certificate ends. X39"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.alerts import store as alerts
from pulseboard.core.outcome import NOTICE, Outcome
from pulseboard.core.status import Status
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.store import Change
from pulseboard.probes import store

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST, SECOND = (f"The certificate ends within {days} days." for days in (14, 7))


def _see(sentence: str) -> Outcome:
    """Let the monitor's last result say *sentence*."""
    Monitor.objects.filter(name="endpoint:shop").update(
        summary=sentence, details={NOTICE: sentence}
    )
    return Outcome(Status.WARNING, sentence, details={NOTICE: sentence})


def test_a_step_is_told_once_and_the_next_at_once() -> None:
    store.create({"title": "Shop", "target": "https://example.org/"}, NOW)
    outcome = _see(FIRST)
    change = Change(
        "endpoint:shop", "Shop", Status.HEALTHY, Status.WARNING, NOW, NOW, outcome
    )
    alerts.apply([change])

    assert alerts.remind(NOW + timedelta(days=5), HOUR) == 0

    _see(SECOND)
    assert alerts.remind(NOW + timedelta(days=7), HOUR) == 1
    assert alerts.remind(NOW + timedelta(days=9), HOUR) == 0

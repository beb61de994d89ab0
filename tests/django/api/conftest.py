"""The adapter needs Django's own middleware, not ours."""

from __future__ import annotations

from typing import Any

import pytest

from pulseboard.access import store


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Without our middleware, and without the calls that another test made."""
    monkeypatch.setattr(store, "_limiter", store.Limiter())
    settings.MIDDLEWARE = [
        each for each in settings.MIDDLEWARE if not each.startswith("pulseboard.")
    ]

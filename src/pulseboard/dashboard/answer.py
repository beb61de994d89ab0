"""The page as JSON: overview, checks, alerts and performance in one answer."""

from __future__ import annotations

from typing import Any

from pulseboard.core.text import reading_label
from pulseboard.dashboard.clock import iso_text
from pulseboard.dashboard.observed import Observed, ObservedMonitor
from pulseboard.dashboard.page import AlertLine, Page


def answer_of(page: Page, observed: Observed) -> dict[str, Any]:
    """Return what ``dashboard.json`` says; times in ISO 8601 UTC, units in names."""
    return {
        "overview": {
            "status": page.hero.standing.value,
            "sentence": page.hero.sentence,
            "line": page.hero.line,
            "trusted": page.hero.trusted,
            "service": page.service,
            "timestamp": page.freshness.updated.iso,
        },
        "checks": _checks(page, observed),
        "alerts": [_alert(alert) for alert in page.alerts],
        "performance": _performance(page, observed),
    }


def _checks(page: Page, observed: Observed) -> list[dict[str, Any]]:
    rows = {monitor.name: monitor for monitor in observed.monitors}
    return [
        {
            "service": card.name,
            "title": card.title,
            "status": card.standing.value,
            "headline": card.headline,
            "fact": card.fact,
            "reference": card.reference,
            **_run(rows[card.name]),
        }
        for card in page.cards
    ]


def _run(monitor: ObservedMonitor) -> dict[str, Any]:
    took = monitor.duration_seconds
    return {
        "since": iso_text(monitor.status_since) if monitor.status_since else None,
        "ran_at": iso_text(monitor.ran_at) if monitor.ran_at else None,
        "response_time_ms": None if took is None else round(took * 1000, 1),
        "readings": dict(monitor.readings),
    }


def _alert(alert: AlertLine) -> dict[str, Any]:
    return {
        "id": alert.id,
        "severity": alert.word.lower(),
        "title": alert.title,
        "message": alert.message,
        "since": alert.since.iso,
        "acknowledged_by": alert.acknowledged_by or None,
    }


def _performance(page: Page, observed: Observed) -> dict[str, Any]:
    return {
        "monitoring": {
            "status": page.itself.standing.value,
            "sentence": page.itself.sentence,
            "last_tick_at": page.itself.ticked.iso if page.itself.ticked else None,
        },
        "last_hour": {
            monitor.name: {
                "reading": monitor.drawn,
                "label": reading_label(monitor.drawn),
                "values": [each.value for each in monitor.hour],
            }
            for monitor in observed.monitors
            if monitor.hour
        },
    }

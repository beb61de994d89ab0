"""The backup of Uptime Kuma 1: one JSON file with its monitors and notifications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.importers.report import Dropped, Imported
from pulseboard.probes.importers.uptime_kuma import imported, snake

_MONITORS = "monitorList"
_REASONS = {
    "notificationList": "channels are set up in Pulseboard",
    "proxyList": "probes use no proxy",
}


def is_backup(document: Any) -> bool:
    """Return whether *document* is such a backup."""
    return isinstance(document, dict) and _MONITORS in document


def read_backup(document: Any) -> Imported:
    """
    Return what *document* holds.

    Raises:
        ConfigError: Its list of monitors is none.
    """
    found = document[_MONITORS]
    monitors = list(found.values()) if isinstance(found, dict) else found
    if not isinstance(monitors, list) or not all(
        isinstance(each, dict) for each in monitors
    ):
        raise ConfigError(f"{_MONITORS}: expected a list of objects")
    rows = [{snake(key): each[key] for key in each} for each in monitors]
    return imported(rows, _dropped(document))


def _dropped(document: dict[str, Any]) -> Iterator[Dropped]:
    for key, value in document.items():
        if key in (_MONITORS, "version") or not value:
            continue
        count = f" ({len(value)})" if isinstance(value, list | dict) else ""
        yield Dropped("", f"{key[:80]}{count}", _REASONS.get(key, "not imported"))

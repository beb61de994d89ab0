"""The configuration of Gatus, one file of YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulseboard.probes.importers.draft import Draft, finish, refuse_too_many
from pulseboard.probes.importers.gatus_endpoints import Row, drafts_of
from pulseboard.probes.importers.gatus_suites import draft_of_suite
from pulseboard.probes.importers.report import Dropped, Imported

SOURCE = "Gatus"

#: The lists of endpoints; the second is what they were called before.
_ENDPOINTS = ("endpoints", "services")
_LISTS = (*_ENDPOINTS, "suites", "external-endpoints")
_READ = (*_ENDPOINTS, "suites")
_REASONS = {
    "alerting": "channels are set up in Pulseboard",
    "external-endpoints": "a job reports itself here; it is no endpoint",
    "maintenance": "plan it anew",
    "announcements": "write an incident or a maintenance",
}


def is_gatus(document: Any) -> bool:
    """Return whether *document* is such a configuration."""
    return isinstance(document, dict) and any(
        isinstance(document.get(each), list) for each in _LISTS
    )


def read_gatus(document: Row) -> Imported:
    """
    Return what *document* holds.

    Raises:
        ConfigError: It has too many endpoints.
    """
    refuse_too_many([row for key in _READ for row in _rows(document, key)])
    endpoints, told = finish(_drafts(document))
    return Imported(SOURCE, endpoints, [*_dropped(document), *told])


def _drafts(document: Row) -> Iterator[Draft]:
    found = [row for key in _ENDPOINTS for row in _rows(document, key)]
    for place, row in enumerate(found, 1):
        yield from drafts_of(row, place)
    for place, row in enumerate(_rows(document, "suites"), 1):
        yield draft_of_suite(row, place)


def _rows(document: Row, key: str) -> list[Row]:
    found = document.get(key)
    if not isinstance(found, list):
        return []
    return [each for each in found if isinstance(each, Mapping)]


def _dropped(document: Row) -> Iterator[Dropped]:
    for key, found in document.items():
        if not found:
            continue
        count = len(found) if isinstance(found, list) else 0
        if key in _READ:
            count -= len(_rows(document, key))
            if not count:
                continue
        shown = f" ({count})" if count else ""
        why = "expected a mapping each" if key in _READ else "it has no equivalent here"
        yield Dropped("", f"{str(key)[:80]}{shown}", _REASONS.get(key, why))

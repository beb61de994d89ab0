"""An endpoint in the making, and what is told about it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sized
from datetime import timedelta
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line
from pulseboard.probes.importers.report import Dropped
from pulseboard.probes.options import TITLE_LENGTH, name_from, spec_text

MOST_ENDPOINTS = 2000

#: The limits of endpoints, in seconds: shortest and longest.
INTERVALS = (5.0, 7 * 86_400.0)
TIMEOUTS = (0.1, 120.0)
WAITS = (0.0, 300.0)
MOST_RETRIES = 10


class Draft:
    """One endpoint. Values that are the default are left out by who fills it."""

    def __init__(self, title: str, fallback: str) -> None:
        self.title = one_line(title, limit=TITLE_LENGTH) or fallback
        self.name = name_from(self.title) or name_from(fallback)
        self.spec: dict[str, Any] = {}
        self.dropped: list[Dropped] = []
        self.is_taken = True

    def drop(self, what: str, why: str) -> None:
        """Tell that *what* was not taken over."""
        self.dropped.append(Dropped(self.title, what[:80], why))

    def refuse(self, what: str, why: str) -> None:
        """Tell that the whole endpoint was not taken over."""
        self.is_taken = False
        self.dropped = []
        self.drop(what, why)

    def switch_off(self, what: str, why: str) -> None:
        """Tell that *what* cannot be kept, so that somebody has to look first."""
        self.spec["enabled"] = False
        self.drop(what, f"{why}; it was imported switched off")

    def duration(
        self, key: str, seconds: float, limits: tuple[float, float], what: str
    ) -> None:
        """Set *key* to *seconds*, brought within *limits*."""
        least, most = limits
        kept = min(max(seconds, least), most)
        if kept != seconds:
            self.drop(what, f"must be {written(least)} to {written(most)}; was changed")
        self.spec[key] = written(kept)

    def condition(self, line: str) -> None:
        """Add *line* to the conditions."""
        before = self.spec.get("conditions", "")
        self.spec["conditions"] = f"{before}\n{line}" if before else line

    def finished(self, taken_names: Container[str]) -> dict[str, Any]:
        """Return it with a name that is not in *taken_names*."""
        name, number = self.name, 2
        while name in taken_names:
            name, number = f"{self.name[:94]}-{number}", number + 1
        return {"name": name, "title": self.title, **self.spec}


def refuse_too_many(rows: Sized) -> None:
    """Raise ConfigError for more endpoints than anybody has."""
    if len(rows) > MOST_ENDPOINTS:
        raise ConfigError(f"expected at most {MOST_ENDPOINTS:,} endpoints")


def finish(drafts: Iterable[Draft]) -> tuple[list[dict[str, Any]], list[Dropped]]:
    """Return the endpoints of *drafts* under names of their own, and what was told."""
    endpoints: dict[str, dict[str, Any]] = {}
    dropped: list[Dropped] = []
    for draft in drafts:
        dropped += draft.dropped
        if draft.is_taken:
            spec = draft.finished(endpoints)
            endpoints[spec["name"]] = spec
    return list(endpoints.values()), dropped


def written(seconds: float) -> str:
    """Return *seconds* as people write them: ``90s``, ``2m``, ``800ms``."""
    return spec_text(timedelta(milliseconds=round(seconds * 1000)))

"""A page of metrics: one figure that a program shows to Prometheus, within limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.exchange import MAX_BYTES_LIMIT
from pulseboard.probes.exposition import LABEL_NAME, NAME, samples
from pulseboard.probes.facts import Facts, Value
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.probe import Try, kind

LABELS = 20
LABEL_LENGTH = 500

LIMITS = {
    "warning_above": "warning: metric.value <= {}",
    "critical_above": "metric.value <= {}",
    "warning_below": "warning: metric.value >= {}",
    "critical_below": "metric.value >= {}",
}


@kind("scrape")
@dataclass(frozen=True, kw_only=True)
class Scrape(Http):
    """
    Args:
        metric: Name of the sample, such as ``queue_jobs`` or ``latency_seconds_sum``.
        labels: That it must have; further ones do not matter. Of several that fit,
            the first counts, and ``metric.samples`` tells how many there were.
        warning_above: A larger value is a warning; None: no limit. The value itself
            is fine, as with the other three.
    """

    metric: str
    labels: Mapping[str, str] = field(default_factory=dict)
    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None
    max_bytes: int = MAX_BYTES_LIMIT

    presumed: ClassVar[tuple[str, ...]] = ("status == 200", "metric.found == true")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not NAME.fullmatch(self.metric):
            raise ConfigError("metric: expected a name such as queue_jobs")
        if len(self.labels) > LABELS:
            raise ConfigError(f"labels: expected at most {LABELS}")
        for name, value in self.labels.items():
            if not LABEL_NAME.fullmatch(name) or len(value) > LABEL_LENGTH:
                raise ConfigError("labels: expected plain names with short values")
        for name in LIMITS:
            limit = getattr(self, name)
            if limit is not None and not math.isfinite(limit):
                raise ConfigError(f"{name}: expected a finite number")

    def required(self) -> tuple[str, ...]:
        limits = {name: getattr(self, name) for name in LIMITS}
        return tuple(
            LIMITS[name].format(_plain(limit))
            for name, limit in limits.items()
            if limit is not None
        )

    async def ask(self, one: Try) -> Facts:
        facts = await super().ask(one)
        page = facts.body.decode("utf-8", "replace")
        if facts.truncated:
            page = page.rpartition("\n")[0]  # the last line may be half a number
        found = list(samples(page, self.metric, self.labels))
        values = {**facts.values, **_values(found)}
        return replace(facts, values=values, readings=_readings(found))


def _values(found: list[float]) -> dict[str, Value]:
    values: dict[str, Value] = {
        "metric.found": bool(found),
        "metric.samples": float(len(found)),
    }
    for value in _readings(found).values():
        values["metric.value"] = value
    return values


def _readings(found: list[float]) -> dict[str, float]:
    """Return the first; neither NaN nor infinity could be compared or drawn."""
    if not found or not math.isfinite(found[0]):
        return {}
    return {"metric_value": found[0]}


def _plain(number: float) -> str:
    """Return *number* as conditions write it, without an exponent."""
    return f"{number:.9f}".rstrip("0").rstrip(".")

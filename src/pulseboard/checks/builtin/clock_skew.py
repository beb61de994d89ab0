"""Whether this process and its database agree on the time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin.sql.connection import ask, own_connection, vendor_of
from pulseboard.checks.builtin.sql.trouble import trouble_in
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.core.outcome import Outcome
from pulseboard.core.text import duration_text, seconds_text

POSTGRESQL = "SELECT extract(epoch FROM clock_timestamp())"
MYSQL = "SELECT UTC_TIMESTAMP(6)"


@check("clock_skew", every="5m", group="Database")
@dataclass(frozen=True, kw_only=True)
class ClockSkew(GradedCheck):
    """
    Difference between this process's clock and the database server's.

    Leases, schedules and time zones all assume there is none.

    Args:
        alias: Name in `DATABASES`.
        warning_above: Seconds apart, either way.
        critical_above: Seconds apart, either way.
    """

    alias: str = DEFAULT_DB_ALIAS
    warning_above: float | None = 2.0
    critical_above: float | None = 30.0

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        for alias in (DEFAULT_DB_ALIAS, *connections):
            if vendor_of(alias) in ("postgresql", "mysql"):
                return {"": {"alias": alias}}
        raise NotApplicable("no database here has a clock of its own")

    def run(self) -> Outcome:
        try:
            with own_connection(self.alias) as connection:
                skew_seconds, round_trip_seconds = _skew(connection)
        except Error as error:
            trouble = trouble_in(error)
            if trouble is None:
                raise
            return trouble.blocks()
        apart_seconds = abs(skew_seconds)
        return Outcome(
            self.grade(apart_seconds),
            _sentence(skew_seconds, self.limits().broken_by(apart_seconds)),
            {
                "clock_skew_seconds": apart_seconds,
                "round_trip_seconds": round_trip_seconds,
            },
            details={"server_ahead_seconds": round(skew_seconds, 3)},
        )


def _skew(connection: BaseDatabaseWrapper) -> tuple[float, float]:
    """Return how far the server is ahead, as far as is certain, and the round trip."""
    started_at = time.time()
    started = time.perf_counter()
    server_at = _server_time(connection)
    round_trip_seconds = time.perf_counter() - started
    ahead = server_at - (started_at + round_trip_seconds / 2)
    # The answer was made at any moment of the trip: half of it proves nothing.
    certain = max(0.0, abs(ahead) - round_trip_seconds / 2)
    return (certain if ahead > 0 else -certain), round_trip_seconds


def _server_time(connection: BaseDatabaseWrapper) -> float:
    if connection.vendor == "postgresql":
        return float(ask(connection, POSTGRESQL)[0])
    naive: datetime = ask(connection, MYSQL)[0]
    return naive.replace(tzinfo=UTC).timestamp()


def _sentence(skew_seconds: float, limit: float | None) -> str:
    apart = abs(skew_seconds)
    text = duration_text(apart) if apart >= 90 else seconds_text(apart)
    side = "ahead of" if skew_seconds > 0 else "behind"
    if limit is None:
        return f"clocks agree to {text}"
    return f"the database's clock is {text} {side} ours, limit {seconds_text(limit)}"

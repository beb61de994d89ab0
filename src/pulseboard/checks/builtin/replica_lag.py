"""How far each replica is behind its primary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin.sql.connection import (
    ask,
    ask_named,
    own_connection,
    vendor_of,
)
from pulseboard.checks.builtin.sql.trouble import trouble_in
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.status import Status
from pulseboard.core.text import duration_text, seconds_text

# The time since the last replayed change also grows while the primary is idle, so it
# only counts when something is left to replay or nothing more is coming. Right after
# a start nothing was replayed yet.
POSTGRESQL = """
    SELECT pg_is_in_recovery(),
           (SELECT count(*) > 0 FROM pg_stat_wal_receiver WHERE pid IS NOT NULL),
           pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(),
           extract(epoch FROM clock_timestamp() - coalesce(
               pg_last_xact_replay_timestamp(), pg_postmaster_start_time())),
           pg_is_wal_replay_paused()
"""

FORBIDDEN = 1227


@dataclass(frozen=True, slots=True)
class Lag:
    """
    Args:
        seconds: How far behind; None when replication stands still.
        why: What is wrong besides, or why it stands still.
    """

    seconds: float | None
    why: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@check("replica_lag", group="Database")
@dataclass(frozen=True, kw_only=True)
class ReplicaLag(GradedCheck):
    """
    Seconds one replica is behind; CRITICAL when it follows no more.

    Args:
        alias: Name in `DATABASES`.
        warning_above: Seconds behind.
        critical_above: Seconds behind.
    """

    alias: str = DEFAULT_DB_ALIAS
    warning_above: float | None = 10.0
    critical_above: float | None = 60.0

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        replicas = {alias: {"alias": alias} for alias in _replicas()}
        if not replicas:
            raise NotApplicable("no database in DATABASES is a replica")
        return replicas

    def run(self) -> Outcome:
        try:
            with own_connection(self.alias) as connection:
                lag = _lag(connection)
        except Error as error:
            if _code(error) == FORBIDDEN:
                text = "the login may not see replication: REPLICA MONITOR is missing"
                return unknown(text, Reason.BLOCKED)
            trouble = trouble_in(error)
            if trouble is None:
                raise
            return trouble.blocks()
        return self._outcome(lag) if lag else unknown("this server follows no other")

    def _outcome(self, lag: Lag) -> Outcome:
        if lag.seconds is None:
            return Outcome(Status.CRITICAL, lag.why, details=lag.details)
        behind = seconds_text(lag.seconds) if lag.seconds < 90 else None
        text = f"{behind or duration_text(lag.seconds)} behind"
        limit = self.limits().broken_by(lag.seconds)
        if limit is not None:
            text = f"{text}, limit {seconds_text(limit)}"
        return Outcome(
            self.grade(lag.seconds),
            f"{text}, {lag.why}" if lag.why else text,
            {"replica_lag_seconds": lag.seconds},
            details=lag.details,
        )


def _replicas() -> Iterator[str]:
    for alias in connections:
        if vendor_of(alias) not in ("postgresql", "mysql"):
            continue
        if connections.settings[alias]["TEST"]["MIRROR"] or _says_it_follows(alias):
            yield alias


def _says_it_follows(alias: str) -> bool:
    """Return whether the server itself says so; a dead one says nothing."""
    # A default database that follows another is wrong, and `database` says so.
    if alias == DEFAULT_DB_ALIAS:
        return False
    try:
        with own_connection(alias) as connection:
            return _lag(connection) is not None
    except Error:
        return False


def _lag(connection: BaseDatabaseWrapper) -> Lag | None:
    """Return the lag, None when the server follows no other."""
    if connection.vendor == "postgresql":
        if not ask(connection, "SELECT pg_is_in_recovery()")[0]:
            return None
        return _postgresql_lag(ask(connection, POSTGRESQL))
    return _mysql_lag(_replica_status(connection))


def _postgresql_lag(row: tuple[Any, ...]) -> Lag:
    _, is_streaming, has_caught_up, seconds, is_paused = row
    details = {"streaming": is_streaming, "replay_paused": is_paused}
    why = "replay is paused" if is_paused else ""
    why = why or ("" if is_streaming else "not connected to its primary")
    if is_streaming and has_caught_up:
        return Lag(0.0, why, details)
    # Clocks may differ by more than the lag.
    return Lag(max(0.0, float(seconds)), why, details)


def _replica_status(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """Return the server's status row, lower-case names, empty without replication."""
    try:
        return ask_named(connection, "SHOW REPLICA STATUS")
    except Error as error:
        if _code(error) != 1064:  # a server from before the new word
            raise
    return ask_named(connection, "SHOW SLAVE STATUS")


def _mysql_lag(status: Mapping[str, Any]) -> Lag | None:
    if not status:
        return None
    # MySQL 8 says source and replica where MariaDB says master and slave.
    new = {name.replace("master", "source"): value for name, value in status.items()}
    new = {name.replace("slave", "replica"): value for name, value in new.items()}
    details = {
        "receiving": new.get("replica_io_running"),
        "applying": new.get("replica_sql_running"),
    }
    seconds = new.get("seconds_behind_source")
    if seconds is None:
        return Lag(None, _why_it_stands_still(details), details)
    return Lag(float(seconds), details=details)


def _why_it_stands_still(details: Mapping[str, object]) -> str:
    if details["applying"] != "Yes":
        return "replication is stopped: changes are not applied"
    return "replication is stopped: not connected to its primary"


def _code(error: Error) -> object:
    cause = error.__cause__
    return cause.args[0] if cause is not None and cause.args else None

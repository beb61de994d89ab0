"""Whether each database answers, how fast, and how full it is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin._given import threshold
from pulseboard.checks.builtin.sql import mysql, postgresql, sqlite
from pulseboard.checks.builtin.sql.connection import ask, own_connection
from pulseboard.checks.builtin.sql.facts import Facts
from pulseboard.checks.builtin.sql.memory import DatabaseMemory, memory_of
from pulseboard.checks.builtin.sql.pool import PoolState, pool_state
from pulseboard.checks.builtin.sql.trouble import READ_ONLY, TOO_MANY, trouble_in
from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.core.limits import Limits
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status, worst
from pulseboard.core.text import bytes_text, seconds_text

VENDORS: Mapping[str, ModuleType] = {
    "postgresql": postgresql,
    "mysql": mysql,
    "sqlite": sqlite,
}

DUMMY = "django.db.backends.dummy"


@check("database", group="Database")
@dataclass(frozen=True, kw_only=True)
class Database(GradedCheck):
    """
    Connects to one database and times a query.

    Args:
        alias: Name in `DATABASES`.
        warning_above: Seconds the query may take; default, as for the next,
            `ALERT_THRESHOLDS` database_query_time.
        critical_above: Seconds the query may take.
        connections_warning_above: Used ratio, 0 to 1, of the connections this login
            may have.
        connections_critical_above: The same, for CRITICAL.
    """

    alias: str = DEFAULT_DB_ALIAS
    warning_above: float | None = 0.1
    critical_above: float | None = 0.5
    connections_warning_above: float = 0.8
    connections_critical_above: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        self.connection_limits()

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        aliases = [a for a in connections if connections.settings[a]["ENGINE"] != DUMMY]
        if not aliases:
            raise NotApplicable("DATABASES is empty")
        return {
            "" if alias == DEFAULT_DB_ALIAS else alias: {
                "alias": alias,
                **threshold("database_query_time"),
                "decides_readiness": alias == DEFAULT_DB_ALIAS,
            }
            for alias in aliases
        }

    def connection_limits(self) -> Limits:
        """Return the bounds of the ratio of connections in use."""
        return Limits(
            warning_above=self.connections_warning_above,
            critical_above=self.connections_critical_above,
        )

    def run(self) -> Outcome:
        memory = _memory(self.alias)
        try:
            return self._ask(memory)
        except Error as error:
            trouble = trouble_in(error)
            if trouble is None:
                raise
            if trouble is TOO_MANY and memory.connections_limit is not None:
                limit = memory.connections_limit
                outcome = TOO_MANY.outcome()
                return Outcome(
                    outcome.status, f"{outcome.summary}: all of {limit} used"
                )
            return trouble.outcome()

    def _ask(self, memory: DatabaseMemory) -> Outcome:
        started = time.perf_counter()
        with own_connection(self.alias) as connection:
            connected = time.perf_counter()
            ask(connection, _query(connection))
            answered = time.perf_counter()
            vendor = VENDORS.get(connection.vendor)
            facts = vendor.facts(connection) if vendor else Facts()
            _remember_size(memory, connection, vendor)
            pool = pool_state(connection)
        memory.connections_limit = facts.connections_limit
        findings = _Findings(
            facts, memory, pool, answered - connected, connected - started
        )
        return self._outcome(findings)

    def _outcome(self, found: _Findings) -> Outcome:
        problems = list(self._problems(found))
        return Outcome(
            worst([Status.HEALTHY, *(status for status, _ in problems)]),
            "; ".join(text for _, text in problems) or found.sentence(),
            found.readings(),
            details=found.details(),
            degraded="; ".join(filter(None, found.degraded())),
        )

    def _problems(self, found: _Findings) -> Iterator[tuple[Status, str]]:
        limit = self.limits().broken_by(found.query_seconds)
        if limit is not None:
            took = seconds_text(found.query_seconds)
            text = f"query took {took}, limit {seconds_text(limit)}"
            yield self.grade(found.query_seconds), text
        ratio = found.connections_used_ratio()
        if ratio is not None and self.connection_limits().broken_by(ratio) is not None:
            facts = found.facts
            used = f"{facts.connections_open} of {facts.connections_limit} used"
            yield self.connection_limits().grade(ratio), f"too many connections: {used}"
        if found.facts.read_only and not self._may_be_read_only(found.facts):
            is_default = self.alias == DEFAULT_DB_ALIAS
            status = Status.CRITICAL if is_default else Status.WARNING
            yield status, READ_ONLY.summary
        if found.pool is not None and found.pool.waiting:
            waiting = found.pool.waiting
            yield Status.WARNING, f"connection pool used up, {waiting} requests wait"

    def _may_be_read_only(self, facts: Facts) -> bool:
        mirror = connections.settings[self.alias]["TEST"]["MIRROR"]
        # The default database of an application is written to, or should be.
        return bool(mirror) or (facts.is_replica and self.alias != DEFAULT_DB_ALIAS)


@dataclass(frozen=True, slots=True)
class _Findings:
    """Everything one run learned, and how to say it."""

    facts: Facts
    memory: DatabaseMemory
    pool: PoolState | None
    query_seconds: float
    connect_seconds: float
    at: float = field(default_factory=time.monotonic)

    def connections_used_ratio(self) -> float | None:
        facts = self.facts
        if facts.connections_open is None or not facts.connections_limit:
            return None
        return facts.connections_open / facts.connections_limit

    def readings(self) -> dict[str, float]:
        facts, pool, size = self.facts, self.pool, self.memory.size
        rate = (
            self.memory.statements.per_second(self.at, facts.counter)
            if facts.counter is not None
            else None
        )
        known = {
            "query_seconds": self.query_seconds,
            "connect_seconds": self.connect_seconds,
            "connections_open": facts.connections_open,
            "connections_active": facts.connections_active,
            "connections_used_ratio": self.connections_used_ratio(),
            "size_bytes": size.size_bytes,
            "size_growth_bytes": size.growth_bytes(self.at),
            facts.counter_name: rate,
            "pool_used_ratio": pool.used_ratio if pool else None,
            "pool_waiting": pool.waiting if pool else None,
        }
        return {name: value for name, value in known.items() if value is not None}

    def details(self) -> dict[str, object]:
        pool, known = self.pool, dict(self.facts.details)
        known["connections_limit"] = self.facts.connections_limit
        known["read_only"] = self.facts.read_only
        if self.memory.size.growth_bytes(self.at) is None:
            known["growth_since_yesterday"] = "collecting"
        if pool:
            known["pool"] = f"{pool.size - pool.idle} of {pool.limit} in use"
            known["pool_recycled"] = pool.recycled
        return {name: value for name, value in known.items() if value is not None}

    def degraded(self) -> tuple[str, ...]:
        return (*self.facts.degraded, self.memory.size.degraded)

    def sentence(self) -> str:
        parts = [seconds_text(self.query_seconds)]
        if self.facts.connections_limit:
            limit = self.facts.connections_limit
            parts.append(f"{self.facts.connections_open} of {limit} connections")
        if self.memory.size.size_bytes is not None:
            parts.append(bytes_text(self.memory.size.size_bytes))
        return ", ".join(parts)


def _query(connection: BaseDatabaseWrapper) -> str:
    # SQLite answers a bare SELECT 1 without opening its file.
    table = " FROM sqlite_master LIMIT 1" if connection.vendor == "sqlite" else ""
    return f"SELECT 1{table or connection.features.bare_select_suffix}"


def _memory(alias: str) -> DatabaseMemory:
    settings = connections.settings[alias]
    place = (settings[key] for key in ("NAME", "HOST", "PORT"))
    return memory_of(alias, *map(str, place))


def _remember_size(
    memory: DatabaseMemory, connection: BaseDatabaseWrapper, vendor: ModuleType | None
) -> None:
    now = time.monotonic()
    if vendor and memory.size.is_due(now):
        size = vendor.size(connection)
        memory.size.note(now, size.size_bytes, size.degraded)

"""Whether every migration has been applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from pulseboard.checks.builtin.sql.connection import own_connection
from pulseboard.checks.builtin.sql.trouble import trouble_in
from pulseboard.checks.check import Check, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status

Applied = frozenset[tuple[str, str]]

#: The applied set seen last, and what was left to do; by alias. Reading every
#: migration file is slow and they change with a deploy only, which is a new process.
_last: dict[str, tuple[Applied, int]] = {}


@check("migrations", group="Database", decides_readiness=True)
@dataclass(frozen=True, kw_only=True)
class Migrations(Check):
    """
    How many migrations of this code the database does not have yet.

    Args:
        alias: Name in `DATABASES`.
    """

    alias: str = DEFAULT_DB_ALIAS

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if connections.settings[DEFAULT_DB_ALIAS]["ENGINE"].endswith(".dummy"):
            raise NotApplicable("DATABASES is empty")
        return {"": {}}

    def run(self) -> Outcome:
        try:
            with own_connection(self.alias) as connection:
                unapplied = _unapplied(connection)
        except Error as error:
            trouble = trouble_in(error)
            if trouble is None:
                raise
            return trouble.blocks()
        readings = {"unapplied_migrations": unapplied}
        if not unapplied:
            return Outcome(Status.HEALTHY, "all migrations are applied", readings)
        noun = "1 migration is" if unapplied == 1 else f"{unapplied} migrations are"
        return Outcome(Status.CRITICAL, f"{noun} not applied", readings)


def _unapplied(connection: BaseDatabaseWrapper) -> int:
    applied = frozenset(MigrationRecorder(connection).applied_migrations())
    last = _last.get(connection.alias)
    if last is None or last[0] != applied:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        last = _last[connection.alias] = (applied, len(plan))
    return last[1]

"""Whether our tables can be used, told in one sentence and in bounded time."""

from __future__ import annotations

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, router
from django.db.migrations.loader import MigrationLoader

from pulseboard.core.deadline import Deadline
from pulseboard.core.door import call_migrate
from pulseboard.monitors.models import Monitor

APP = "pulseboard"
PATIENCE_SECONDS = 5.0

_deadline: Deadline[str] = Deadline("pulseboard looks at the database")


def trouble(patience_seconds: float = PATIENCE_SECONDS) -> str:
    """Return why our tables cannot be used, one sentence; empty when they can."""
    try:
        return _deadline.call(_missing_tables, patience_seconds)
    except TimeoutError:
        return f"The database does not answer within {patience_seconds:g} s."
    except (DatabaseError, ImproperlyConfigured) as error:
        # The driver's own words name hosts and users.
        return f"The database does not answer ({type(error).__name__})."


def sentence_for(error: DatabaseError) -> str:
    """Return what *error* means for people: away, not migrated, or refused."""
    known = trouble()
    if known:
        return known
    waiting = unapplied()
    if waiting:
        return f"{len(waiting)} migration(s) of Pulseboard wait: run {call_migrate()}."
    return f"The database refused a statement ({type(error).__name__})."


def unapplied() -> list[str]:
    """Return the names of our migrations that this database does not have."""
    loader = MigrationLoader(connections[alias()])
    ours = [key for key in loader.graph.nodes if key[0] == APP]
    return sorted(name for app, name in set(ours) - set(loader.applied_migrations))


def alias() -> str:
    """Return the alias of the database that holds our tables."""
    name: str = router.db_for_write(Monitor)
    return name


def _missing_tables() -> str:
    connection = connections[alias()]
    try:
        there = set(connection.introspection.table_names())
    finally:
        connection.close()  # this thread ends
    ours = {model._meta.db_table for model in apps.get_app_config(APP).get_models()}
    if ours <= there:
        return ""
    return f"The tables of Pulseboard are missing: run {call_migrate()}."

"""The database of our tables: there, up to date, ours to write, well set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.core.door import call, call_migrate, call_project
from pulseboard.runner.database import APP, alias, unapplied
from pulseboard.setup.finding import Finding, fine, todo
from pulseboard.setup.found import database_name

#: What we do to every table; each touches no row. The right is asked for all the same.
STATEMENTS = {
    "read": "SELECT * FROM {table} WHERE 1 = 0",
    "insert": "INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0",
    "update": "UPDATE {table} SET {column} = {column} WHERE 1 = 0",
    "delete": "DELETE FROM {table} WHERE 1 = 0",
}


def away(problem: str) -> Finding:
    """Return the one line that stands for all that needs the database."""
    if "tables" in problem:
        return todo("database", problem, shown_by=call("status"), cure=call_migrate())
    return todo(
        "database",
        f"{problem} What needs it was not examined.",
        shown_by=call_project("dbshell"),
        cure="start the database; check DATABASES, its password and the network",
    )


def examine_options() -> Iterator[Finding]:
    """Yield how SQLite is told to begin a transaction; in production W003 says so."""
    database: dict[str, Any] = django_settings.DATABASES.get(alias(), {})
    if not str(database.get("ENGINE", "")).endswith("sqlite3"):
        return
    mode = str(database.get("OPTIONS", {}).get("transaction_mode", "")).upper()
    if mode in ("IMMEDIATE", "EXCLUSIVE"):
        yield fine("database", f"SQLite begins transactions as {mode}.")
    elif django_settings.DEBUG:
        yield todo(
            "database",
            "SQLite begins transactions as DEFERRED: some writes of several "
            "processes fail with 'database is locked'.",
            cure="OPTIONS = {'transaction_mode': 'IMMEDIATE'}",
        )


def examine_migrations() -> Iterator[Finding]:
    """Yield which of our migrations wait."""
    waiting = unapplied()
    if waiting:
        yield todo(
            "database",
            f"Migrations wait: {', '.join(waiting[:3])}.",
            shown_by=call_project("showmigrations pulseboard"),
            cure=call_migrate(),
        )
    else:
        yield fine("database", f"{database_name(alias())}, migrations applied.")


def examine_journal() -> Iterator[Finding]:
    """Yield whether SQLite lets readers and a writer work side by side."""
    connection = connections[alias()]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0]).lower()
    if mode == "memory":
        return  # a database of one process has no readers beside it
    if mode == "wal":
        yield fine("database", "SQLite keeps a write-ahead log.")
    else:
        yield todo(
            "database",
            f"SQLite's journal is {mode!r}: readers wait for the runner's writes.",
            shown_by=call_project("dbshell -- 'PRAGMA journal_mode'"),
            cure="OPTIONS = {'init_command': 'PRAGMA journal_mode=WAL'}",
        )


def examine_rights() -> Iterator[Finding]:
    """Yield what the database user may not do with our tables. Changes nothing."""
    connection = connections[alias()]
    refused = list(_refused(connection))
    for right, tables in refused:
        yield todo(
            "rights",
            f"The database user may not {right} in {', '.join(tables[:3])}.",
            shown_by=call_project("dbshell"),
            cure="GRANT SELECT, INSERT, UPDATE, DELETE on our tables to it",
        )
    if not refused:
        yield fine("rights", "The database user may do what we need in our tables.")


def _refused(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, list[str]]]:
    models = list(apps.get_app_config(APP).get_models(include_auto_created=True))
    for right, statement in STATEMENTS.items():
        tables = [
            model._meta.db_table
            for model in models
            if not _may(
                connection,
                statement.format(
                    table=connection.ops.quote_name(model._meta.db_table),
                    column=connection.ops.quote_name(str(model._meta.pk.column)),
                ),
            )
        ]
        if tables:
            yield right, tables


def _may(connection: BaseDatabaseWrapper, statement: str) -> bool:
    try:
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True, using=connection.alias)
    except DatabaseError:
        return False
    return True

"""
Connections of our own, so that the host's pools and transactions stay untouched.

Each run opens one and closes it. That costs a few milliseconds and answers what a
kept connection cannot: whether the server still lets anyone in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from pulseboard.conf import get_settings


@contextmanager
def own_connection(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """
    Yield a connection to *alias* that nobody else uses, in autocommit; close it.

    Raises:
        django.db.Error: As Django raises it, from connecting or from the body.
    """
    settings = _settings_of(alias)
    connection: BaseDatabaseWrapper = load_backend(settings["ENGINE"]).DatabaseWrapper(
        settings, alias
    )
    try:
        connection.ensure_connection()
        yield connection
    finally:
        _close(connection)


def ask(connection: BaseDatabaseWrapper, statement: str) -> tuple[Any, ...]:
    """Return the first row of *statement*, empty when there is none."""
    rows = ask_all(connection, statement)
    return rows[0] if rows else ()


def ask_all(connection: BaseDatabaseWrapper, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of *statement*."""
    # Not `connection.cursor()` alone: with DEBUG it would keep and log our queries.
    cursor = connection.make_cursor(connection.create_cursor())
    with connection.wrap_database_errors, closing(cursor):
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def ask_named(connection: BaseDatabaseWrapper, statement: str) -> dict[str, Any]:
    """Return the first row by column, lower case, for statements with no fixed set."""
    cursor = connection.make_cursor(connection.create_cursor())
    with connection.wrap_database_errors, closing(cursor):
        cursor.execute(statement)
        row = cursor.fetchone()
        names = [column[0].lower() for column in cursor.description or ()]
    return dict(zip(names, row, strict=True)) if row else {}


def vendor_of(alias: str) -> str:
    """Return the kind of server behind *alias*, as Django calls it."""
    wrapper: type[BaseDatabaseWrapper] = load_backend(
        connections.settings[alias]["ENGINE"]
    ).DatabaseWrapper
    return str(wrapper.vendor)


def _settings_of(alias: str) -> dict[str, Any]:
    settings = connections.settings[alias]
    options = dict(settings["OPTIONS"])
    options.pop("pool", None)
    timeout_seconds = get_settings().check_timeout.total_seconds()
    limits = _client_timeouts(settings["ENGINE"], options, timeout_seconds)
    return {**settings, "AUTOCOMMIT": True, "OPTIONS": options | limits}


def _client_timeouts(
    engine: str, options: Mapping[str, Any], timeout_seconds: float
) -> dict[str, Any]:
    """
    Return driver options that let a hung run end soon after its deadline.

    They are no deadline, that is the runner's; they free its thread.
    """
    whole_seconds = max(1, math.ceil(timeout_seconds))
    if engine.endswith((".postgresql", ".postgis")):
        milliseconds = whole_seconds * 2000
        return {"connect_timeout": whole_seconds, "tcp_user_timeout": milliseconds}
    if engine.endswith(".mysql") and "connector" not in engine:
        names = ("connect_timeout", "read_timeout", "write_timeout")
        return dict.fromkeys(names, whole_seconds)
    if engine.endswith((".sqlite3", ".spatialite")):
        # A lock that lasts longer than half our time is worth telling.
        return {"timeout": min(options.get("timeout", 5.0), timeout_seconds / 2)}
    return {}


def _close(connection: BaseDatabaseWrapper) -> None:
    raw = connection.connection
    connection.close()
    # Django keeps an in-memory SQLite database open on purpose; ours goes.
    if (
        raw is not None
        and connection.connection is raw
        and connection.vendor == "sqlite"
    ):
        raw.close()

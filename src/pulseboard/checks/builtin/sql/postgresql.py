"""What PostgreSQL tells, and what it tells those who may see less."""

from __future__ import annotations

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin.sql.connection import ask
from pulseboard.checks.builtin.sql.facts import Facts, Size

SERVER = """
    SELECT current_setting('max_connections')::int,
           current_setting('superuser_reserved_connections')::int
               + coalesce(current_setting('reserved_connections', true)::int, 0),
           current_setting('is_superuser') = 'on',
           current_setting('transaction_read_only') = 'on',
           pg_is_in_recovery()
"""

# Sessions of other users have no type and no state for a login without
# pg_read_all_stats; clients among them still have a database.
SESSIONS = """
    SELECT count(*) FILTER (WHERE backend_type = 'client backend'
                               OR backend_type IS NULL AND datid IS NOT NULL),
           count(*) FILTER (WHERE state = 'active' AND pid <> pg_backend_pid()),
           count(*) FILTER (WHERE backend_type IS NULL AND datid IS NOT NULL)
    FROM pg_stat_activity
"""

BACKENDS = "SELECT sum(numbackends)::int FROM pg_stat_database"

TRANSACTIONS = """
    SELECT xact_commit + xact_rollback FROM pg_stat_database
    WHERE datname = current_database()
"""

SIZE = "SELECT pg_database_size(current_database())"

ESTIMATED_SIZE = """
    SELECT sum(relpages)::bigint * current_setting('block_size')::bigint FROM pg_class
"""


def facts(connection: BaseDatabaseWrapper) -> Facts:
    """Return what the server tells about itself."""
    limit, reserved, is_superuser, read_only, is_replica = ask(connection, SERVER)
    is_open, active, degraded = _sessions(connection)
    return Facts(
        connections_open=is_open,
        connections_active=active,
        # The last few are kept for superusers: the others are refused before.
        connections_limit=limit if is_superuser else limit - reserved,
        counter=_transactions(connection),
        counter_name="transactions_per_second",
        read_only=read_only,
        is_replica=is_replica,
        details={"max_connections": limit, "reserved_connections": reserved},
        degraded=degraded,
    )


def size(connection: BaseDatabaseWrapper) -> Size:
    """Return the size on disk, or an estimate where asking is not allowed."""
    try:
        return Size(int(ask(connection, SIZE)[0]))
    except Error as error:
        if not _is_forbidden(error):
            raise
    why = "size estimated: pg_database_size is not permitted"
    return Size(int(ask(connection, ESTIMATED_SIZE)[0] or 0), why)


def _sessions(
    connection: BaseDatabaseWrapper,
) -> tuple[int, int | None, tuple[str, ...]]:
    try:
        is_open, active, hidden = ask(connection, SESSIONS)
    except Error as error:
        if not _is_forbidden(error):
            raise
        why = "active connections not known: pg_stat_activity is not permitted"
        return ask(connection, BACKENDS)[0], None, (why,)
    if hidden:
        why = "other users' active connections not counted: pg_read_all_stats missing"
        return is_open, active, (why,)
    return is_open, active, ()


def _transactions(connection: BaseDatabaseWrapper) -> float | None:
    try:
        row = ask(connection, TRANSACTIONS)
    except Error as error:
        if not _is_forbidden(error):
            raise
        return None
    return float(row[0]) if row else None


def _is_forbidden(error: Error) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "42501"

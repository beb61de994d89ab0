"""What MySQL and MariaDB tell."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin.sql.connection import ask, ask_all
from pulseboard.checks.builtin.sql.facts import Facts, Size

SERVER = "SELECT @@global.max_connections, @@global.read_only"

COUNTERS = """
    SHOW GLOBAL STATUS WHERE Variable_name IN
        ('Threads_connected', 'Threads_running', 'Questions', 'Max_used_connections')
"""

SIZE = """
    SELECT coalesce(sum(data_length + index_length), 0)
    FROM information_schema.tables WHERE table_schema = DATABASE()
"""


def facts(connection: BaseDatabaseWrapper) -> Facts:
    """Return what the server tells about itself; none of it needs a privilege."""
    limit, read_only = ask(connection, SERVER)
    counters = {
        name.lower(): int(value) for name, value in ask_all(connection, COUNTERS)
    }
    return Facts(
        connections_open=counters["threads_connected"],
        # The thread that answers this question runs too.
        connections_active=max(0, counters["threads_running"] - 1),
        connections_limit=int(limit),
        counter=float(counters["questions"]),
        read_only=bool(int(read_only)),
        details={
            "max_connections": int(limit),
            "most_connections_used": counters["max_used_connections"],
        },
    )


def size(connection: BaseDatabaseWrapper) -> Size:
    """Return data and indexes of the tables this login can see."""
    return Size(int(ask(connection, SIZE)[0]))

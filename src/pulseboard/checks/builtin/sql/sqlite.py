"""What an SQLite file tells, and whether it can be written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.checks.builtin.sql.connection import ask
from pulseboard.checks.builtin.sql.facts import Facts, Size
from pulseboard.checks.builtin.sql.trouble import READ_ONLY, trouble_in

A_TABLE = """
    SELECT name FROM sqlite_master WHERE type = 'table'
    AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'
    LIMIT 1
"""


def facts(connection: BaseDatabaseWrapper) -> Facts:
    """
    Return what the file tells.

    Raises:
        Error: Among others while another connection keeps it locked.
    """
    journal_mode = ask(connection, "PRAGMA journal_mode")[0]
    settings = connection.settings_dict
    return Facts(
        read_only=not _takes_writes(connection),
        # Opened so on purpose: nobody expects to write.
        is_replica=any(
            mark in str(settings["NAME"]) for mark in ("mode=ro", "immutable=1")
        ),
        details={"journal_mode": journal_mode},
    )


def size(connection: BaseDatabaseWrapper) -> Size:
    """Return the file with its write-ahead log."""
    pages = ask(connection, "PRAGMA page_count")[0]
    page_size = ask(connection, "PRAGMA page_size")[0]
    # A database in memory, as in tests, has no file; then this is none either.
    log = Path(f"{_file(connection)}-wal")
    return Size(pages * page_size + (log.stat().st_size if log.is_file() else 0))


def _takes_writes(connection: BaseDatabaseWrapper) -> bool:
    """Return whether a write gets its lock; raise when another holds it."""
    row = ask(connection, A_TABLE)
    if not row:
        return True
    quoted = connection.ops.quote_name(row[0])
    try:
        # Takes and gives back the write lock and changes nothing.
        ask(connection, f"DELETE FROM {quoted} WHERE 0")  # noqa: S608
    except Error as error:
        if trouble_in(error) is READ_ONLY:
            return False
        raise
    # The journal lies beside the file, so its folder must be writable too.
    folder = _file(connection).parent
    return not folder.is_dir() or os.access(folder, os.W_OK)


def _file(connection: BaseDatabaseWrapper) -> Path:
    rows: tuple[Any, ...] = ask(connection, "PRAGMA database_list")
    return Path(rows[2] or "") if rows else Path()

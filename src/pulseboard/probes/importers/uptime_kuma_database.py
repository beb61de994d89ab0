"""
The database file of Uptime Kuma, of version 1 or 2.

It is opened read-only, as a file that somebody else made: nothing that its schema
defines is run, and a query that takes too many steps ends.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.documents import NotJson, read_json
from pulseboard.probes.importers.draft import MOST_ENDPOINTS
from pulseboard.probes.importers.report import Dropped, Imported
from pulseboard.probes.importers.uptime_kuma import imported, snake

START = b"SQLite format 3\x00"

#: Steps of SQLite's machine; a table of monitors needs some thousands.
_MOST_STEPS = 5_000_000
_LONGEST_VALUE = 1024 * 1024

#: Tables that people filled, and what becomes of them.
_TABLES = {
    "notification": "channels are set up in Pulseboard",
    "tag": "there are groups instead",
    "maintenance": "plan it anew",
    "status_page": "set up a page and publish what it should show",
    "group": "set up a page and publish what it should show",
    "incident": "incidents begin with the first of ours",
    "heartbeat": "history begins with the first probe",
    "proxy": "probes use no proxy",
    "docker_host": "containers are not asked",
    "remote_browser": "pages are asked for, not drawn",
    "api_key": "make tokens in Pulseboard",
}


def read_database(path: Path) -> Imported:
    """
    Return what the database at *path* holds.

    Raises:
        ConfigError: It cannot be read, or is no database of Uptime Kuma.
    """
    try:
        with contextlib.closing(_opened(path)) as database:
            _bound(database)
            if "monitor" not in _tables(database):
                raise ConfigError("expected a database with a table 'monitor'")
            rows = list(_monitors(database))
            return imported(rows, list(_dropped(database)))
    except sqlite3.Error:
        raise ConfigError("the database cannot be read; is the copy whole?") from None


def _opened(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write to *path*."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    # A copy from a read-only folder can only be read as one that never changes; with
    # a write-ahead file beside it, that would leave out the latest changes.
    if not path.with_name(f"{path.name}-wal").exists():
        uri += "&immutable=1"
    return sqlite3.connect(uri, uri=True)


def _bound(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    database.row_factory = sqlite3.Row
    steps = iter(range(_MOST_STEPS // 10_000))
    database.set_progress_handler(lambda: next(steps, None) is None, 10_000)


def _tables(database: sqlite3.Connection) -> set[str]:
    # A view could compute without end; only what is stored is read.
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1000"
    return {str(row[0]) for row in database.execute(query)}


def _monitors(database: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    query = "SELECT * FROM monitor ORDER BY id LIMIT ?"
    for row in database.execute(query, (MOST_ENDPOINTS + 1,)):
        values = {snake(name): _cleaned(row[name]) for name in row.keys()}  # noqa: SIM118
        for name in ("accepted_statuscodes_json", "conditions"):
            if isinstance(text := values.get(name), str):
                values[name.removesuffix("_json")] = _from_json(text)
        values.pop("accepted_statuscodes_json", None)
        yield values


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    return None if isinstance(value, bytes) else value


def _from_json(text: str) -> Any:
    try:
        return read_json(text)
    except NotJson:
        return None


def _dropped(database: sqlite3.Connection) -> Iterator[Dropped]:
    for table in sorted(_TABLES.keys() & _tables(database)):
        query = f'SELECT count(*) FROM (SELECT 1 FROM "{table}" LIMIT 1001)'  # noqa: S608  (a name of ours)
        (count,) = database.execute(query).fetchone()
        if count:
            shown = "more than 1000" if count > 1000 else count
            yield Dropped("", f"{table} ({shown})", _TABLES[table])

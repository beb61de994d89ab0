"""
The bare case: one row for each check, as most monitors store them.

Two weeks instead of a year; what depends on the length is scaled where printed.
Its queries are written by hand in SQL, without an ORM, which favours them.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.history.year import ENDPOINTS, NOW

DAYS = 15
CHECKS = ENDPOINTS * DAYS * 1440


class Rows:
    """The table, in a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rows.sqlite3"
        self._connection = sqlite3.connect(self.path)
        self._now = int(NOW.timestamp())

    def fill(self) -> int:
        """Write a row for each check; return what they weigh with their index."""
        self._connection.executescript(
            f"""
            PRAGMA journal_mode=WAL;
            CREATE TABLE result (
                id integer PRIMARY KEY AUTOINCREMENT, endpoint_id bigint NOT NULL,
                at datetime NOT NULL, status varchar(10) NOT NULL,
                duration_seconds real NOT NULL, summary varchar(200) NOT NULL
            );
            CREATE INDEX result_endpoint_at ON result (endpoint_id, at);
            WITH RECURSIVE
                minute(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute
                              WHERE n < {DAYS * 1440 - 1}),
                endpoint(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endpoint
                                WHERE n < {ENDPOINTS})
            INSERT INTO result (endpoint_id, at, status, duration_seconds, summary)
            SELECT endpoint.n,
                   strftime('%Y-%m-%d %H:%M:%f',
                            {self._now - DAYS * 86400} + 60 * minute.n, 'unixepoch'),
                   CASE WHEN random() % 1000 = 0 THEN 'critical' ELSE 'healthy' END,
                   0.05 + abs(random() % 100000) / 1000000.0, '200 OK in time'
            FROM minute CROSS JOIN endpoint;
            """
        )
        pages, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
        return pages * size

    def uptime_of_all(self) -> object:
        """24 h of all endpoints."""
        return self._connection.execute(
            "WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one"
            f" WHERE n < {ENDPOINTS})"
            " SELECT one.n, avg(result.status <> 'critical') FROM one"
            " JOIN result ON result.endpoint_id = one.n AND result.at >= ?"
            " GROUP BY one.n",
            (self._text(86_400),),
        ).fetchall()

    def bars_of_all(self) -> object:
        """Daily uptime of all endpoints over the days there are."""
        return self._connection.execute(
            "SELECT endpoint_id, substr(at, 1, 10), avg(status <> 'critical')"
            " FROM result GROUP BY 1, 2"
        ).fetchall()

    def chart_of_one(self) -> object:
        """24 h of one endpoint in buckets of five minutes, with p95."""
        buckets: dict[str, list[float]] = {}
        for at, duration in self._connection.execute(
            "SELECT at, duration_seconds FROM result WHERE endpoint_id = ? AND at >= ?",
            (50, self._text(86_400)),
        ):
            # HH:MM to five minutes.
            bucket = at[:15] + ("0" if at[15] < "5" else "5")
            buckets.setdefault(bucket, []).append(duration)
        return [
            (
                bucket,
                min(found),
                found[len(found) // 2],
                found[int(0.95 * (len(found) - 1))],
            )
            for bucket, found in ((b, sorted(v)) for b, v in buckets.items())
        ]

    def _text(self, seconds_back: int) -> str:
        row = self._connection.execute(
            "SELECT strftime('%Y-%m-%d %H:%M:%f', ?, 'unixepoch')",
            (self._now - seconds_back,),
        ).fetchone()
        return str(row[0])

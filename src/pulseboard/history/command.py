"""The verb ``tables``: what we keep, how much of it, and for how long."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pulseboard.conf import Settings, get_settings
from pulseboard.core.screen import Screen
from pulseboard.core.text import bytes_text, duration_text
from pulseboard.core.verb import FINE, Verb, add_json_option
from pulseboard.history.tables import Table

HEADINGS = ("table", "rows", "size", "kept", "worth a backup")


def _tables(options: Namespace, screen: Screen) -> int:
    # Models may be imported only when Django is set up, and `--help` works before.
    from pulseboard.history.store.sizes import tables

    found, settings = tables(), get_settings()
    if options.json:
        screen.document([_entry(table, settings) for table in found])
    else:
        for line in _aligned([HEADINGS, *(_cells(table, settings) for table in found)]):
            screen.line(line)
    return FINE


def _cells(table: Table, settings: Settings) -> tuple[str, ...]:
    size = "?" if table.size_bytes is None else bytes_text(table.size_bytes)
    return (
        table.name,
        f"{table.rows:,}",
        f"~{size}" if table.estimated else size,
        _kept(table, settings),
        table.purpose.backup,
    )


def _entry(table: Table, settings: Settings) -> dict[str, Any]:
    return {
        "table": table.name,
        "rows": table.rows,
        "size_bytes": table.size_bytes,
        "estimated": table.estimated,
        "kept": _kept(table, settings),
        "backup": table.purpose.backup.startswith("yes"),
    }


def _kept(table: Table, settings: Settings) -> str:
    duration = getattr(settings, table.purpose.kept_for, None)
    if isinstance(duration, timedelta):
        return duration_text(duration)
    return table.purpose.kept_for


def _aligned(rows: list[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        cells = [
            f"{cell:>{width}}" if place in (1, 2) else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


VERBS = (
    Verb(
        name="tables",
        help="Show every table of ours: rows, size (~ is a guess), how long rows are "
        "kept, whether it is worth a backup.",
        run=_tables,
        add_arguments=add_json_option,
        examples=("tables", "tables --json"),
    ),
)

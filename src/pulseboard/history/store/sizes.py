"""How many rows and bytes our tables have."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import DatabaseError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from pulseboard.history.tables import Table

#: Rows that an estimate looks at.
SAMPLE_ROWS = 200
#: What a row costs beside its values: header, place in the page, indexes.
OVERHEAD_BYTES = 60

_SQL = {
    "postgresql": "SELECT pg_total_relation_size(%s::regclass)",
    "mysql": "SELECT data_length + index_length FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = %s",
    # A virtual table that not every SQLite was compiled with.
    "sqlite": "SELECT sum(pgsize) FROM dbstat WHERE name IN "
    "(SELECT name FROM sqlite_master WHERE tbl_name = %s)",
}


def tables() -> list[Table]:
    """Return every table of ours, the largest first."""
    found = [_table(model) for model in _models()]
    return sorted(found, key=lambda table: (-(table.size_bytes or 0), table.name))


def _models() -> Iterable[type[Model]]:
    return apps.get_app_config("pulseboard").get_models(include_auto_created=True)


def _table(model: type[Model]) -> Table:
    connection = connections[router.db_for_read(model)]
    rows = model._default_manager.using(connection.alias).count()
    size_bytes = _told_bytes(connection, model._meta.db_table)
    guessed = size_bytes is None
    return Table(
        model=model.__name__,
        name=model._meta.db_table,
        rows=rows,
        size_bytes=_guessed_bytes(model, rows) if guessed else size_bytes,
        estimated=guessed,
    )


def _told_bytes(connection: BaseDatabaseWrapper, table: str) -> int | None:
    query = _SQL.get(connection.vendor)
    if query is None:
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, [table])
            row = cursor.fetchone()
    except DatabaseError:
        return None
    return int(row[0]) if row and row[0] is not None else None


def _guessed_bytes(model: type[Model], rows: int) -> int:
    sample = list(model._default_manager.values_list()[:SAMPLE_ROWS])
    if not sample:
        return 0
    values = sum(_value_bytes(value) for row in sample for value in row)
    return round(rows * (OVERHEAD_BYTES + values / len(sample)))


def _value_bytes(value: object) -> int:
    return len(value) if isinstance(value, bytes | memoryview) else len(str(value))

"""What all our tables have in common."""

from __future__ import annotations

import functools
from typing import TypeVar

from django.db import connections, models, router

M = TypeVar("M", bound=models.Model, covariant=True)


class FromWriter(models.Manager[M]):
    """
    Reads where it writes, whatever the host's router says of reading.

    A replica that is seconds behind would show an old slot or lease, and a slot would
    run twice.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().using(router.db_for_write(self.model))


@functools.lru_cache(maxsize=256)
def quoted(model: type[models.Model], alias: str, *fields: str) -> tuple[str, ...]:
    """
    Return the names of *model*'s table and of the columns of *fields*, quoted.

    For the few statements that run for thousands of rows, where the ORM's own work
    would outweigh the database's.
    """
    quote = connections[alias].ops.quote_name
    # Not `get_field`: its type knows fields without a column.
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    names = (model._meta.db_table, *(str(columns[field]) for field in fields))
    return tuple(quote(name) for name in names)

"""Databases and caches of the host under names of the test's own."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler

_numbers = itertools.count()


@pytest.fixture
def database(django_db_blocker):
    """Return a function: an entry of DATABASES in, the alias it got out."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())

        def add(entry, alias=""):
            alias = alias or f"probed_{next(_numbers)}"
            complete = ConnectionHandler({"default": dict(entry)}).settings["default"]
            connections.settings[alias] = complete
            stack.callback(_remove, alias)
            return alias

        yield add


def _remove(alias):
    connections[alias].close()
    if pool := getattr(connections[alias], "pool", None):
        pool.close()
        del connections[alias]._connection_pools[alias]
    del connections[alias]
    del connections.settings[alias]


@pytest.fixture
def sqlite(tmp_path):
    """Return the entry of DATABASES of a small SQLite file."""
    import sqlite3

    path = tmp_path / "host.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.commit()
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}

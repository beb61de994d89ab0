"""What there is to watch on this host, in the words of people."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from django.conf import settings as django_settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from pulseboard.monitors.definition import Definition

OURS = "pulseboard."
NAMED = 4

#: Last part of the backend's path, in lower case, and its name for people.
CACHES = {
    "redis": "Redis",
    "memcached": "Memcached",
    "locmem": "local memory",
    "db": "database table",
    "filebased": "files",
    "dummy": "none",
}


def found(definitions: Iterable[Definition]) -> list[str]:
    """Return what is watched: ``database (PostgreSQL)``, ``disk``, own checks last."""
    definitions = list(definitions)
    ours = [each for each in definitions if each.source.startswith(OURS)]
    names = dict.fromkeys(each.name.partition(":")[0] for each in ours)
    words = [_word(name) for name in names]
    own = [each.name for each in definitions if each not in ours]
    return [*words, _own(own)] if own else words


def own_checks(definitions: Iterable[Definition]) -> list[str]:
    """Return the names of the checks that the host wrote."""
    return [each.name for each in definitions if not each.source.startswith(OURS)]


def database_name(alias: str = "default") -> str:
    """Return the kind of database: ``PostgreSQL``, ``MariaDB``."""
    connection = connections[alias]
    if connection.vendor == "mysql" and _is_mariadb(connection):
        return "MariaDB"
    return str(connection.display_name)


def cache_name(alias: str = "default") -> str:
    """Return the kind of cache: ``Redis``, ``local memory``."""
    backend = django_settings.CACHES.get(alias, {}).get("BACKEND", "")
    module = backend.rpartition(".")[0].rpartition(".")[2].lower()
    for part, name in CACHES.items():
        if part in module:
            return name
    return module or "unknown"


def _word(name: str) -> str:
    words = name.replace("_", " ")
    if name == "database":
        return f"{words} ({database_name()})"
    return f"{words} ({cache_name()})" if name == "cache" else words


def _own(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    noun = "own check" if len(names) == 1 else "own checks"
    return f"{len(names)} {noun} ({shown}{more})"


def _is_mariadb(connection: BaseDatabaseWrapper) -> bool:
    with contextlib.suppress(DatabaseError):
        return bool(getattr(connection, "mysql_is_mariadb", False))
    return False

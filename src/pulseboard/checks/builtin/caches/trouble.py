"""Expected bad news from a cache, in words that name no host and no user."""

from __future__ import annotations

import errno
import re

from django.db import Error as DatabaseError

from pulseboard.checks.builtin.sql.trouble import Trouble, trouble_in
from pulseboard.core.outcome import Reason

FULL = Trouble("its memory is full, it refuses writes", Reason.THRESHOLD)
DISK_FULL = Trouble("its disk is full", Reason.THRESHOLD)
FOLDER = Trouble("its folder cannot be written")
REFUSED = Trouble("refuses connections")
SILENT = Trouble("does not answer", Reason.TIMEOUT)
BROKEN_OFF = Trouble("breaks connections off")
NO_NAME = Trouble("its host name cannot be resolved")

#: Name of a class of the error, words of its message; the first that fits wins. By
#: name, because none of the client libraries has to be installed.
_TROUBLES: tuple[tuple[str, str, Trouble], ...] = (
    ("BusyLoadingError", "", Trouble("is still loading its data")),
    ("RedisError", "NOAUTH|WRONGPASS|invalid password", Trouble("refuses the login")),
    ("AuthenticationError", "", Trouble("refuses the login")),
    ("NoPermissionError", "", Trouble("the login may not read and write")),
    ("ReadOnlyError", "", Trouble("is read-only", Reason.THRESHOLD)),
    ("OutOfMemoryError", "", FULL),
    ("MemcacheServerError", "out of memory", FULL),
    ("ResponseError", "^MISCONF", Trouble("refuses writes: it cannot save its data")),
    (
        "RedisError",
        "max number of clients",
        Trouble("too many connections", Reason.THRESHOLD),
    ),
    ("gaierror", "", NO_NAME),
    ("RedisError", r"Error -\d|name or service not known", NO_NAME),
    ("TimeoutError", "", SILENT),
    ("RedisError", "refused|no such file", REFUSED),
    ("ConnectionRefusedError", "", REFUSED),
    ("MemcacheError", "all servers seem to be down", REFUSED),
    ("MemcacheUnexpectedCloseError", "", BROKEN_OFF),
    ("ConnectionError", "", BROKEN_OFF),
)

_BY_ERRNO = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EACCES: FOLDER,
    errno.EPERM: FOLDER,
    errno.EROFS: FOLDER,
    errno.ENOENT: REFUSED,
    errno.EHOSTUNREACH: REFUSED,
    errno.ENETUNREACH: REFUSED,
}


def cache_trouble_in(error: Exception) -> Trouble | None:
    """Return the trouble *error* tells of, None for one nobody expects."""
    if isinstance(error, DatabaseError):
        return _database_trouble(error)
    names = {each.__name__ for each in type(error).__mro__}
    for name, words, trouble in _TROUBLES:
        if name in names and re.search(words, str(error), re.IGNORECASE):
            return trouble
    if isinstance(error, OSError) and error.errno is not None:
        return _BY_ERRNO.get(error.errno)
    return None


def _database_trouble(error: DatabaseError) -> Trouble | None:
    trouble = trouble_in(error)
    if trouble is None and re.search("no such table|does(n't| not) exist", str(error)):
        return Trouble("its table is missing: run createcachetable")
    return trouble

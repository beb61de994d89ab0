"""Expected bad news from a database, in words that name no host and no user."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import Error

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, for people, and why the outcome is what it is."""

    summary: str
    reason: Reason = Reason.ERROR

    def outcome(self) -> Outcome:
        """Return it as the answer of a check of the database itself."""
        return Outcome(Status.CRITICAL, self.summary, reason=self.reason)

    def blocks(self) -> Outcome:
        """Return it as the answer of a check that needed the database to answer."""
        # One cause, one alarm: the database's own check is critical already.
        summary = f"not asked, the database: {self.summary}"
        return Outcome(Status.UNKNOWN, summary, reason=Reason.BLOCKED)


TOO_MANY = Trouble("too many connections", Reason.THRESHOLD)
LOCKED = Trouble("database is locked", Reason.THRESHOLD)
READ_ONLY = Trouble("is read-only", Reason.THRESHOLD)

#: SQLSTATEs of PostgreSQL, error numbers of MySQL and MariaDB, or else words of the
#: message: a refused connection has no state in libpq. The first that fits wins.
_TROUBLES: tuple[tuple[frozenset[object], re.Pattern[str], Trouble], ...] = tuple(
    (frozenset(codes), re.compile(words, re.IGNORECASE), trouble)
    for codes, words, trouble in (
        (
            {"53300", 1040, 1203, 1226},
            r"too many (clients|connections)|remaining connection slots",
            TOO_MANY,
        ),
        (
            {"28P01", "28000", 1044, 1045, 1698},
            r"authentication failed|no password supplied|pg_hba\.conf"
            r'|role "[^"]*" does not exist',
            Trouble("refuses the login"),
        ),
        (
            {"3D000", 1049},
            r'database "[^"]*" does not exist',
            Trouble("has no database of that name"),
        ),
        (
            {"57P03", 1053},
            r"starting up|shutting down|recovery mode",
            Trouble("is starting up or shutting down"),
        ),
        (
            {"57014", 3024, 1969},
            r"timeout expired|timed out|\(110\b",
            Trouble("does not answer", Reason.TIMEOUT),
        ),
        (
            {2005},
            r"failed to resolve|could not translate|name or service not known",
            Trouble("its host name cannot be resolved"),
        ),
        (
            {2002, 2003},
            r"connection refused|no such file or directory\s+Is the server"
            r"|no route to host|network is unreachable",
            Trouble("refuses connections"),
        ),
        (
            {"57P01", "57P02", 2006, 2013, 4031},
            r"closed the connection|connection (to server )?(was )?lost"
            r"|terminating connection|connection reset",
            Trouble("breaks connections off"),
        ),
        (frozenset(), r"^database (table )?is locked", LOCKED),
        ({"25006", 1290, 1792, 1836}, r"readonly database", READ_ONLY),
        (frozenset(), r"unable to open database", Trouble("its file cannot be opened")),
        (
            frozenset(),
            r"malformed|file is not a database",
            Trouble("its file is damaged"),
        ),
        (
            {"53100", 1021, 1114},
            r"disk is full|no space left",
            Trouble("its disk is full", Reason.THRESHOLD),
        ),
        (frozenset(), r"disk I/O error", Trouble("its disk answers with errors")),
    )
)  # fmt: skip


def trouble_in(error: Error) -> Trouble | None:
    """Return the trouble *error* tells of, None for one nobody expects."""
    driver_error = error.__cause__ or error
    # PyMySQL gives both: its SQLSTATEs are too coarse, and no number of ours.
    told = {getattr(driver_error, "sqlstate", None), *driver_error.args[:1]}
    text = str(driver_error)
    for codes, words, trouble in _TROUBLES:
        if codes & told or words.search(text):
            return trouble
    return None

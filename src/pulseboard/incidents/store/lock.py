"""Transactions that write: the right to is taken first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import router, transaction

from pulseboard.incidents.models import Incident


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """
    Run one transaction, or a part of one, that waits for its turn to write.

    SQLite lets a reader that comes to write late wait for nobody: it fails at once
    when somebody else has written meanwhile. A write that changes nothing, before
    anything is read, waits instead.
    """
    with transaction.atomic(using=router.db_for_write(Incident)):
        Incident.objects.filter(pk=-1).update(title="")
        yield

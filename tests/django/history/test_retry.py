"""Writes that meet another writer are tried again (F10)."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, OperationalError, connection

from pulseboard.history.store.retry import retried
from pulseboard.monitors.models import Monitor
from pulseboard.setup.demo import filled


def failing(times: int, error: Exception):
    left = [times]

    def write() -> str:
        if left[0]:
            left[0] -= 1
            raise error
        return "written"

    return write


@pytest.mark.parametrize(
    "text",
    ["database is locked", "deadlock detected", "could not serialize access",
     "(1213, 'Deadlock found when trying to get lock')", "Lock wait timeout exceeded"],
)  # fmt: skip
def test_a_lock_is_waited_for(text):
    assert retried(failing(2, OperationalError(text))) == "written"


def test_a_lock_that_does_not_end_is_an_error():
    with pytest.raises(OperationalError):
        retried(failing(3, OperationalError("database is locked")))


@pytest.mark.parametrize("error", [OperationalError("disk full"), IntegrityError("x")])
def test_other_trouble_is_not_repeated(error):
    with pytest.raises(type(error)):
        retried(failing(1, error))


@pytest.mark.django_db(transaction=True)
def test_the_demonstration_is_filled_beside_a_busy_writer():
    """X27: as `runserver` with its runner is one."""
    Monitor.objects.create(name="busy", title="Busy")
    stop = threading.Event()

    def write() -> None:
        database = sqlite3.connect(connection.settings_dict["NAME"], timeout=30)
        while not stop.wait(0.001):
            with database:
                database.execute("UPDATE pulseboard_monitor SET slot = slot + 1")
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert filled.fill(datetime.now(UTC)) == len(filled.MONITORS)
    finally:
        stop.set()
        writer.join()
    assert filled.remove() > 0

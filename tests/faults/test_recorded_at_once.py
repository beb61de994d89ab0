"""The runner and a person record the same monitor at the same moment (F10, F39)."""

from __future__ import annotations

import os

import pytest
from tests.support.fleet import Fleet

pytestmark = pytest.mark.server


@pytest.mark.parametrize("database", ["postgres", "mariadb"])
def test_the_second_to_record_a_monitor_waits_for_the_first(
    request, tmp_path, database
):
    """F39: both would judge from the same memory, and both would announce."""
    server = request.getfixturevalue(database)
    fleet = Fleet(tmp_path, server.django_database(f"at_once_{os.getpid()}"))
    fleet.django("migrate", "--verbosity=0")
    assert fleet.django("shell", "--verbosity=0", "-c", TWO).split() == ["waited"]


@pytest.mark.parametrize("database", ["sqlite", "postgres", "mariadb"])
def test_two_that_record_at_once_lose_and_double_nothing(request, tmp_path, database):
    """F39, X32: each remembers how it left the monitors, and the other overtakes it."""
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    if database != "sqlite":
        server = request.getfixturevalue(database)
        entry = server.django_database(f"race_{os.getpid()}")
    fleet = Fleet(tmp_path, entry)
    fleet.django("migrate", "--verbosity=0")
    # Two recorders, 20 rounds each, of 60 monitors; one result in four is bad.
    stored, rows, newest, words = fleet.django(
        "shell", "--verbosity=0", "-c", RACE
    ).split()
    assert (stored, rows, newest) == ("2400", "60", "60")
    assert words == "done,done"


RACE = """
import threading
from datetime import datetime, timedelta, timezone
from django.db import OperationalError, connection
from pulseboard.core.outcome import critical, healthy
from pulseboard.history.observed import Observed
from pulseboard.models import Monitor, Run
from pulseboard.runner.record import Recorder

START = datetime.now(timezone.utc) - timedelta(hours=1)
NAMES = [f"m{n}" for n in range(60)]
Monitor.objects.bulk_create(Monitor(name=n, title=n) for n in NAMES)
words, both = [], threading.Barrier(2)

def record(recorder, place):
    both.wait()
    for turn in range(20):
        at = START + timedelta(seconds=2 * turn + place)
        outcome = critical("is down") if turn % 4 == 3 else healthy("answers")
        batch = [Observed(name, at, outcome, 0.1) for name in NAMES]
        for attempt in range(50):  # a locked database is asked again, as in a tick
            try:
                recorder.record(batch, {}, datetime.now(timezone.utc))
                break
            except OperationalError:
                continue
    words.append("done")
    connection.close()

threads = [threading.Thread(target=record, args=(Recorder(), p)) for p in (0, 1)]
for each in threads: each.start()
for each in threads: each.join()
last = START + timedelta(seconds=39)
newest = Monitor.objects.filter(ran_at=last, name__in=NAMES).count()
print(Run.objects.count(), len(NAMES), newest, ",".join(words))
"""

TWO = """
import threading
from django.db import OperationalError, connection, transaction
from pulseboard.models import Monitor
from pulseboard.monitors.store import locked

IMPATIENT = {
    "postgresql": "SET lock_timeout = '300ms'",
    "mysql": "SET innodb_lock_wait_timeout = 1",
}
Monitor.objects.create(name="cache", title="Cache")

def second():
    with connection.cursor() as cursor:
        cursor.execute(IMPATIENT[connection.vendor])
    try:
        with transaction.atomic():
            locked(["cache"])
        print("read at once")
    except OperationalError:
        print("waited")
    finally:
        connection.close()

with transaction.atomic():
    locked(["cache"])
    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
"""

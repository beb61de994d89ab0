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

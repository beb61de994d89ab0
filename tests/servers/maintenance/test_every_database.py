"""X38: windows on PostgreSQL and MariaDB: constraints, instants, one begin."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.projects import Project, start_project
from tests.support.servers import SqlServer

pytestmark = pytest.mark.server

ASK = """
import json, threading
from datetime import UTC, date, datetime, time, timedelta
from django.db import IntegrityError, connection, transaction
from pulseboard.maintenance import store
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import Component, ComponentMonitor, Monitor

def refused(**values):
    try:
        with transaction.atomic():
            Maintenance.objects.create(title="a", **values)
    except IntegrityError:
        return True
    return False

now = datetime(2026, 3, 29, 1, 20, tzinfo=UTC)
hour = timedelta(hours=1)
web = Monitor.objects.create(name="web", title="Web", group="Front")
Monitor.objects.create(name="mail", title="Mail", group="front")
site = Component.objects.create(slug="site", name="Site")
ComponentMonitor.objects.create(component=site, monitor=web)
answers = {
    "refused": [
        refused(starts_at=now, ends_at=now),
        refused(kind="rrule"),
        refused(kind="manual", duration_minutes=10081),
        refused(kind="never"),
    ],
}
row = Maintenance(
    title="Sundays", kind="rrule", zone="Europe/Berlin", rule="FREQ=WEEKLY",
    first_on=date(2026, 3, 22), start_time=time(2, 30), duration_minutes=60,
    groups=["Front"],
)
row.full_clean()
store.save(row, "ana", now - 30 * timedelta(days=1))
answers["muted"] = sorted(store.muted(["web", "mail"], now))
store.end_now(row, None, "ana", now)
answers["after"] = sorted(store.muted(["web", "mail"], now))
row.start_time = time(5)
store.save(row, "ana", now)
answers["times"] = [
    [began.isoformat(), ended.isoformat()]
    for began, ended in store.windows_of("web", now - 240 * hour, now + 240 * hour)
]
store.cancel(row, now)

by_hand = Maintenance.objects.create(
    title="By hand", kind="manual", components=["site"], zone="UTC"
)
begun = []
barrier = threading.Barrier(4)

def begin(number):
    barrier.wait()
    moment = now + timedelta(milliseconds=number)
    begun.append(store.start_manual(by_hand, "ana", moment) is not None)
    connection.close()

threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
answers["begun"] = sum(begun)
answers["by_hand"] = sorted(store.muted(["web", "mail"], now + hour))
print("ANSWERS" + json.dumps(answers))
"""


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> SqlServer:
    found: SqlServer = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("use_tz", [True, False])
def test_windows_are_the_same_on_every_database(
    server: SqlServer, tmp_path: Any, use_tz: bool
) -> None:
    """X38, F36"""
    project: Project = start_project(tmp_path / "host")
    project.add_pulseboard()
    database = server.django_database(f"maintenance_{use_tz}".lower())
    text = f'DATABASES = {{"default": {database!r}}}\nUSE_TZ = {use_tz}'
    project.append("settings.py", f"{text}\nTIME_ZONE = 'Asia/Tokyo'")
    project.manage("migrate", "--verbosity=0")

    ran = project.run("manage.py", "shell", "-c", ASK)

    assert "ANSWERS" in ran.stdout, ran.stdout
    answers = json.loads(ran.stdout.partition("ANSWERS")[2])
    assert answers == {
        "refused": [True] * 4,
        "muted": ["web"],
        "after": [],
        "times": [
            ["2026-03-22T01:30:00+00:00", "2026-03-22T02:30:00+00:00"],
            ["2026-03-29T01:00:00+00:00", "2026-03-29T01:20:00+00:00"],
            ["2026-03-29T03:00:00+00:00", "2026-03-29T04:00:00+00:00"],
            ["2026-04-05T03:00:00+00:00", "2026-04-05T04:00:00+00:00"],
        ],
        "begun": 1,
        "by_hand": ["web"],
    }

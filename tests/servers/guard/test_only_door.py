"""Nothing of ours opens a connection but the guard. A08"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.projects import Project, start_project

from pulseboard.probes.probe import known_kinds

pytestmark = pytest.mark.server

#: Watches every connection of its process while all kinds ask and both boxes are
#: emptied. The host's mail backend is the host's, as are the drivers of its databases.
CHILD = """
import asyncio, json, sys, time, traceback
from datetime import UTC, datetime

PORT = int(sys.argv[1])
HOST = "127.0.0.1"
THEIRS = ("/django/core/mail/", "/smtplib.py", "/psycopg", "/MySQLdb/", "/redis/")
ticketed, loose = [], []
now_asking = "start"

import django
django.setup()
from pulseboard.guard.ticket import has_ticket

def watch(event, arguments):
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = arguments[1]
    if isinstance(address, tuple):
        if has_ticket():
            ticketed.append(now_asking)
        else:
            stack = "".join(traceback.format_stack())
            if not any(each in stack for each in THEIRS):
                loose.append([now_asking, event, stack])

sys.addaudithook(watch)

from pulseboard.core.errors import PulseboardError
from pulseboard.guard.verdict import Trust
from pulseboard.probes.probe import Try, known_kinds

URL = f"http://{HOST}:{PORT}/"
PLACE = {"host": HOST, "port": PORT}
OPTIONS = {
    "http": {"url": URL},
    "journey": {"steps": [{"name": "one", "url": URL}]},
    "scrape": {"url": URL, "metric": "up"},
    "websocket": {"url": f"ws://{HOST}:{PORT}/"},
    "domain": {"domain": "example.org", "rdap_server": URL},
    "dns": {"name": "example.org", "name_server": HOST, "port": PORT},
}
from pulseboard.core.options import build

async def ask(probe):
    try:
        await probe.ask(Try(trust=Trust.CODE, timeout_seconds=1.0))
    except PulseboardError:
        pass

for now_asking, kind in known_kinds().items():
    asyncio.run(ask(build(kind, OPTIONS.get(now_asking, PLACE), where="")))

now_asking = "threads"
from pulseboard.guard.http import request
try:
    request("GET", URL, trust=Trust.CODE, timeout_seconds=1)
except PulseboardError:
    pass

now_asking = "mail"
from pulseboard.notifiers.letter import Finished, Letter, Post, finishes
from pulseboard.notifiers.store import delivery, web, writing

@finishes("mailed")
def mailed(letter):
    return Finished(recipient="ann@example.org", body="Hello")

@finishes("posted")
def posted(letter):
    return Post(url=URL, document={"text": "Hello"})

clock = lambda: datetime.now(UTC)
for kind in ("mailed", "posted"):
    writing.post(
        [Letter(key=kind, thread=kind, addressee=f"{kind}:1", subject="Hello",
                body="Hello", by_web=kind == "posted")],
        clock(),
    )
delivery.deliver("me", clock)
now_asking = "web"
web.deliver_by_web("me", clock)

if "round" in sys.argv:
    now_asking = "round the guard"
    import urllib.request
    try:
        urllib.request.urlopen(URL, timeout=1)
    except OSError:
        pass

print(json.dumps({"ticketed": ticketed, "loose": loose}))
"""

SETTINGS = """
PULSEBOARD = {"ALLOWED_NETWORKS": ["127.0.0.0/8"]}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = "127.0.0.1", %d, 1
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A port that lets everybody in and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                client.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def project(tmp_path: Path, port: int) -> Project:
    made = start_project(tmp_path / "made")
    made.add_pulseboard()
    made.append("settings.py", SETTINGS % port)
    made.manage("migrate")
    (made.folder / "child.py").write_text(CHILD)
    return made


def _connections(project: Project, *words: str) -> dict[str, list[object]]:
    ran = project.run("child.py", *words)
    assert ran.returncode == 0, ran.stdout
    found: dict[str, list[object]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_every_connection_of_ours_carries_a_ticket(project: Project, port: int) -> None:
    seen = _connections(project, str(port))

    assert seen["loose"] == []
    assert set(seen["ticketed"]) == {*known_kinds(), "threads", "web"}


def test_a_way_round_the_guard_is_seen(project: Project, port: int) -> None:
    """What the test above would be worth nothing without."""
    (seen,) = _connections(project, str(port), "round")["loose"]

    assert isinstance(seen, list)
    assert seen[:2] == ["round the guard", "socket.connect"]

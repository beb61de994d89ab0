"""
A webhook subscribes, confirms itself, hears of an incident and of its end. X18.

Everything is real: a web server with its embedded runner, and a receiver that is away
when the incident ends.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import wait_until
from tests.support.projects import TOKEN, WebServer, start_project
from tests.support.receiver import Answer, Received, Receiver, echo_of

pytestmark = pytest.mark.server

SETTINGS = """
PULSEBOARD = {
    "SERVICE_NAME": "Acme",
    "PUBLIC_URL": "https://status.example",
    "ALLOWED_NETWORKS": ["127.0.0.1"],
    "CHECKS": {"mail": {"enabled": False}},
}
"""

CONFIRMED = "SELECT 1 FROM pulseboard_subscriber WHERE confirmed_at IS NOT NULL"
COMPONENT = """
from pulseboard.monitors.models import Component
Component.objects.create(slug="email", name="Email delivery", is_public=True)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebServer]:
    project = start_project(tmp_path / "site")
    project.add_pulseboard()
    project.append("settings.py", SETTINGS)
    project.manage("migrate", "--verbosity=0")
    project.manage("shell", "-c", COMPONENT)
    with project.served("gunicorn") as server:
        project.wait_for_tick()
        yield server


def _post(site: WebServer, path: str, body: bytes, **headers: str) -> Any:
    url = f"http://127.0.0.1:{site.port}{path}"
    request = urllib.request.Request(url, data=body, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as response:
        return response.read()


def _call(site: WebServer, path: str, **body: object) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return json.loads(_post(site, path, json.dumps(body).encode(), **headers))


def test_a_webhook_hears_the_whole_story_though_it_was_away(site: WebServer) -> None:
    """X18, F51, F53"""
    with Receiver(echo_of) as receiver:
        fields = {"kind": "webhook", "url": receiver.url("/s3cr3t")}
        _post(
            site,
            "/health/status-page/subscribe",
            urllib.parse.urlencode(fields).encode(),
        )
        (asked,) = receiver.wait_for(1)
        key = asked.document["signing_key"]
        wait_until(lambda: site.project.rows(CONFIRMED), "a confirmation", 30)

        made = _call(
            site, "/health/api/incidents", title="Email is down", components=["email"]
        )
        incident = f"/health/api/incidents/{made['key']}"
        _call(site, f"{incident}/publish", notify=True)
        receiver.wait_for(2)

        refusals = 2

        def away_at_first(received: Received) -> Answer:
            nonlocal refusals
            refusals -= 1
            return (503, {}, b"") if refusals >= 0 else (204, {}, b"")

        receiver.answer = away_at_first
        _call(site, f"{incident}/updates", phase="resolved", text="Up.", notify=True)
        told = receiver.wait_for(5)[1:]

        assert [each.document["type"] for each in told] == [
            "incident.opened",
            *["incident.resolved"] * 3,
        ]
        assert all(each.is_signed_with(key) for each in told)
        assert len({each.headers["webhook-id"] for each in told[1:]}) == 1
        leave = told[-1].document["links"]["unsubscribe"]
        _post(site, leave.removeprefix("https://status.example"), b"")
    stored = str(site.project.rows("SELECT * FROM pulseboard_subscriber"))
    stored += str(site.project.rows("SELECT * FROM pulseboard_notification"))
    assert "s3cr3t" not in stored

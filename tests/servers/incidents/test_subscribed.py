"""
A person subscribes, hears of an incident, and leaves. X18, A31, acceptance 1.

Everything is real: a web server with its embedded runner, a mail server, mails as
bytes.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import TOKEN, Project, WebServer, start_project

pytestmark = pytest.mark.server

PUBLIC_URL = "https://status.example"
ANNA, NOBODY = "anna@example.org", "nobody@example.org"

SETTINGS = """
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", {port}
PULSEBOARD = {{
    "SERVICE_NAME": "Acme",
    "PUBLIC_URL": "https://status.example",
    "CHECKS": {{"mail": {{"enabled": False}}}},
}}
"""

COMPONENT = """
from pulseboard.monitors.models import Component
Component.objects.create(slug="email", name="Email delivery", is_public=True)
"""


@pytest.fixture
def site(tmp_path: Path, smtp_sink: Any) -> Iterator[WebServer]:
    project: Project = start_project(tmp_path / "site")
    project.add_pulseboard()
    project.append("settings.py", SETTINGS.format(port=smtp_sink.port))
    project.manage("migrate")
    project.manage("shell", "-c", COMPONENT)
    smtp_sink.clear()
    with project.served("gunicorn") as server:
        project.wait_for_tick()
        yield server


def _post(site: WebServer, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Post to *path* as whoever has no cookies, and return status and text."""
    url = f"http://127.0.0.1:{site.port}{path}"
    request = urllib.request.Request(url, data=body, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _form(site: WebServer, path: str, **fields: str) -> int:
    status, text = _post(site, path, urllib.parse.urlencode(fields).encode())
    assert status == 200, text[:300]
    return status


def _call(site: WebServer, path: str, **body: object) -> Any:
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
    }
    status, text = _post(site, path, json.dumps(body).encode(), **headers)
    assert status in (200, 201), text
    return json.loads(text)


def _mails(sink: Any, address: str) -> list[EmailMessage]:
    """Return what reached *address*, oldest first, read from the bytes."""
    return [
        email.message_from_bytes(each.data, policy=email.policy.default)  # type: ignore[misc]
        for each in sink.mails()
        if each.recipients == [address]
    ]


def _path_in(message: EmailMessage, purpose: str) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(rf"{PUBLIC_URL}(/\S*/{purpose}/\S+)", body.get_content())
    assert found is not None
    return found[1]


def test_a_confirmed_subscriber_hears_the_whole_story_and_can_leave(
    site: WebServer, smtp_sink: Any
) -> None:
    for address in (ANNA, NOBODY):
        assert _form(site, "/health/status-page/subscribe", email=address) == 200
    smtp_sink.wait_for(2)
    assert _form(site, _path_in(_mails(smtp_sink, ANNA)[0], "confirm")) == 200

    made = _call(
        site,
        "/health/api/incidents",
        title="Email is down\nBcc: x",
        components=["email"],
    )
    incident = f"/health/api/incidents/{made['key']}"
    _call(
        site,
        f"{incident}/updates",
        phase="investigating",
        text="We **look**.\r\n.\r\nQUIT",
    )
    _call(site, f"{incident}/publish", notify=True)
    _call(site, f"{incident}/updates", phase="identified", text="A key.", notify=True)
    _call(site, f"{incident}/updates", phase="resolved", text="New key.", notify=True)
    smtp_sink.wait_for(5)

    told = _mails(smtp_sink, ANNA)[1:]
    assert [re.sub(r"after \d+ s", "after 0 s", each["Subject"]) for each in told] == [
        "[Acme] Degraded: Email is down Bcc: x",
        "[Acme] Identified: Email is down Bcc: x",
        "[Acme] Resolved: Email is down Bcc: x, after 0 s",
    ]
    root = told[0]["Message-ID"]
    assert [each["In-Reply-To"] for each in told] == [None, root, root]
    assert all(each["Bcc"] is None for each in told)
    plain, html = told[0].get_body(("plain",)), told[0].get_body(("html",))
    assert plain is not None
    assert html is not None
    assert ".\nQUIT" in plain.get_content().replace("\r\n", "\n")
    assert "<strong>look</strong>" in html.get_content()
    assert len(_mails(smtp_sink, NOBODY)) == 1

    header = told[0]["List-Unsubscribe"].strip(" <>").removeprefix(PUBLIC_URL)
    assert told[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert site.get(header).status == 200
    assert _post(site, header, b"List-Unsubscribe=One-Click")[0] == 200

    _call(site, f"{incident}/updates", phase="monitoring", text="Again.", notify=True)
    _form(site, "/health/status-page/subscribe", email="last@example.org")
    smtp_sink.wait_for(6)  # what was written later has left: nothing was before it
    assert [each.recipients for each in smtp_sink.mails()[5:]] == [["last@example.org"]]
    stored = str(site.project.rows("SELECT * FROM pulseboard_subscriber"))
    assert ANNA not in stored

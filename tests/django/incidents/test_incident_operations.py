"""Incidents over the API. A41, A42, A54, promise 6."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.core.roles import Role
from pulseboard.incidents.models import Incident, IncidentUpdate
from pulseboard.monitors.models import Component

pytestmark = pytest.mark.django_db

API = "/health/api/incidents"


def _client(role: Role) -> Client:
    _, token = ApiToken.issue(name=role.value, role=role, now=datetime.now(UTC))
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def editor() -> Client:
    return _client(Role.EDITOR)


def _send(client: Client, path: str, method: str = "post", **body: Any) -> Any:
    return getattr(client, method)(path, body, content_type="application/json")


def test_an_incident_is_begun_updated_published_and_listed(
    editor: Client, email: Component
) -> None:
    """S16"""
    made = _send(editor, API, title="Mail is down", components=["email"])
    assert made.status_code == 201
    key = made.json()["key"]
    assert not made.json()["is_published"]
    said = _send(editor, f"{API}/{key}/updates", phase="identified", text="A key.")
    assert (said.status_code, said.json()["author"]) == (201, "editor")
    assert _send(editor, f"{API}/{key}/publish").json()["is_published"]
    assert _send(editor, f"{API}/{key}/publish").status_code == 409
    changed = _send(editor, f"{API}/{key}", "patch", response="mitigating")
    assert changed.json()["response"] == "mitigating"
    assert changed.json()["title"] == "Mail is down"
    listed = _client(Role.VIEWER).get(API).json()
    assert listed["total"] == 1
    assert listed["incidents"][0]["updates"][0]["text"] == "A key."
    assert AuditEvent.objects.filter(actor="editor", result="done").count() == 4


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 151}, "title"),
        ({"title": "x", "impact": "maintenance"}, "impact"),
        ({"title": "x", "components": ["nope"]}, "components"),
        ({"title": "x", "started_at": "2999-01-01T00:00:00Z"}, "started_at"),
        ({"title": "x", "started_at": "2026-01-01T00:00:00"}, "started_at"),
        ({"title": "x", "is_published": True}, "is_published"),
        ({"title": "x", "created_by": "root"}, "created_by"),
        ({"title": "x", "alert": 12345}, "alert"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_requests_name_the_field_and_store_nothing(
    editor: Client, body: dict[str, Any], name: str
) -> None:
    """Acceptance 9, A54"""
    answer = _send(editor, API, **body)
    assert answer.status_code == 400
    assert name in str(answer.json()["errors"])
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"phase": "over", "text": "x"},
        {"phase": "resolved", "text": ""},
        {"phase": "resolved", "text": "x" * 10_001},
        {"phase": "resolved", "text": "x", "at": "2999-01-01T00:00:00Z"},
        {"phase": "resolved", "text": "x", "author": "root"},
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_update_stores_nothing(
    editor: Client, incident: Incident, body: dict[str, Any]
) -> None:
    answer = _send(editor, f"{API}/{incident.key}/updates", **body)
    assert answer.status_code == 400
    assert not IncidentUpdate.objects.exists()


def test_a_change_that_is_half_wrong_changes_nothing(
    editor: Client, incident: Incident
) -> None:
    answer = _send(
        editor, f"{API}/{incident.key}", "patch", title="New", components=["nope"]
    )
    assert answer.status_code == 400
    incident.refresh_from_db()
    assert incident.title == "Email delivery is failing"


def test_what_the_public_was_told_can_be_taken_back_by_nobody_below_editor(
    incident: Incident,
) -> None:
    """A41, promise 6"""
    paths = [
        ("get", API, Role.VIEWER),
        ("get", f"{API}/{incident.key}", Role.VIEWER),
        ("post", API, Role.EDITOR),
        ("patch", f"{API}/{incident.key}", Role.EDITOR),
        ("post", f"{API}/{incident.key}/updates", Role.EDITOR),
        ("post", f"{API}/{incident.key}/publish", Role.EDITOR),
    ]
    for method, path, least in paths:
        assert getattr(Client(), method)(path).status_code == 401
        for role in Role:
            answer = _send(_client(role), path, method)
            assert (answer.status_code == 403) is not role.covers(least), (path, role)
            if not role.covers(least):
                assert not IncidentUpdate.objects.exists()


@pytest.mark.parametrize("key", ["312c9b79-b4dd-4769-9119-f478607f5933", "1", "x"])
def test_a_key_of_nothing_is_not_found(
    editor: Client, incident: Incident, key: str
) -> None:
    """A42"""
    assert editor.get(f"{API}/{key}").status_code in (400, 404)
    body = {"phase": "resolved", "text": "x"}
    assert _send(editor, f"{API}/{key}/updates", **body).status_code in (400, 404)


def test_the_list_is_filtered_and_bounded(editor: Client, incident: Incident) -> None:
    """A70"""
    for query, total in [
        ("?published=true", 0),
        ("?published=false", 1),
        ("?resolved=false", 1),
        ("?resolved=true", 0),
    ]:
        assert editor.get(API + query).json()["total"] == total
    assert editor.get(f"{API}?limit=501").status_code == 400
    assert editor.get(f"{API}?limit=-1").status_code == 400
    assert editor.get(f"{API}?title__startswith=E").status_code == 400


def test_times_are_kept_as_told(editor: Client, email: Component) -> None:
    made = _send(
        editor,
        API,
        title="x",
        components=["email"],
        started_at="2026-11-20T10:00:00+01:00",
    )
    assert made.status_code == 201
    stored = Incident.objects.get().started_at
    assert stored == datetime(2026, 11, 20, 9, tzinfo=UTC)

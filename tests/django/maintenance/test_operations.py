"""X38: maintenance through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from pulseboard.access import store as access
from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.core.roles import Role
from pulseboard.maintenance.models import Maintenance

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [path("health/", include("pulseboard.urls"))]

URL = "/health/api/maintenance"
ONCE = {
    "title": "Upgrade",
    "zone": "Europe/Madrid",
    "starts_at": "2030-12-05T20:30:00+01:00",
    "ends_at": "2030-12-05T21:30:00+01:00",
    "everything": True,
}
WEEKLY = {
    "title": "Restarts",
    "kind": "rrule",
    "zone": "Europe/Berlin",
    "rule": "FREQ=WEEKLY;BYDAY=SU",
    "first_on": "2030-03-31",
    "start_time": "02:30",
    "duration_minutes": 60,
    "everything": True,
}


@pytest.fixture(autouse=True)
def _without_calls_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_limiter", access.Limiter())


class Api:
    """The API as one role calls it."""

    def __init__(self, role: Role) -> None:
        _, plain = ApiToken.issue(name=role.value, role=role, now=timezone.now())
        self.headers = {"authorization": f"Bearer {plain}"}
        self.client = Client()

    def __call__(self, method: str, path: str = "", **body: Any) -> tuple[int, Any]:
        response = self.client.generic(
            method,
            URL + path,
            json.dumps(body) if body else b"",
            "application/json",
            headers=self.headers,
        )
        content = response.content
        return response.status_code, json.loads(content) if content else None


@pytest.fixture
def editor() -> Api:
    return Api(Role.EDITOR)


def test_a_window_is_planned_read_changed_and_deleted(editor):
    """X38"""
    status, made = editor("POST", **ONCE)
    assert status == 201
    assert made["starts_at"] == "2030-12-05T19:30:00Z"
    assert made["created_by"] == "editor"
    assert [each["open"] for each in made["upcoming"]] == [False]

    one = f"/{made['id']}"
    assert editor("PATCH", one, title="Other")[1]["title"] == "Other"
    assert editor("GET", one)[1]["title"] == "Other"
    assert editor("GET")[1]["total"] == 1
    assert editor("DELETE", one) == (204, None)
    assert editor("GET", one)[0] == 404
    assert AuditEvent.objects.filter(result="done").count() == 3


def test_the_next_times_are_told_in_utc(editor):
    """F35"""
    _, made = editor("POST", **WEEKLY)
    starts = [each["starts_at"] for each in made["upcoming"]]
    assert starts[:2] == ["2030-03-31T01:00:00Z", "2030-04-07T00:30:00Z"]


def test_by_hand_is_started_once_and_ended(editor):
    """X38"""
    _, made = editor("POST", title="a", kind="manual", everything=True)
    one = f"/{made['id']}"
    assert editor("POST", f"{one}/end")[0] == 409
    status, started = editor("POST", f"{one}/start")
    assert (status, started["upcoming"][0]["open"]) == (200, True)
    assert editor("POST", f"{one}/start")[0] == 409
    assert editor("GET", "?open=true")[1]["total"] == 1
    assert editor("GET", "?open=false")[1]["total"] == 0
    assert editor("POST", f"{one}/end")[1]["upcoming"] == []


def test_the_next_is_skipped_and_all_cancelled(editor):
    _, made = editor("POST", **WEEKLY)
    one = f"/{made['id']}"
    _, skipped = editor("POST", f"{one}/skip")
    assert skipped["upcoming"][0]["starts_at"] == "2030-04-07T00:30:00Z"
    assert editor("POST", f"{one}/cancel")[1]["upcoming"] == []
    assert editor("POST", f"{one}/cancel")[0] == 409


def test_what_it_meets_is_named(editor):
    """X38"""
    editor("POST", **ONCE)
    assert editor("POST", **ONCE | {"title": "Mine"})[1]["conflicts"] == ["Upgrade"]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"ends_at": "2030-12-05T19:30:00Z"}, "ends_at"),
        ({"ends_at": "2030-12-05T23:30:00"}, "ends_at"),
        ({"ends_at": "2031-12-05T23:30:00Z"}, "ends_at"),
        ({"starts_at": "9999-12-31T23:59:59-23:59"}, "starts_at"),
        ({"zone": "Mars"}, "zone"),
        ({"title": ""}, "title"),
        ({"description": "x" * 3000}, "description"),
        ({"kind": "rrule", "rule": "nonsense"}, "rule"),
        ({"kind": "cron", "rule": "* * * * *", "duration_minutes": 5}, "rule"),
        ({"kind": "never"}, "kind"),
        ({"everything": False}, "everything"),
        ({"everything": False, "monitors": ["nobody"]}, "monitors"),
        ({"everything": False, "components": ["nobody"]}, "components"),
        ({"everything": False, "groups": ["nobody"]}, "groups"),
        ({"monitors": [""]}, "monitors.0"),
        ({"duration_minutes": 2**40, "kind": "manual"}, "duration_minutes"),
        ({"created_by": "me"}, "created_by"),
        ({"planned_from": "2030-12-05T19:30:00Z"}, "planned_from"),
    ],
)
def test_bad_input_is_refused_by_name_and_nothing_stored(editor, wrong, name):
    """X38: names that are not known are refused, too."""
    status, problem = editor("POST", **ONCE | wrong)
    assert status == 400
    assert name in [each["name"] for each in problem["errors"]]
    assert not Maintenance.objects.exists()


def test_a_change_may_not_empty_what_is_needed(editor):
    _, made = editor("POST", **ONCE)
    for name in ("title", "zone", "kind", "monitors", "mutes"):
        assert editor("PATCH", f"/{made['id']}", **{name: None})[0] == 400
    assert editor("PATCH", f"/{made['id']}", starts_at=None)[0] == 400


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER])
def test_others_than_editors_only_read(editor, role):
    """X38"""
    _, made = editor("POST", **ONCE)
    one, other = f"/{made['id']}", Api(role)
    assert other("GET", one)[0] == 200
    assert other("POST", **ONCE)[0] == 403
    assert other("PATCH", one, title="a")[0] == 403
    assert other("DELETE", one)[0] == 403
    for verb in ("start", "end", "skip", "cancel"):
        assert other("POST", f"{one}/{verb}")[0] == 403


def test_an_anonymous_caller_reads_nothing():
    assert Client().get(URL).status_code == 401

"""The staff page over HTTP: who gets what, and how often it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from pulseboard.access.models import AuditEvent
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.dashboard import store
from pulseboard.history.observed import Observed
from pulseboard.history.store import remember
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.notifiers.models import Notification

pytestmark = pytest.mark.django_db

PAGE = "/health/dashboard"
FRAGMENT = {"HTTP_X_PULSEBOARD_FRAGMENT": "1"}
HTML_PAGES = [
    PAGE, "/health/component/email", "/admin/pulseboard/monitor/dashboard/",
]  # fmt: skip


@pytest.fixture
def rows() -> None:
    """One healthy and one critical monitor, one alert, a living runner."""
    now = datetime.now(UTC)
    RunnerLease.objects.create(name="runner", ticked_at=now, mode="embedded")
    Monitor.objects.create(
        name="disk", title="Disk", status="healthy", ran_at=now,
        readings={"used_ratio": 0.61}, summary="of 120 GiB",
    )  # fmt: skip
    Monitor.objects.create(
        name="email", title="Email", status="critical", ran_at=now,
        status_since=now, summary="No reply", reason="timeout",
    )  # fmt: skip
    SystemAlert(
        alert_type="status", subject="email", title="Email: no reply",
        message="3 failed", severity="critical", began_at=now, created_at=now,
    ).save()  # fmt: skip


def signed_in(*codenames: str, csrf: bool = False) -> Client:
    """A client of a user with these permissions."""
    user = User.objects.create_user("ana", password="ana", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(user)
    return client


def viewer() -> Client:
    return signed_in("view_dashboard")


def responder(*, csrf: bool = False) -> Client:
    return signed_in("view_dashboard", "run_checks", "acknowledge_alert", csrf=csrf)


def test_the_page_names_what_is_broken(rows: None) -> None:
    """G14"""
    body = viewer().get(PAGE).content.decode()
    assert "<h1" in body
    assert "Critical: Email is down" in body
    assert body.index("component/email") < body.index("component/disk")


def test_strangers_are_sent_to_sign_in_and_back(client: Client) -> None:
    """D4"""
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"] == f"/admin/login/?next={PAGE}"


@pytest.mark.parametrize("path", [PAGE, "/health/dashboard.json"])
def test_scripts_and_programs_get_401_instead_of_a_sign_in_page(
    client: Client, path: str
) -> None:
    """D4"""
    answer = client.get(path, **FRAGMENT)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*HTML_PAGES, "/health/dashboard.json"])
def test_staff_without_the_permission_are_refused(path: str) -> None:
    """D4: and the refusal is in the audit"""
    answer = signed_in().get(path)
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(result="refused").count() == 1


def test_a_token_reads_the_page_and_the_json(rows: None, settings: Settings) -> None:
    """D4"""
    settings.PULSEBOARD = {**settings.PULSEBOARD, "TOKEN": "t" * 40}
    bearer: Any = {"HTTP_AUTHORIZATION": "Bearer " + "t" * 40}
    assert Client().get(PAGE, **bearer).status_code == 200
    assert Client().get("/health/dashboard.json", **bearer).status_code == 200


@pytest.mark.parametrize("path", [*HTML_PAGES, "/health/dashboard.json"])
def test_every_answer_has_the_headers(rows: None, path: str) -> None:
    """D5, A51"""
    answer = viewer().get(path)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "no-store" in answer["Cache-Control"]


def test_the_reading_the_check_put_first_is_the_headline(rows: None) -> None:
    """G14: names in JSON have no order on PostgreSQL"""
    Monitor.objects.filter(name="disk").update(
        readings={"cores": 2, "used_ratio": 0.61}, first_reading="used_ratio"
    )
    disk = store.read_monitor("disk", datetime.now(UTC))
    assert disk
    assert list(disk.readings) == ["used_ratio", "cores"]
    assert disk.drawn == "used_ratio"


def test_a_page_costs_six_queries_whatever_the_number_of_monitors(rows: None) -> None:
    """G14"""
    now = datetime.now(UTC)
    Monitor.objects.bulk_create(
        Monitor(name=f"m{number}", title=f"M {number}") for number in range(40)
    )
    remember([Observed("disk", now, Outcome(Status.HEALTHY, "ok"), 0.1)])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        observed = store.read(now)
    assert len(observed.monitors) == 42
    assert len(queries) <= 6


def test_the_script_gets_the_changing_part_once(rows: None) -> None:
    """G15"""
    client = viewer()
    first = client.get(PAGE, **FRAGMENT)
    assert b"<html" not in first.content
    again = client.get(PAGE, **FRAGMENT, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    Monitor.objects.filter(name="email").update(status="healthy")
    changed = client.get(PAGE, **FRAGMENT, HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200


def test_the_etag_knows_whose_buttons_are_shown(rows: None) -> None:
    """A page cached for a responder is none for a viewer."""
    client = responder()
    tag = client.get(PAGE, **FRAGMENT)["ETag"]
    User.objects.get().user_permissions.set(
        Permission.objects.filter(codename="view_dashboard")
    )
    answer = client.get(PAGE, **FRAGMENT, HTTP_IF_NONE_MATCH=tag)
    assert answer.status_code == 200
    assert b"data-run>" not in answer.content


def test_the_json_is_one_answer(rows: None) -> None:
    """G14"""
    answer = json.loads(viewer().get("/health/dashboard.json").content)
    assert answer["overview"]["status"] == "critical"
    assert [each["service"] for each in answer["checks"]] == ["email", "disk"]
    assert answer["alerts"][0]["title"] == "Email: no reply"
    assert answer["performance"]["monitoring"]["status"] == "healthy"


def test_a_button_without_a_script_does_it_and_comes_back(rows: None) -> None:
    """G18"""
    alert = SystemAlert.objects.get()
    answer = responder().post(PAGE, {"act": "acknowledge", "alert": alert.pk})
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{PAGE}?said=acknowledged",
    )
    alert.refresh_from_db()
    assert alert.acknowledged_by == "ana"
    event = AuditEvent.objects.get(action="POST api/alerts/{id}/acknowledge")
    assert (event.actor, event.target, event.result) == ("ana", str(alert.pk), "done")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"act": "resolve", "alert": "999"}, "gone"),
        ({"act": "resolve", "alert": "x"}, "gone"),
        ({"act": "fly"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_button_that_cannot_says_why(form: dict[str, str], said: str) -> None:
    assert responder().post(PAGE, form)["Location"].endswith(f"?said={said}")


def test_a_viewer_may_press_nothing(rows: None) -> None:
    """D4"""
    alert = SystemAlert.objects.get()
    answer = viewer().post(PAGE, {"act": "resolve", "alert": alert.pk})
    assert answer["Location"].endswith("?said=forbidden")
    alert.refresh_from_db()
    assert not alert.resolved


def test_buttons_need_the_token_of_the_page(rows: None, settings: Settings) -> None:
    """D4: session writes need CSRF, also on a host without its middleware"""
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "Csrf" not in each]
    answer = responder(csrf=True).post(PAGE, {"act": "run"})
    assert answer.status_code == 403


def test_what_the_address_says_is_a_key_and_never_a_sentence(rows: None) -> None:
    """A27"""
    client = viewer()
    assert b"The alert is resolved." in client.get(f"{PAGE}?said=resolved").content
    assert b"bought" not in client.get(f"{PAGE}?said=bought").content


def test_markup_in_a_name_is_text(rows: None) -> None:
    """A27"""
    Monitor.objects.update(title="<script>x</script>", summary="<b>x</b>")
    body = viewer().get(PAGE).content
    assert b"<script>x" not in body
    assert b"<b>x" not in body


def test_a_component_shows_readings_results_and_reference(rows: None) -> None:
    """X24"""
    now = datetime.now(UTC)
    Monitor.objects.filter(name="email").update(reference="7f3a91c2")
    remember(
        [
            Observed(
                "email",
                now - timedelta(minutes=9),
                Outcome(Status.HEALTHY, "answered"),
                0.1,
            ),
            Observed("email", now, Outcome(Status.CRITICAL, "No reply"), 10),
        ]
    )
    body = viewer().get("/health/component/email").content.decode()
    assert "7f3a91c2" in body
    assert body.index("No reply") < body.index("answered")


def test_an_unknown_component_is_not_found() -> None:
    assert viewer().get("/health/component/none").status_code == 404


def test_undelivered_notifications_are_counted() -> None:
    now = datetime.now(UTC)
    for key, state in (
        ("a", "pending"),
        ("b", "sending"),
        ("c", "sent"),
        ("d", "dead"),
    ):
        Notification.objects.create(
            key=key, channel="mail", thread="t", transition="firing", subject="s",
            body="b", severity="critical", state=state, created_at=now, due_at=now,
        )  # fmt: skip
    observed = store.read(now)
    assert (observed.waiting, observed.given_up) == (2, 1)


def test_both_spellings_of_the_address_work(rows: None) -> None:
    assert viewer().get("/health/dashboard/").status_code == 200

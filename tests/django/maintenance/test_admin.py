"""X38, X18: planning in the admin, with zone, dates, conflicts and refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulseboard.access.models import AuditEvent
from pulseboard.maintenance import store
from pulseboard.maintenance.models import KeptOccurrence, Maintenance

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [path("admin/", admin.site.urls)]

LIST = "/admin/pulseboard/maintenance/"
ADD = f"{LIST}add/"
ONCE = {
    "title": "Database upgrade",
    "kind": "once",
    "zone": "Europe/Madrid",
    "starts_at_0": "2026-12-05",
    "starts_at_1": "20:30",
    "ends_at_0": "2026-12-05",
    "ends_at_1": "21:30",
    "everything": "on",
    "mutes": "on",
    "excludes": "on",
    "shows": "on",
}
WEEKLY = {
    "title": "Restarts",
    "kind": "rrule",
    "zone": "Europe/Berlin",
    "rule": "FREQ=WEEKLY;BYDAY=SU",
    "first_on": "2030-03-01",
    "start_time": "02:30",
    "duration_minutes": "60",
    "everything": "on",
}


@pytest.fixture
def browser(client: Client) -> Client:
    """An editor, who is no superuser."""
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_dashboard", "change_monitoring"])
    )
    client.force_login(user)
    return client


def _errors(client: Client, fields: dict[str, Any]) -> dict[str, list[str]]:
    response = client.post(ADD, fields)
    assert response.status_code == 200, "it was stored"
    assert not Maintenance.objects.exists()
    return dict(response.context["adminform"].form.errors)


def test_times_are_those_of_the_chosen_zone(browser, settings):
    """X18: whatever the zone of the site."""
    settings.TIME_ZONE = "Asia/Tokyo"
    assert browser.post(ADD, ONCE).status_code == 302

    row = Maintenance.objects.get()
    assert row.starts_at == datetime(2026, 12, 5, 19, 30, tzinfo=UTC)
    assert row.created_by == "eve"
    page = browser.get(f"{LIST}{row.pk}/change/").content.decode()
    assert 'value="20:30"' in page
    assert "On the clock of Europe/Madrid." in page
    assert "20:30 Europe/Madrid (UTC+01:00)" in page
    assert AuditEvent.objects.get().action == "plan maintenance"


def test_a_host_without_time_zones_plans_the_same_instants(browser, settings):
    """F36"""
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    assert browser.post(ADD, ONCE).status_code == 302
    row = Maintenance.objects.get()
    assert row.starts_at == datetime(2026, 12, 5, 19, 30, tzinfo=UTC)
    assert store.muted(["web"], row.starts_at)
    _act(browser, "cancel", row)
    assert not store.muted(["web"], row.starts_at)
    assert browser.get(f"{LIST}{row.pk}/change/").status_code == 200


def test_the_zone_is_that_of_the_site_unless_another_is_chosen(browser, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert 'value="Asia/Tokyo"' in browser.get(ADD).content.decode()


def test_the_dates_are_shown_before_anything_is_stored(browser):
    """X38"""
    response = browser.post(ADD, WEEKLY | {"_preview": "1"})

    assert not Maintenance.objects.exists()
    page = response.content.decode()
    assert "Not saved yet" in page
    assert "Sun 03 Mar 2030 02:30 Europe/Berlin (UTC+01:00)" in page
    assert "Sun 31 Mar 2030 03:00 Europe/Berlin (UTC+02:00)" in page
    assert "Please correct" not in page


def test_a_conflict_is_named_and_no_refusal(browser):
    """X38"""
    browser.post(ADD, ONCE)
    again = browser.post(ADD, ONCE | {"title": "Other", "_preview": "1"})
    assert "Overlaps “Database upgrade”" in again.content.decode()
    saved = browser.post(ADD, ONCE | {"title": "Other"}, follow=True)
    assert "Overlaps “Database upgrade”" in saved.content.decode()
    assert Maintenance.objects.count() == 2


REFUSED = [
    (ONCE | {"ends_at_1": "20:30"}, "ends_at"),
    (ONCE | {"ends_at_0": "2026-12-25"}, "ends_at"),
    (ONCE | {"ends_at_1": ""}, "ends_at"),
    (ONCE | {"starts_at_0": "soon"}, "starts_at"),
    (ONCE | {"starts_at_0": "0001-01-01", "ends_at_0": "0001-01-01"}, "starts_at"),
    (ONCE | {"starts_at_0": "9999-12-31", "ends_at_0": "9999-12-31"}, "starts_at"),
    (ONCE | {"starts_at_0": ""}, "starts_at"),
    (ONCE | {"zone": "Mars/Olympus"}, "zone"),
    (ONCE | {"zone": "../../etc/passwd"}, "zone"),
    (ONCE | {"zone": "x" * 1000}, "zone"),
    (ONCE | {"title": ""}, "title"),
    (ONCE | {"title": "x" * 151}, "title"),
    (ONCE | {"description": "x" * 100_000}, "description"),
    (ONCE | {"kind": "never"}, "kind"),
    (ONCE | {"everything": ""}, "everything"),
    (ONCE | {"everything": "", "monitors": ["nobody"]}, "monitors"),
    (ONCE | {"everything": "", "components": ["nobody"]}, "components"),
    (WEEKLY | {"rule": ""}, "rule"),
    (WEEKLY | {"rule": "every sunday"}, "rule"),
    (WEEKLY | {"rule": "FREQ=SECONDLY"}, "rule"),
    (WEEKLY | {"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"}, "rule"),
    (WEEKLY | {"rule": "FREQ=WEEKLY;BYDAY=SU," + "SU," * 200 + "SU"}, "rule"),
    (WEEKLY | {"duration_minutes": "0"}, "duration_minutes"),
    (WEEKLY | {"duration_minutes": "10081"}, "duration_minutes"),
    (WEEKLY | {"duration_minutes": "-5"}, "duration_minutes"),
    (WEEKLY | {"duration_minutes": "9" * 30}, "duration_minutes"),
    (WEEKLY | {"start_time": "26:00"}, "start_time"),
    (WEEKLY | {"start_time": ""}, "start_time"),
    (WEEKLY | {"first_on": "1850-01-01"}, "first_on"),
    (WEEKLY | {"last_on": "2030-02-01"}, "last_on"),
    (WEEKLY | {"kind": "cron"}, "rule"),
    (WEEKLY | {"kind": "cron", "rule": "* * * * *"}, "rule"),
    (WEEKLY | {"kind": "cron", "rule": "0 0 30 2 *"}, "rule"),
]


@pytest.mark.parametrize(("fields", "at"), REFUSED)
def test_bad_input_is_refused_at_its_field(browser, fields, at):
    """X38"""
    assert at in _errors(browser, fields)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=600), st.sampled_from(["rrule", "cron"]))
def test_arbitrary_rules_are_stored_or_refused_and_never_an_error(
    admin_client, rule, kind
):
    """X38: no answer of the server's own fault."""
    response = admin_client.post(ADD, WEEKLY | {"rule": rule, "kind": kind})
    assert response.status_code in (200, 302)


def test_a_repeated_window_begins_today_unless_told(browser):
    browser.post(ADD, WEEKLY | {"first_on": ""})
    assert Maintenance.objects.get().first_on >= date(2026, 1, 1)


def test_a_window_is_started_and_ended_by_hand(browser):
    """X38"""
    browser.post(ADD, {"title": "Now", "kind": "manual", "zone": "UTC", **_all()})
    row = Maintenance.objects.get()

    _act(browser, "start_now", row)
    assert store.open_windows(datetime.now(UTC))
    _act(browser, "end_now", row)
    assert not store.open_windows(datetime.now(UTC))
    assert "0 windows changed" in _act(browser, "end_now", row)

    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        *("plan maintenance", "start maintenance", "end maintenance")
    ]


def test_the_next_one_is_skipped_and_all_are_cancelled(browser):
    """X38"""
    browser.post(ADD, WEEKLY)
    row = Maintenance.objects.get()
    _act(browser, "skip_next", row)
    kept = KeptOccurrence.objects.get()
    assert kept.starts_at == kept.ends_at
    _act(browser, "cancel", row)
    assert "cancelled" in browser.get(LIST).content.decode()


def test_the_calendar_of_a_window_is_offered(browser):
    """X18"""
    browser.post(ADD, WEEKLY)
    row = Maintenance.objects.get()
    page = browser.get(f"{LIST}{row.pk}/change/").content.decode()
    address = f"{LIST}{row.pk}/calendar.ics"
    assert address in page

    response = browser.get(address)

    assert response["Content-Type"].startswith("text/calendar")
    events = list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))
    assert len(events) == 50
    assert browser.get(f"{LIST}999/calendar.ics").status_code == 404


def test_a_name_that_is_gone_does_not_hinder_a_change(browser):
    browser.post(ADD, ONCE)
    row = Maintenance.objects.get()
    Maintenance.objects.update(monitors=["gone"], everything=False)
    fields = ONCE | {"everything": "", "monitors": ["gone"], "title": "Other"}
    assert browser.post(f"{LIST}{row.pk}/change/", fields).status_code == 302


def test_hostile_titles_are_text(browser):
    """A38"""
    title = "<script>alert(1)</script>"
    browser.post(ADD, ONCE | {"title": title})
    row = Maintenance.objects.get()
    for address in (LIST, f"{LIST}{row.pk}/change/"):
        assert title not in browser.get(address).content.decode()


@pytest.mark.parametrize("role", ["view_dashboard", None])
def test_others_than_editors_plan_nothing(client, role):
    """X38"""
    user = User.objects.create_user("vic", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=role))
    client.force_login(user)
    row = Maintenance.objects.create(
        title="a", kind="manual", zone="UTC", everything=True
    )

    assert client.post(ADD, ONCE).status_code == 403
    _act(client, "start_now", row)
    assert not KeptOccurrence.objects.exists()
    ics = client.get(f"{LIST}{row.pk}/calendar.ics").status_code
    assert ics == (200 if role else 404)


def test_deleting_is_audited(browser):
    browser.post(ADD, ONCE)
    row = Maintenance.objects.get()
    browser.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})
    assert not Maintenance.objects.exists()
    assert AuditEvent.objects.latest("pk").action == "delete maintenance"


def _all() -> dict[str, str]:
    return {"everything": "on", "mutes": "on", "excludes": "on", "shows": "on"}


def _act(client: Client, action: str, row: Maintenance) -> str:
    chosen = {"action": action, "_selected_action": [row.pk]}
    return client.post(LIST, chosen, follow=True).content.decode()

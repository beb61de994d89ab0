"""Incidents in the admin: written, published, resolved. S16, A27, A41, A46."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from pulseboard.access.models import AuditEvent
from pulseboard.alerts.models import SystemAlert
from pulseboard.incidents import store
from pulseboard.incidents.models import Incident, IncidentTemplate, Subscriber
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component, Monitor
from pulseboard.notifiers.models import Notification

from .conftest import START

pytestmark = pytest.mark.django_db

LIST = "/admin/pulseboard/incident/"
ADD = f"{LIST}add/"
FORM = {
    "title": "Email delivery is failing",
    "impact": "partial_outage",
    "response": "open",
    "started_at_0": "2025-11-20",
    "started_at_1": "12:00:00",
    "next_update_at_0": "",
    "next_update_at_1": "",
    "postmortem": "",
    "updates-TOTAL_FORMS": "0",
    "updates-INITIAL_FORMS": "0",
}


def _form(*updates: dict[str, str], **fields: Any) -> dict[str, Any]:
    """Return what a browser would post, with some updates."""
    known = sum(1 for each in updates if each.get("id"))
    form: dict[str, Any] = {**FORM, **fields}
    form |= {"updates-TOTAL_FORMS": len(updates), "updates-INITIAL_FORMS": known}
    for number, update in enumerate(updates):
        for name, value in {"id": "", "at_0": "", "at_1": "", **update}.items():
            form[f"updates-{number}-{name}"] = value
    return form


def _change(incident: Incident) -> str:
    return f"{LIST}{incident.pk}/change/"


@pytest.fixture
def editor(client: Client) -> Client:
    return _signed_in(client, "view_dashboard", "change_monitoring")


@pytest.fixture
def viewer() -> Client:
    return _signed_in(Client(), "view_dashboard")


def _signed_in(client: Client, *permissions: str) -> Client:
    user = User.objects.create_user("-".join(permissions)[:30], is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.fixture
def alert(email: Component) -> SystemAlert:
    email.monitors.add(
        Monitor.objects.create(name="smtp", title="SMTP", confirmed="critical")
    )
    return SystemAlert.objects.create(
        alert_type="monitor",
        subject="smtp",
        title="SMTP",
        message="refused",
        severity="critical",
        began_at=START - timedelta(days=1),
        created_at=START - timedelta(days=1),
    )


def test_an_incident_begins_as_a_draft_with_its_first_words(
    editor: Client, email: Component
) -> None:
    update = {"phase": "investigating", "text": "We look."}
    answer = editor.post(ADD, _form(update, components=[email.pk]))
    row = Incident.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, _change(row))
    assert not row.is_published
    assert (row.created_by, row.updates.get().author) == (
        "view_dashboard-change_monitori",
        "view_dashboard-change_monitori",
    )
    assert AuditEvent.objects.filter(action="begin incident").count() == 1


def test_one_click_fills_the_form_from_an_alert(
    editor: Client, alert: SystemAlert, email: Component
) -> None:
    """ux.md 12"""
    listed = "/admin/pulseboard/systemalert/"
    chosen = {"action": "begin_incident", "_selected_action": [alert.pk]}
    user = User.objects.get()
    user.user_permissions.add(Permission.objects.get(codename="acknowledge_alert"))
    to = editor.post(listed, chosen)["Location"]
    assert to == f"{ADD}?alert={alert.pk}"
    page = editor.get(to).content.decode()
    assert 'value="Email delivery is down"' in page
    assert "We are looking into a problem with Email delivery." in page
    assert f'<option value="{email.pk}" selected>' in page
    editor.post(to, _form(alert=alert.pk, components=[email.pk]))
    row = Incident.objects.get()
    assert row.alerts.get().alert_id == alert.pk
    assert editor.get(to)["Location"] == _change(row)


def test_a_template_fills_the_form(editor: Client, email: Component) -> None:
    template = IncidentTemplate.objects.create(
        name="Late", title="{component} is late", text="Late since {since}."
    )
    template.components.set([email])
    page = editor.get(f"{ADD}?template={template.pk}").content.decode()
    assert 'value="Email delivery is late"' in page
    assert "Late since " in page
    assert "{since}" not in page


@pytest.mark.parametrize("query", ["alert=x", "alert=99999", "template=-1", "alert=²"])
def test_an_address_that_names_nothing_is_an_empty_form(
    editor: Client, query: str
) -> None:
    assert editor.get(f"{ADD}?{query}").status_code == 200


def test_publishing_shows_how_many_it_tells_and_tells_nobody_by_default(
    editor: Client, incident: Incident
) -> None:
    """ux.md 12: off by default with the number shown."""
    _subscriber()
    page = editor.get(_change(incident)).content.decode()
    assert "notify 1 subscriber" in page.lower()
    components = [row.pk for row in incident.components.all()]
    editor.post(_change(incident), _form(components=components, _publish="1"))
    incident.refresh_from_db()
    assert incident.is_published
    assert not Notification.objects.exists()
    assert AuditEvent.objects.filter(action="publish incident").count() == 1


def test_publishing_updating_and_resolving_tell_when_asked(
    editor: Client, incident: Incident
) -> None:
    _subscriber()
    components = [row.pk for row in incident.components.all()]
    first = {"phase": "investigating", "text": "We look."}
    told = {"components": components, "notify": "on"}
    editor.post(_change(incident), _form(first, **told, _publish="1"))
    row = incident.updates.get()
    kept = {
        "id": str(row.pk),
        "phase": row.phase,
        "text": row.text,
        "at_0": "",
        "at_1": "",
    }
    more = {"phase": "identified", "text": "A key."}
    editor.post(_change(incident), _form(kept, more, **told))
    editor.post(_change(incident), _form(**told, _resolve="1"))
    subjects = list(
        Notification.objects.order_by("pk").values_list("subject", flat=True)
    )
    assert [each.partition(":")[0] for each in subjects] == [
        "[Acme] Partial outage",
        "[Acme] Identified",
        "[Acme] Resolved",
    ]
    incident.refresh_from_db()
    assert incident.phase == "resolved"
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"publish incident", "resolve incident", "change incident"} <= actions


def test_an_edited_update_keeps_what_it_said_in_the_audit(
    editor: Client, incident: Incident
) -> None:
    row = store.add_update(incident, Phase.IDENTIFIED, "Their fault.", "ann", START)
    edited = {"id": str(row.pk), "phase": "identified", "text": "Our fault."}
    editor.post(_change(incident), _form(edited))
    row.refresh_from_db()
    assert (row.text, row.edited_by) == ("Our fault.", "view_dashboard-change_monitori")
    assert row.at == START
    event = AuditEvent.objects.get(action="edit incident update")
    assert event.detail["before"] == "identified: Their fault."


@pytest.mark.parametrize(
    ("fields", "update", "message"),
    [
        ({"title": ""}, {}, "This field is required."),
        ({"started_at_0": "2999-01-01"}, {}, "This lies in the future."),
        ({"impact": "maintenance"}, {}, "Select a valid choice"),
        ({"components": ["999"]}, {}, "Select a valid choice"),
        ({}, {"text": "x" * 10_001}, "at most 10000 characters"),
        ({}, {"text": "x", "at_0": "2999-01-01", "at_1": "00:00"}, "in the future"),
        ({}, {"text": "x", "phase": "over"}, "Select a valid choice"),
        ({"postmortem": "x" * 10_001}, {}, "at most 10000 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_input_is_refused_with_a_message_and_nothing_is_stored(
    editor: Client, fields: dict[str, Any], update: dict[str, str], message: str
) -> None:
    """Acceptance 9"""
    updates = [{"phase": "investigating", **update}] if update else []
    answer = editor.post(ADD, _form(*updates, **fields))
    assert answer.status_code == 200
    assert message in answer.content.decode().replace("&#x27;", "'")
    assert not Incident.objects.exists()


def test_a_viewer_reads_and_changes_nothing(
    viewer: Client, incident: Incident, alert: SystemAlert
) -> None:
    """A41"""
    assert viewer.get(LIST).status_code == 200
    page = viewer.get(_change(incident))
    assert page.status_code == 200
    assert 'name="_publish"' not in page.content.decode()
    assert viewer.get(ADD).status_code == 403
    assert viewer.post(_change(incident), _form(_publish="1")).status_code == 403
    assert viewer.get(f"{LIST}{incident.pk}/preview/").status_code == 200
    assert viewer.post(f"{LIST}{incident.pk}/delete/").status_code == 403
    incident.refresh_from_db()
    assert not incident.is_published


def test_a_preview_is_what_visitors_would_read_and_runs_nothing(
    viewer: Client, incident: Incident
) -> None:
    """A27"""
    Incident.objects.update(title="<script>alert(1)</script>")
    words = "**Bold** <script>alert(1)</script>"
    store.add_update(incident, Phase.IDENTIFIED, words, "ann", START)
    page = viewer.get(f"{LIST}{incident.pk}/preview/").content.decode()
    assert "<strong>Bold</strong>" in page
    assert "<script>alert(1)" not in page


def test_drafts_are_deleted_and_published_ones_are_not(
    editor: Client, incident: Incident
) -> None:
    store.publish(incident, START)
    assert editor.post(f"{LIST}{incident.pk}/delete/").status_code == 403
    store.withdraw(incident)
    editor.post(f"{LIST}{incident.pk}/delete/", {"post": "yes"})
    assert not Incident.objects.exists()
    assert AuditEvent.objects.filter(action="delete incident draft").exists()


def test_the_timeline_shows_alerts_measurements_and_words(
    editor: Client, incident: Incident, alert: SystemAlert
) -> None:
    """X20"""
    from pulseboard.core.status import Status
    from pulseboard.history.store import note_confirmed
    from pulseboard.incidents.store.drafting import link

    note_confirmed("smtp", Status.HEALTHY, START - timedelta(hours=2))
    note_confirmed("smtp", Status.CRITICAL, START - timedelta(minutes=1))
    SystemAlert.objects.update(
        created_at=START,
        began_at=START - timedelta(minutes=1),
        acknowledged_at=START,
        acknowledged_by="bob",
    )
    alert.refresh_from_db()
    link(incident, alert)
    store.add_update(incident, Phase.IDENTIFIED, "A key.", "ann", START)
    events = store.timeline(incident, START + timedelta(hours=1))
    told = [(event.what, event.who) for event in events]
    assert told == [
        ("smtp: healthy", ""),
        ("smtp: critical", ""),
        ("Alert: SMTP (critical), trouble since 11:59:00 UTC", ""),
        ("Acknowledged: SMTP", "bob"),
        ("Identified: A key.", "ann"),
    ]
    assert "smtp: critical" in editor.get(_change(incident)).content.decode()


def test_addresses_are_masked_for_all_but_admins(
    viewer: Client, admin_client: Client
) -> None:
    listed = "/admin/pulseboard/subscriber/"
    row = _subscriber()
    for path in (listed, f"{listed}{row.pk}/change/"):
        assert "anna@example.org" not in viewer.get(path).content.decode()
        assert "an•••@e•••.org" in viewer.get(path).content.decode()
        assert "anna@example.org" in admin_client.get(path).content.decode()
    assert row.key.hex not in viewer.get(f"{listed}{row.pk}/change/").content.decode()
    found = viewer.get(f"{listed}?q=nobody").content.decode()
    assert "an•••@e•••.org" in found  # there is nothing to search by


def test_admins_delete_a_person_without_a_trace(
    viewer: Client, admin_client: Client
) -> None:
    row = _subscriber()
    path = f"/admin/pulseboard/subscriber/{row.pk}/delete/"
    assert viewer.post(path, {"post": "yes"}).status_code == 403
    admin_client.post(path, {"post": "yes"})
    assert not Subscriber.objects.exists()
    event = AuditEvent.objects.get(action="delete subscriber")
    assert "anna" not in event.target
    assert "anna" not in str(list(LogEntry.objects.values()))


@pytest.mark.parametrize("field", ["title", "text"])
def test_a_template_refuses_unknown_placeholders(editor: Client, field: str) -> None:
    """A20"""
    form = {"name": "n", "title": "t", "text": "x", "impact": "degraded"}
    form[field] = "{0.__class__}"
    answer = editor.post("/admin/pulseboard/incidenttemplate/add/", form)
    assert "Unknown placeholder" in answer.content.decode()
    assert not IncidentTemplate.objects.exists()


def _subscriber() -> Subscriber:
    now = datetime.now(UTC) - timedelta(days=1)
    return Subscriber.objects.create(
        address="anna@example.org", digest="d", created_at=now, confirmed_at=now
    )


def test_the_buttons_are_there_when_they_mean_something(
    editor: Client, incident: Incident
) -> None:
    def buttons() -> set[str]:
        page = editor.get(_change(incident)).content.decode()
        names = ("_publish", "_resolve", "_withdraw")
        return {name for name in names if f'name="{name}"' in page}

    assert buttons() == {"_publish", "_resolve"}
    store.publish(incident, START)
    assert buttons() == {"_resolve", "_withdraw"}
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", START)
    assert buttons() == {"_withdraw"}

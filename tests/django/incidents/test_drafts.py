"""Alerts become drafts, inside the alert's transaction. S16, X20, acceptance 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from pulseboard.alerts import store as alerts
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.outcome import critical, healthy, warning
from pulseboard.core.status import Status
from pulseboard.incidents import store
from pulseboard.incidents.models import Incident, IncidentAlert
from pulseboard.incidents.store.drafting import prefilled
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component, Monitor
from pulseboard.monitors.store import Change

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUTCOMES = {
    Status.CRITICAL: critical("refuses connections on 10.0.0.7"),
    Status.WARNING: warning("slow"),
    Status.HEALTHY: healthy("answers"),
}
Happen = Callable[..., None]


@pytest.fixture
def happen() -> Happen:
    """Confirm a status of a monitor, so many minutes after the start."""

    def happen(monitor: str, status: Status, minutes: float) -> None:
        at = START + timedelta(minutes=minutes)
        Monitor.objects.filter(name=monitor).update(confirmed=status.value)
        change = Change(
            monitor=monitor,
            title=monitor.title(),
            before=Status.UNKNOWN,
            after=status,
            since=at - timedelta(minutes=1),
            at=at,
            outcome=OUTCOMES[status],
        )
        with transaction.atomic():
            alerts.apply([change])

    return happen


def _component(slug: str, *monitors: str, public: bool = True) -> Component:
    row = Component.objects.create(
        slug=slug, name=slug.replace("-", " ").capitalize(), is_public=public
    )
    for name in monitors:
        monitor, _ = Monitor.objects.get_or_create(
            name=name, defaults={"title": name, "confirmed": "healthy"}
        )
        row.monitors.add(monitor)
    return row


def test_an_alert_of_a_public_component_drafts_what_is_known(happen: Happen) -> None:
    """S16"""
    mail = _component("email-delivery", "smtp")
    happen("smtp", Status.CRITICAL, 0)

    draft = Incident.objects.get()
    assert not draft.is_published
    assert (draft.title, draft.impact) == ("Email delivery is down", "major_outage")
    assert draft.started_at == START - timedelta(minutes=1)
    assert list(draft.components.all()) == [mail]
    assert (
        draft.updates.get().text == "We are looking into a problem with Email delivery."
    )
    assert draft.alerts.get().alert_id == SystemAlert.objects.get().pk
    assert store.stories(["email-delivery"], START - timedelta(days=1)) == []


@pytest.mark.parametrize("public", [False, None], ids=["private", "no component"])
def test_an_alert_that_the_public_cannot_see_drafts_nothing(
    happen: Happen, public: bool | None
) -> None:
    Monitor.objects.create(name="smtp", title="smtp")
    if public is not None:
        _component("mail", "smtp", public=public)
    happen("smtp", Status.CRITICAL, 0)
    assert SystemAlert.objects.exists()
    assert not Incident.objects.exists()


def test_one_alert_drafts_once_whatever_repeats_it(happen: Happen) -> None:
    _component("mail", "smtp")
    happen("smtp", Status.CRITICAL, 0)
    happen("smtp", Status.CRITICAL, 1)
    alerts.remind(START + timedelta(hours=5), timedelta(hours=1))
    assert Incident.objects.count() == IncidentAlert.objects.count() == 1


@pytest.mark.parametrize(("minutes", "drafts"), [(9, 1), (11, 2)])
def test_alerts_of_one_component_within_ten_minutes_are_one_draft(
    happen: Happen, minutes: float, drafts: int
) -> None:
    _component("mail", "smtp", "imap")
    happen("smtp", Status.CRITICAL, 0)
    assert Incident.objects.get().title == "Mail is failing"
    happen("imap", Status.CRITICAL, minutes)
    assert Incident.objects.count() == drafts
    if drafts == 1:
        joined = Incident.objects.get()
        assert (joined.title, joined.impact) == ("Mail is down", "major_outage")
        assert joined.alerts.count() == 2


def test_a_joining_alert_brings_its_component(happen: Happen) -> None:
    _component("mail", "smtp", "database")
    _component("search", "database")
    happen("smtp", Status.CRITICAL, 0)
    happen("database", Status.CRITICAL, 1)
    draft = Incident.objects.get()
    assert {each.slug for each in draft.components.all()} == {"mail", "search"}
    assert draft.title == "Mail and Search are down"


def test_a_title_that_a_person_wrote_stays(happen: Happen) -> None:
    _component("mail", "smtp", "imap")
    happen("smtp", Status.CRITICAL, 0)
    Incident.objects.update(title="Our provider is on fire")
    happen("imap", Status.CRITICAL, 1)
    assert Incident.objects.get().title == "Our provider is on fire"


def test_a_draft_nobody_published_is_put_away_when_it_recovers(happen: Happen) -> None:
    _component("mail", "smtp")
    happen("smtp", Status.CRITICAL, 0)
    happen("smtp", Status.HEALTHY, 7)
    draft = Incident.objects.get()
    recovered_at = START + timedelta(minutes=7)
    assert draft.recovered_at == draft.resolved_at == recovered_at
    assert (draft.phase, draft.response) == ("resolved", "done")
    assert not draft.is_published


def test_it_is_over_when_the_last_alert_is(happen: Happen) -> None:
    _component("mail", "smtp", "imap")
    happen("smtp", Status.CRITICAL, 0)
    happen("imap", Status.CRITICAL, 1)
    happen("smtp", Status.HEALTHY, 2)
    assert Incident.objects.get().recovered_at is None
    happen("imap", Status.HEALTHY, 3)
    assert Incident.objects.get().recovered_at == START + timedelta(minutes=3)


def test_trouble_that_comes_back_opens_the_same_draft(happen: Happen) -> None:
    _component("mail", "smtp")
    for minute in range(0, 16, 4):
        happen("smtp", Status.CRITICAL, minute)
        happen("smtp", Status.HEALTHY, minute + 2)
    happen("smtp", Status.CRITICAL, 18)
    draft = Incident.objects.get()
    assert (draft.phase, draft.resolved_at, draft.response) == (
        "investigating",
        None,
        "open",
    )
    assert draft.recovered_at is None
    assert draft.alerts.count() == 5


def test_what_a_person_published_is_left_to_people(happen: Happen) -> None:
    _component("mail", "smtp", "imap")
    happen("smtp", Status.WARNING, 0)
    incident = Incident.objects.get()
    store.publish(incident, START)
    happen("imap", Status.CRITICAL, 60)
    incident.refresh_from_db()
    assert (incident.impact, incident.alerts.count()) == ("degraded", 2)
    happen("smtp", Status.HEALTHY, 61)
    happen("imap", Status.HEALTHY, 62)
    incident.refresh_from_db()
    assert incident.recovered_at == START + timedelta(minutes=62)
    assert incident.resolved_at is None
    assert Incident.objects.count() == 1


def test_a_draft_follows_the_severity_of_its_alert(happen: Happen) -> None:
    _component("mail", "smtp")
    happen("smtp", Status.WARNING, 0)
    assert Incident.objects.get().title == "Mail is degraded"
    happen("smtp", Status.CRITICAL, 1)
    draft = Incident.objects.get()
    assert (draft.title, draft.impact) == ("Mail is down", "major_outage")


def test_a_draft_stands_or_falls_with_its_alert(happen: Happen) -> None:
    """Promise 1"""
    _component("mail", "smtp")

    class Stop(Exception):
        pass

    def alert_and_crash() -> None:
        with transaction.atomic():
            happen("smtp", Status.CRITICAL, 0)
            raise Stop

    with pytest.raises(Stop):
        alert_and_crash()
    assert not SystemAlert.objects.exists()
    assert not Incident.objects.exists()


def test_a_draft_that_fails_costs_no_alert(happen: Happen, monkeypatch: Any) -> None:
    """Promise 10: the alert matters more."""
    _component("mail", "smtp")
    monkeypatch.setattr("pulseboard.incidents.store.drafting.link", lambda *_: 1 / 0)
    happen("smtp", Status.CRITICAL, 0)
    assert SystemAlert.objects.exists()
    assert not Incident.objects.exists()


def test_a_rule_publishes_and_resolves_what_nobody_looked_at(happen: Happen) -> None:
    """S16: published by a person or by rule."""
    _component("mail", "smtp")
    happen("smtp", Status.CRITICAL, 0)
    five = timedelta(minutes=5)
    assert store.publish_due(None, START + timedelta(days=1)) == 0
    assert store.publish_due(five, START + timedelta(minutes=4)) == 0
    assert store.publish_due(five, START + timedelta(minutes=5)) == 1
    assert store.publish_due(five, START + timedelta(minutes=6)) == 0
    story = store.stories(["mail"], START)[0]
    assert (story.phase, story.title) == (Phase.INVESTIGATING, "Mail is down")
    happen("smtp", Status.HEALTHY, 20)
    story = store.stories(["mail"], START)[0]
    assert story.resolved_at == START + timedelta(minutes=20)


def test_the_rule_leaves_what_somebody_answers_for(happen: Happen) -> None:
    _component("mail", "smtp")
    happen("smtp", Status.CRITICAL, 0)
    Incident.objects.update(response="acknowledged")
    assert store.publish_due(timedelta(minutes=5), START + timedelta(hours=1)) == 0


def test_an_incident_by_hand_begins_from_an_alert(happen: Happen) -> None:
    """ux.md 12: from an alert, one click pre-fills it."""
    Monitor.objects.create(name="smtp", title="smtp")
    happen("smtp", Status.CRITICAL, 0)
    mail = _component("mail", "smtp")
    components, impact, title, words = prefilled(SystemAlert.objects.get())
    assert components == [mail]
    assert (impact.value, title) == ("major_outage", "Mail is down")
    assert "10.0.0.7" not in words

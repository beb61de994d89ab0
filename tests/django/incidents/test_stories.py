"""What the public may read of incidents. S13, S16, A42, acceptance 7."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from pulseboard.incidents import store
from pulseboard.incidents.models import Incident, IncidentTemplate, IncidentUpdate
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component
from pulseboard.monitors.public_status import PublicStatus

from .conftest import START

pytestmark = pytest.mark.django_db

SLUGS = ["email", "search"]
LONG_AGO = START - timedelta(days=90)


def _minutes(count: float) -> Any:
    return START + timedelta(minutes=count)


def test_a_story_is_what_people_wrote_newest_first(incident: Incident) -> None:
    store.add_update(incident, Phase.INVESTIGATING, "We *look*.", "ann", _minutes(1))
    store.add_update(incident, Phase.IDENTIFIED, "A key.", "ann", _minutes(2))
    store.publish(incident, _minutes(3))
    story = store.stories(SLUGS, LONG_AGO)[0]
    assert story.key == str(incident.key)
    assert story.impact is PublicStatus.PARTIAL_OUTAGE
    assert story.phase is Phase.IDENTIFIED
    assert story.components == ("email",)
    assert [note.text for note in story.notes] == ["A key.", "We *look*."]
    assert story.notes[1].html == "<p>We <em>look</em>.</p>"
    assert store.story_of(story.key, SLUGS) == story


def test_a_draft_is_no_story(incident: Incident) -> None:
    assert store.stories(SLUGS, LONG_AGO) == []
    assert store.story_of(str(incident.key), SLUGS) is None


def test_a_private_component_leaves_no_trace(
    incident: Incident, email: Component
) -> None:
    """Acceptance 7"""
    secret = Component.objects.create(slug="secret", name="Secret")
    incident.components.add(secret)
    store.publish(incident, START)
    assert store.stories(["email"], LONG_AGO)[0].components == ("email",)
    incident.components.set([secret])
    assert store.stories(SLUGS, LONG_AGO) == []
    assert store.story_of(str(incident.key), SLUGS) is None


def test_what_affects_everything_is_on_every_page(incident: Incident) -> None:
    incident.components.clear()
    Incident.objects.update(affects_everything=True)
    store.publish(incident, START)
    assert store.stories(["search"], LONG_AGO)[0].components == ()


def test_active_ones_stay_whatever_their_age_and_old_ones_go(
    incident: Incident,
) -> None:
    """ux.md 16"""
    store.publish(incident, START)
    later = START + timedelta(days=400)
    assert len(store.stories(SLUGS, later)) == 1
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", _minutes(5))
    assert len(store.stories(SLUGS, _minutes(5))) == 1
    assert store.stories(SLUGS, _minutes(6)) == []


@pytest.mark.parametrize("key", ["", "7", "x" * 300, "../../etc", "00000000-0000-0000"])
def test_a_key_that_is_none_finds_nothing(incident: Incident, key: str) -> None:
    """A42: keys are no database numbers."""
    store.publish(incident, START)
    assert store.story_of(key, SLUGS) is None
    assert store.story_of(str(incident.pk), SLUGS) is None


def test_stories_cost_few_queries_whatever_their_number(
    incident: Incident, email: Component, django_assert_max_num_queries: Any
) -> None:
    store.publish(incident, START)
    for number in range(20):
        row = Incident(title=f"n{number}", started_at=START, impact="degraded")
        store.begin(row, [email], "ann", START)
        store.add_update(row, Phase.RESOLVED, "Over.", "ann", _minutes(1))
        store.publish(row, START)
    with django_assert_max_num_queries(6):
        assert len(store.stories(SLUGS, LONG_AGO)) == 21


def test_resolving_sets_the_end_and_reopening_clears_it(incident: Incident) -> None:
    """S16"""
    store.publish(incident, START)
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", _minutes(9))
    assert store.stories(SLUGS, LONG_AGO)[0].resolved_at == _minutes(9)
    store.add_update(incident, Phase.MONITORING, "Not yet.", "ann", _minutes(12))
    story = store.stories(SLUGS, LONG_AGO)[0]
    assert (story.phase, story.resolved_at) == (Phase.MONITORING, None)


def test_response_and_phase_are_two_axes(incident: Incident) -> None:
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", _minutes(9))
    assert incident.response == "open"
    incident.response = "done"
    store.amend(incident, _minutes(10))
    store.add_update(incident, Phase.MONITORING, "Hm.", "ann", _minutes(11))
    incident.refresh_from_db()
    assert (incident.response, incident.phase) == ("done", "monitoring")


def test_an_old_word_told_late_does_not_change_where_it_stands(
    incident: Incident,
) -> None:
    store.add_update(incident, Phase.MONITORING, "Watching.", "ann", _minutes(9))
    store.add_update(
        incident, Phase.IDENTIFIED, "A key.", "ann", _minutes(10), at=_minutes(5)
    )
    assert incident.phase == "monitoring"


@pytest.mark.parametrize(
    ("text", "at", "field"),
    [
        ("", None, "text"),
        ("   ", None, "text"),
        ("x" * 10_001, None, "text"),
        ("Over.", START + timedelta(hours=2), "at"),
    ],
    ids=["empty", "blank", "too long", "in the future"],
)
def test_a_bad_update_is_refused_and_nothing_is_stored(
    incident: Incident, text: str, at: Any, field: str
) -> None:
    """Acceptance 9"""
    with pytest.raises(ValidationError) as refused:
        store.add_update(incident, Phase.RESOLVED, text, "ann", _minutes(60), at=at)
    assert field in refused.value.message_dict
    assert not IncidentUpdate.objects.exists()
    incident.refresh_from_db()
    assert incident.resolved_at is None


def test_it_cannot_end_before_it_began(incident: Incident) -> None:
    before = START - timedelta(hours=1)
    with pytest.raises(ValidationError):
        store.add_update(incident, Phase.RESOLVED, "Over.", "ann", START, at=before)
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", _minutes(5))
    incident.started_at = _minutes(6)
    with pytest.raises(ValidationError):
        store.amend(incident, _minutes(60))


def test_an_incident_in_the_future_is_refused(email: Component) -> None:
    """Acceptance 9"""
    row = Incident(title="Soon", impact="degraded", started_at=_minutes(60))
    with pytest.raises(ValidationError) as refused:
        store.begin(row, [email], "ann", START)
    assert "started_at" in refused.value.message_dict
    assert not Incident.objects.exists()


def test_a_title_is_one_line(email: Component) -> None:
    """A31"""
    row = Incident(title="Mail\r\nBcc: x", impact="degraded", started_at=START)
    store.begin(row, [email], "ann", START)
    assert row.title == "Mail Bcc: x"


def test_an_edit_is_noted_and_returns_what_was_said(incident: Incident) -> None:
    update = store.add_update(incident, Phase.RESOLVED, "Over.", "ann", _minutes(1))
    said = store.edit_update(update, Phase.MONITORING, "Hm.", "bob", _minutes(2))
    assert said == "resolved: Over."
    update.refresh_from_db()
    assert (update.author, update.edited_by, update.edited_at) == (
        "ann",
        "bob",
        _minutes(2),
    )
    assert incident.updates.get().phase == "monitoring"
    assert Incident.objects.get().resolved_at is None


def test_it_is_published_once_and_can_be_taken_off(incident: Incident) -> None:
    assert store.publish(incident, START)
    assert not store.publish(incident, _minutes(1))
    assert incident.published_at == START
    assert store.withdraw(incident)
    assert not store.withdraw(incident)
    assert store.stories(SLUGS, LONG_AGO) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"phase": "resolved"},
        {"resolved_at": START},
        {"is_published": True},
        {"impact": "catastrophic"},
    ],
    ids=str,
)
def test_the_database_refuses_what_contradicts_itself(
    incident: Incident, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.update(**wrong)


@pytest.mark.parametrize("field", ["title", "text"])
@pytest.mark.parametrize("text", ["{0.__class__}", "{component.name}", "{nobody}"])
def test_a_template_with_an_unknown_placeholder_is_refused(
    field: str, text: str
) -> None:
    """A20"""
    row = IncidentTemplate(name="n", title="t", text="x", **{})
    setattr(row, field, text)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {field}

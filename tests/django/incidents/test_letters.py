"""Subscribers are told, once each. X18, A31, F60, promise 1."""

from __future__ import annotations

import email as emails
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from pulseboard.access.models import ApiToken
from pulseboard.core.roles import Role
from pulseboard.incidents import store
from pulseboard.incidents.models import Announcement, Incident, Subscriber
from pulseboard.incidents.store import announcing, plans
from pulseboard.incidents.story import Phase
from pulseboard.maintenance import store as maintenance
from pulseboard.maintenance.models import Maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.models import Component, Monitor
from pulseboard.notifiers import store as outbox
from pulseboard.notifiers.models import Notification
from pulseboard.statuspage.models import StatusPage

from .conftest import START, links_in

pytestmark = pytest.mark.django_db

Delivered = Callable[[], list[Any]]
BEFORE = START - timedelta(days=9)


def _subscriber(address: str, *slugs: str, **fields: Any) -> Subscriber:
    row = Subscriber.objects.create(
        address=address,
        digest=address,
        all_components=not slugs,
        **{"created_at": BEFORE, "confirmed_at": BEFORE} | fields,
    )
    row.components.set(Component.objects.filter(slug__in=slugs))
    return row


def _to(letters: list[Any]) -> list[str]:
    return sorted(letter.to[0] for letter in letters)


def test_publishing_each_update_and_the_end_are_one_thread(
    incident: Incident, delivered: Delivered
) -> None:
    """X18"""
    _subscriber("anna@example.org")
    store.add_update(incident, Phase.INVESTIGATING, "We look.", "ann", START)
    store.publish(incident, START + timedelta(minutes=5), notify=True)
    for phase, text, minutes in [
        (Phase.IDENTIFIED, "A **key** was rejected.", 60),
        (Phase.RESOLVED, "A new key.", 151),
    ]:
        at = START + timedelta(minutes=minutes)
        store.add_update(incident, phase, text, "ann", at, notify=True)
    first, second, third = delivered()
    assert [each.subject for each in (first, second, third)] == [
        "[Acme] Partial outage: Email delivery is failing",
        "[Acme] Identified: Email delivery is failing",
        "[Acme] Resolved: Email delivery is failing, after 2 h 31 min",
    ]
    root = first.extra_headers["Message-ID"]
    assert [each.extra_headers["In-Reply-To"] for each in (second, third)] == [root] * 2
    assert "<-> Partial outage" in first.body
    assert "Email delivery is failing. Affected: Email delivery." in first.body
    assert "We look." in first.body
    assert "<strong>key</strong>" in second.alternatives[0].content
    assert "(v) Resolved" in third.body


def test_text_and_html_say_the_same(incident: Incident, delivered: Delivered) -> None:
    """ux.md 13: order, plain-text twin, zone and UTC."""
    _subscriber("anna@example.org")
    Incident.objects.update(next_update_at=START + timedelta(hours=3))
    incident.refresh_from_db()
    store.add_update(incident, Phase.INVESTIGATING, "We look.", "ann", START)
    store.publish(incident, START, notify=True)
    letter = delivered()[0]
    html = letter.alternatives[0].content
    pieces = [
        "Partial outage",
        "Affected: Email delivery.",
        "We look.",
        "Phase: Investigating",
        "Began: Sat 22 Nov 2025, 06:00 America/Chicago (12:00 UTC)",
        "Next update by: Sat 22 Nov 2025, 09:00 America/Chicago (15:00 UTC)",
        "Unsubscribe",
        "You get this because you subscribed to the status of Acme.",
    ]
    for text in (letter.body, html):
        places = [text.index(piece) for piece in pieces]
        assert places == sorted(places)
    assert list(links_in(letter)) == ["View", "Choose services", "Unsubscribe"]
    assert f"/incidents/{incident.key}" in letter.body
    assert 'lang="en' in html
    assert "<img" not in html


def test_only_confirmed_people_who_chose_its_services_are_told(
    incident: Incident, search: Component, delivered: Delivered
) -> None:
    """X18: per service."""
    _subscriber("all@example.org")
    _subscriber("email@example.org", "email")
    _subscriber("both@example.org", "email", "search")
    _subscriber("search@example.org", "search")
    _subscriber("unconfirmed@example.org", confirmed_at=None)
    _subscriber("bounced@example.org", bounced_at=BEFORE)
    assert store.audience(incident) == 3
    store.publish(incident, START, notify=True)
    assert _to(delivered()) == [
        "all@example.org",
        "both@example.org",
        "email@example.org",
    ]


def test_nobody_is_told_unless_asked(incident: Incident, delivered: Delivered) -> None:
    """ux.md 12: off by default."""
    _subscriber("anna@example.org")
    store.publish(incident, START)
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", START)
    assert delivered() == []


def test_a_draft_and_a_private_incident_tell_nobody(
    incident: Incident, delivered: Delivered
) -> None:
    """Acceptance 7"""
    _subscriber("anna@example.org")
    store.add_update(incident, Phase.IDENTIFIED, "A key.", "ann", START, notify=True)
    Component.objects.update(is_public=False)
    assert store.audience(incident) == 0
    store.publish(incident, START, notify=True)
    assert delivered() == []


def test_a_private_name_is_in_no_letter(
    incident: Incident, delivered: Delivered
) -> None:
    """Acceptance 7"""
    _subscriber("anna@example.org")
    incident.components.add(Component.objects.create(slug="s", name="Secret project"))
    store.publish(incident, START, notify=True)
    letter = delivered()[0]
    assert "Secret project" not in letter.body + letter.alternatives[0].content
    assert "Secret project" not in str(list(Announcement.objects.values()))


def test_a_letter_stands_or_falls_with_what_it_tells(
    incident: Incident, monkeypatch: Any
) -> None:
    """Promise 1"""
    _subscriber("anna@example.org")
    monkeypatch.setattr(announcing.outbox, "post", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.publish(incident, START, notify=True)
    incident.refresh_from_db()
    assert not incident.is_published
    assert not Announcement.objects.exists()


def test_many_are_reached_in_turns_and_nobody_twice(
    incident: Incident, monkeypatch: Any
) -> None:
    """Promise 1: a crash between two turns loses and doubles nothing."""
    monkeypatch.setattr(announcing, "AT_ONCE", 3)
    monkeypatch.setattr(announcing, "BATCH", 2)
    for number in range(10):
        _subscriber(f"{number}@example.org")
    store.publish(incident, START, notify=True)
    assert Notification.objects.count() == 3
    left = Subscriber.objects.get(address="7@example.org")
    store.unsubscribe(left, START)
    _subscriber("late@example.org", confirmed_at=START + timedelta(minutes=1))
    assert store.fan_out(START, limit=4) == 4
    row = Announcement.objects.get()
    Announcement.objects.update(reached=0)  # as if the mark had been lost
    assert store.fan_out(START) == 9
    assert store.fan_out(START) == 0
    row.refresh_from_db()
    assert row.finished_at == START
    addressees = Notification.objects.values_list("addressee", flat=True)
    assert len(addressees) == len(set(addressees)) == 9


def test_who_leaves_before_it_is_sent_gets_nothing(
    incident: Incident, delivered: Delivered
) -> None:
    row = _subscriber("anna@example.org")
    store.publish(incident, START, notify=True)
    Subscriber.objects.filter(pk=row.pk).update(confirmed_at=None)
    assert delivered() == []
    assert not Notification.objects.exists()


def test_an_address_that_its_server_refuses_is_not_written_to_again(
    incident: Incident, settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    _subscriber("gone@example.org")
    _subscriber("here@example.org")
    store.publish(incident, START, notify=True)
    for second in range(0, 60, 10):
        now = START + timedelta(seconds=second)
        outbox.deliver("test", lambda now=now: now)
    assert [each.to for each in mail.outbox] == [["here@example.org"]]
    store.purge(START + timedelta(minutes=10))
    row = Subscriber.objects.get(address="gone@example.org")
    assert row.bounced_at is not None
    assert outbox.waiting(START)["outbox_dead"] == 0
    assert store.audience(incident) == 1


def test_alerts_leave_before_letters(incident: Incident) -> None:
    """F59: a long mailing holds up no alert."""
    _subscriber("anna@example.org")
    store.publish(incident, START, notify=True)
    Notification.objects.create(
        key="alert",
        channel="E-mail",
        thread="alert-1",
        transition="open",
        subject="Critical: Cache",
        body="",
        severity="critical",
        created_at=START,
        due_at=START,
    )
    row = outbox.next_of(START, set())
    assert row is not None
    assert row.key == "alert"


def test_no_header_can_be_injected(email: Component, delivered: Delivered) -> None:
    """A31"""
    _subscriber("anna@example.org")
    Component.objects.update(name="Mail\r\nBcc: evil@example.org")
    row = Incident(
        title="Down\r\nBcc: evil@example.org\r\n\r\n.\r\n",
        impact="major_outage",
        started_at=START,
    )
    store.begin(row, [email], "ann", START)
    store.add_update(row, Phase.IDENTIFIED, "x\r\n.\r\nBcc: y", "ann", START)
    store.publish(row, START, notify=True)
    raw = delivered()[0].message().as_bytes()
    parsed = emails.message_from_bytes(raw)
    assert parsed["Bcc"] is None
    assert "\n" not in parsed["Subject"].replace("\n ", "")


def test_without_a_public_address_nothing_waits(
    incident: Incident, settings: Any
) -> None:
    _subscriber("anna@example.org")
    settings.PULSEBOARD = {"SERVICE_NAME": "Acme"}
    store.publish(incident, START, notify=True)
    assert not Notification.objects.exists()


@pytest.fixture
def window(monkeypatch: Any, email: Component) -> Callable[..., None]:
    """Plan one window, as the room of maintenance tells it."""

    def plan(**fields: Any) -> None:
        values = {
            "key": "db-1",
            "title": "Database upgrade",
            "description": "A short break.",
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "zone": "Europe/Madrid",
            "components": frozenset({"email"}),
        }
        found = Occurrence(**values | fields)

        def occurrences(
            start: datetime, end: datetime, *, cancelled: bool
        ) -> list[Occurrence]:
            overlaps = found.starts_at < end and found.ends_at > start
            return [found] if overlaps else []

        monkeypatch.setattr(plans.maintenance, "occurrences", occurrences)

    return plan


def test_a_plan_is_told_a_day_ahead_at_its_start_and_its_end(
    window: Callable[..., None], delivered: Delivered
) -> None:
    """X18"""
    _subscriber("anna@example.org")
    window()
    told = []
    for minutes in range(-26 * 60, 3 * 60, 10):
        now = START + timedelta(minutes=minutes)
        store.announce_maintenance(now)
        told += [(minutes, letter.subject) for letter in delivered()]
    assert told == [
        (
            -24 * 60 + 10,
            "[Acme] Maintenance from Sat 22 Nov 2025, 13:00 Europe/Madrid (12:00 UTC): "
            "Database upgrade",
        ),
        (0, "[Acme] Maintenance has begun: Database upgrade"),
        (60, "[Acme] Maintenance is over: Database upgrade"),
    ]


def test_a_plan_that_the_public_does_not_see_is_told_to_nobody(
    window: Callable[..., None], delivered: Delivered
) -> None:
    _subscriber("anna@example.org")
    for hidden in ({"shows": False}, {"components": frozenset({"secret"})}):
        window(**hidden)
        store.announce_maintenance(START)
    assert delivered() == []


def test_the_end_of_what_nobody_heard_of_is_no_news(
    window: Callable[..., None], delivered: Delivered
) -> None:
    _subscriber("anna@example.org")
    window()
    store.announce_maintenance(START + timedelta(hours=2))
    assert delivered() == []


def test_a_plan_for_a_monitor_is_told_to_those_of_its_component(
    window: Callable[..., None], email: Component, delivered: Delivered
) -> None:
    monitor = Monitor.objects.create(name="smtp", title="SMTP internal-host")
    email.monitors.add(monitor)
    _subscriber("anna@example.org", "email")
    window(components=frozenset(), monitors=frozenset({"smtp"}))
    store.announce_maintenance(START)
    letter = delivered()[0]
    assert "Affected: Email delivery." in letter.body
    assert "internal-host" not in letter.body


def test_a_component_of_which_one_part_is_planned_is_not_named(
    window: Callable[..., None], email: Component, delivered: Delivered
) -> None:
    """X18: as on the page, which does not tell of it either"""
    for name in ("smtp", "imap"):
        email.monitors.add(Monitor.objects.create(name=name, title=name))
    _subscriber("anna@example.org")
    window(components=frozenset(), monitors=frozenset({"smtp"}))
    store.announce_maintenance(START)
    assert delivered() == []
    window(components=frozenset(), monitors=frozenset({"smtp", "imap"}))
    store.announce_maintenance(START)
    assert "Affected: Email delivery." in delivered()[0].body


class RefusingBackend:
    """A mail server that does not know ``gone@…``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def send_messages(self, letters: list[Any]) -> int:
        import smtplib

        for letter in letters:
            if letter.to[0].startswith("gone"):
                refused = {letter.to[0]: (550, b"5.1.1 unknown")}
                raise smtplib.SMTPRecipientsRefused(refused)
            mail.outbox.append(letter)
        return len(letters)


def test_a_real_plan_reaches_subscribers(
    email: Component, delivered: Delivered, client: Any
) -> None:
    """X18, with the room of maintenance itself."""
    _, token = ApiToken.issue(name="plan", role=Role.EDITOR, now=START)
    now = datetime.now(UTC)
    body = {
        "title": "Database upgrade",
        "zone": "Europe/Madrid",
        "starts_at": (now + timedelta(hours=3)).isoformat(),
        "ends_at": (now + timedelta(hours=4)).isoformat(),
        "components": ["email"],
    }
    answer = client.post(
        "/health/api/maintenance",
        body,
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content
    _subscriber("anna@example.org", "email")
    _subscriber("other@example.org", confirmed_at=None)
    for hours in (0, 0.5, 3.5, 4.5):
        store.announce_maintenance(now + timedelta(hours=hours))
    subjects = [letter.subject for letter in delivered()]
    words = ("from", "has begun", "is over")
    assert len(subjects) == len(words)
    for subject, word in zip(subjects, words, strict=True):
        assert subject.startswith(f"[Acme] Maintenance {word}")


@pytest.fixture
def planned(client: Any, email: Component) -> Callable[..., Any]:
    """Plan a window by the API, three hours ahead; answer calls about it."""
    _, token = ApiToken.issue(name="plan", role=Role.EDITOR, now=START)
    headers = {"authorization": f"Bearer {token}"}
    now = datetime.now(UTC)

    def call(method: str, path: str = "", **body: Any) -> Any:
        answer = getattr(client, method)(
            f"/health/api/maintenance{path}",
            body,
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code in (200, 201, 204), answer.content
        return answer.json() if answer.content else None

    call.made = call(  # type: ignore[attr-defined]
        "post",
        title="Database upgrade",
        zone="Europe/Madrid",
        starts_at=(now + timedelta(hours=3)).isoformat(),
        ends_at=(now + timedelta(hours=4)).isoformat(),
        components=["email"],
    )
    call.now = now  # type: ignore[attr-defined]
    return call


def _row() -> Maintenance:
    return Maintenance.objects.get()


def _tell(delivered: Delivered, now: datetime) -> list[str]:
    for _ in range(2):  # a second tick has nothing to add
        store.announce_maintenance(now)
    return [letter.subject for letter in delivered()]


def test_a_plan_that_is_moved_after_its_mail_is_told_once_more(
    planned: Any, delivered: Delivered
) -> None:
    """X18: with the time it had before."""
    _subscriber("anna@example.org")
    now = planned.now
    assert len(_tell(delivered, now)) == 1
    row = _row()
    before = row.starts_at
    row.starts_at, row.ends_at = (
        now + timedelta(days=9),
        now + timedelta(days=9, hours=1),
    )
    maintenance.save(row, "ann", now)
    store.announce_maintenance(now)
    (letter,) = delivered()
    assert letter.subject.startswith("[Acme] Maintenance has moved to ")
    madrid = before.astimezone(ZoneInfo("Europe/Madrid"))
    assert f"Before: {madrid:%a} {madrid.day} {madrid:%b %Y, %H:%M}" in letter.body
    assert _tell(delivered, now + timedelta(hours=5)) == []
    (ahead,) = _tell(delivered, now + timedelta(days=8))
    assert ahead.startswith("[Acme] Maintenance from ")
    (began,) = _tell(delivered, now + timedelta(days=9))
    assert began == "[Acme] Maintenance has begun: Database upgrade"


@pytest.mark.parametrize("gone", ["cancelled", "deleted"])
def test_a_plan_that_will_not_be_is_called_off_to_who_heard_of_it(
    planned: Any, delivered: Delivered, gone: str
) -> None:
    """X18"""
    _subscriber("anna@example.org")
    now = planned.now
    assert len(_tell(delivered, now)) == 1
    row = _row()
    if gone == "cancelled":
        maintenance.cancel(row, now)
    else:
        row.delete()
    assert _tell(delivered, now + timedelta(hours=1)) == [
        "[Acme] Maintenance is cancelled: Database upgrade"
    ]
    assert _tell(delivered, now + timedelta(hours=5)) == []


def test_a_plan_nobody_heard_of_is_moved_and_called_off_in_silence(
    planned: Any, delivered: Delivered
) -> None:
    _subscriber("anna@example.org")
    maintenance.cancel(_row(), planned.now)
    assert _tell(delivered, planned.now) == []


def test_one_of_many_that_is_skipped_is_called_off(
    email: Component, delivered: Delivered
) -> None:
    """X18: the others stay."""
    _subscriber("anna@example.org")
    now = datetime.now(UTC)
    row = Maintenance(
        title="Backup",
        kind="rrule",
        rule="FREQ=DAILY",
        zone="UTC",
        first_on=now.date() - timedelta(days=3),
        start_time=(now + timedelta(hours=2)).time().replace(second=0, microsecond=0),
        duration_minutes=30,
        components=["email"],
    )
    row.full_clean()
    maintenance.save(row, "ann", now)
    first = _tell(delivered, now)
    assert len(first) == 1
    maintenance.skip_next(row, "ann", now)
    told = _tell(delivered, now + timedelta(hours=1))
    assert told == ["[Acme] Maintenance is cancelled: Backup"]


def test_times_are_told_in_the_zone_of_the_default_page(
    incident: Incident, delivered: Delivered, planned: Any
) -> None:
    """ux.md 13: as the page tells them."""
    _subscriber("anna@example.org")
    StatusPage.objects.create(slug="default", title="Acme", zone="Asia/Kolkata")
    store.publish(incident, START, notify=True)
    store.announce_maintenance(planned.now)
    about_incident, about_plan = delivered()
    told = "Began: Sat 22 Nov 2025, 17:30 Asia/Kolkata (12:00 UTC)"
    assert told in about_incident.body
    assert "Asia/Kolkata" in about_plan.subject

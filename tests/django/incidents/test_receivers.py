"""Subscribers by webhook and by Slack, at a real receiver. X18, A02, A11, A56."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from tests.support.receiver import TAKEN, Answer, Received, Receiver, echo_of

from pulseboard.access.models import AuditEvent
from pulseboard.incidents import store
from pulseboard.incidents.address import masked, shown
from pulseboard.incidents.models import Asking, Incident, Subscriber
from pulseboard.incidents.store import people
from pulseboard.incidents.store.posts import signing_keys
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component
from pulseboard.notifiers import store as outbox
from pulseboard.notifiers.models import Notification
from pulseboard.notifiers.store import web
from pulseboard.notifiers.webhook import shown_key

from .conftest import START

pytestmark = pytest.mark.django_db

SUBSCRIBE = "/health/status-page/subscribe"
BEFORE = START - timedelta(days=9)
CONFIG = {
    "SERVICE_NAME": "Acme",
    "PUBLIC_URL": "https://status.example",
    "ALLOWED_NETWORKS": ["127.0.0.1"],
}


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.PULSEBOARD = CONFIG
    with Receiver() as receiver:
        yield receiver


def _deliver(now: datetime | None = None) -> int:
    return outbox.deliver_by_web("test", lambda: now or datetime.now(UTC))


def _ask(client: Client, url: str, kind: str = "webhook", **fields: object) -> Any:
    return client.post(SUBSCRIBE, {"kind": kind, "url": url, **fields})


def _subscriber(url: str, kind: str = "webhook", **fields: Any) -> Subscriber:
    values = {"created_at": BEFORE, "confirmed_at": BEFORE, "digest": url[-60:]}
    return Subscriber.objects.create(kind=kind, address=url, **values | fields)


def _key_of(row: Subscriber) -> str:
    return shown_key(signing_keys(row)[0])


def _path(link: str) -> str:
    return link.removeprefix("https://status.example")


@pytest.mark.parametrize("kind", ["webhook", "slack"])
def test_the_form_of_each_kind_works_without_a_script(
    client: Client, kind: str
) -> None:
    """X18"""
    page = client.get(SUBSCRIBE).content.decode()
    link = f"{SUBSCRIBE}?by={kind}"
    assert f'href="{link}"' in page
    form = client.get(link).content.decode()
    assert f'name="kind" value="{kind}"' in form
    assert 'type="url" name="url"' in form
    assert "<script" not in form


def test_a_webhook_confirms_itself_by_answering_the_challenge(
    client: Client, receiver: Receiver
) -> None:
    """X18: double opt-in."""
    receiver.answer = echo_of
    assert _ask(client, receiver.url()).status_code == 303
    assert Subscriber.objects.get().confirmed_at is None
    assert _deliver() == 1
    asked = receiver.received[0]
    assert asked.document["type"] == "subscription.confirm"
    assert asked.is_signed_with(asked.document["signing_key"])
    assert Subscriber.objects.get().confirmed_at is not None


@pytest.mark.parametrize(
    "answer",
    [
        lambda r: (200, {}, r.body),
        lambda r: (200, {}, b'{"challenge": "guess"}'),
        lambda r: (
            200,
            {},
            json.dumps({"challenge": r.document["challenge"], "type": "x"}).encode(),
        ),
        lambda r: (200, {}, b"[" * 3000),
        lambda r: (200, {}, json.dumps([r.document["challenge"]]).encode()),
        lambda r: (
            500,
            {},
            json.dumps({"challenge": r.document["challenge"]}).encode(),
        ),
        lambda r: TAKEN,
    ],
)
def test_what_merely_answers_has_not_confirmed(
    client: Client, receiver: Receiver, answer: Callable[[Received], Answer]
) -> None:
    """A56: nor does a server that sends back what it gets."""
    receiver.answer = answer
    _ask(client, receiver.url())
    _deliver()
    assert len(receiver.received) == 1
    assert Subscriber.objects.get().confirmed_at is None


@pytest.mark.parametrize("kind", ["webhook", "slack"])
def test_the_link_that_was_posted_confirms(
    client: Client, receiver: Receiver, kind: str
) -> None:
    """X18: opening it does nothing, its button does."""
    _ask(client, receiver.url(), kind)
    _deliver()
    found = re.search(
        rb"https://status\.example(/\S*/confirm/[\w.:-]+)", receiver.received[0].body
    )
    assert found is not None
    path = found[1].decode()
    client.get(path)
    assert Subscriber.objects.get().confirmed_at is None
    assert client.post(path).status_code == 200
    assert Subscriber.objects.get().confirmed_at is not None


def test_the_whole_story_comes_signed_and_in_order(
    incident: Incident, receiver: Receiver
) -> None:
    """X18, F53: with links of its own."""
    row = _subscriber(receiver.url())
    store.add_update(incident, Phase.INVESTIGATING, 'We "look" <b>\x00', "ann", START)
    store.publish(incident, START, notify=True)
    later = START + timedelta(minutes=31)
    store.add_update(incident, Phase.RESOLVED, "Over.", "ann", later, notify=True)
    assert _deliver() == 2
    first, second = receiver.received
    told = first.document
    assert [told["type"], second.document["type"]] == [
        "incident.opened",
        "incident.resolved",
    ]
    assert told["services"] == ["Email delivery"]
    assert told["text"] == 'We "look" <b>\x00'
    assert told["key"] == str(incident.key)
    assert (told["status"], second.document["status"]) == (
        "partial_outage",
        "operational",
    )
    key = _key_of(row)
    assert first.is_signed_with(key)
    assert second.is_signed_with(key)
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    leave = _path(told["links"]["unsubscribe"])
    assert Client().post(leave).status_code == 200
    row.refresh_from_db()
    assert row.address == ""


def test_a_replaced_secret_key_goes_on_signing(
    incident: Incident, receiver: Receiver, settings: Any
) -> None:
    row = _subscriber(receiver.url())
    told_before = _key_of(row)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    store.publish(incident, START, notify=True)
    assert _deliver() == 1
    assert receiver.received[0].is_signed_with(told_before)
    assert receiver.received[0].is_signed_with(_key_of(row))


def test_nothing_in_an_incident_acts_in_slack(
    incident: Incident, receiver: Receiver
) -> None:
    """A30"""
    _subscriber(receiver.url(), "slack")
    Incident.objects.update(title="<!channel> <http://evil|bank>")
    incident.refresh_from_db()
    store.add_update(incident, Phase.IDENTIFIED, "@everyone <!here>", "ann", START)
    store.publish(incident, START, notify=True)
    assert _deliver() == 1
    sent = receiver.received[0]
    texts = [each["text"]["text"] for each in sent.document["blocks"]]
    assert "webhook-signature" not in sent.headers
    assert not re.search(r"<(?!https://status\.example)", "".join(texts))
    assert "@everyone" not in "".join(texts)
    assert "Unsubscribe>" in texts[-1]


def test_redirects_are_not_followed(incident: Incident, receiver: Receiver) -> None:
    """A11"""
    with Receiver() as other:
        receiver.answer = lambda _: (307, {"location": other.url()}, b"")
        _subscriber(receiver.url())
        store.publish(incident, START, notify=True)
        assert _deliver(START) == 0
        assert other.received == []
    row = Notification.objects.get()
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.last_error == "the receiver answered with 307"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/x",
        "http://10.0.0.1/x",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "http://[::1]/x",
        "https://user:pass@example.org/",
        "https://example.org/\r\nX: y",
        "https://exa mple.org/",
        "javascript:alert(1)",
        "https://example.org/" + "x" * 2048,
    ],
)
def test_no_address_but_a_public_one_is_taken(client: Client, url: str) -> None:
    """A02, A31: refused with a message, nothing stored."""
    answer = _ask(client, url)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not Subscriber.objects.exists()
    assert not Asking.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_is_allowed_no_longer_is_not_dialled(
    incident: Incident, receiver: Receiver, settings: Any, host: str
) -> None:
    """A02, wherever a name leads: nothing is sent, and the audit says so."""
    _subscriber(receiver.url("/secret").replace("127.0.0.1", host))
    store.publish(incident, START, notify=True)
    settings.PULSEBOARD = {**CONFIG, "ALLOWED_NETWORKS": []}
    assert _deliver() == 0
    assert receiver.received == []
    event = AuditEvent.objects.get()
    assert (event.action, event.result) == ("block letter", "refused")
    assert "secret" not in str(list(Notification.objects.values()))
    assert "127.0.0.1" not in event.target


def test_a_receiver_that_is_gone_is_suspended_after_three_answers(
    incident: Incident, receiver: Receiver
) -> None:
    """F55: three requests, however many letters wait."""
    receiver.answer = lambda _: (410, {}, b"")
    row = _subscriber(receiver.url())
    for minute in range(6):
        at = START + timedelta(minutes=minute)
        store.publish(incident, at, notify=True)
        store.withdraw(incident)
    for minutes in range(6, 30):
        _deliver(START + timedelta(minutes=minutes))
    assert len(receiver.received) == 3
    row.refresh_from_db()
    assert row.bounced_at is not None
    assert not Notification.objects.exists()
    assert store.audience(incident) == 0


def test_who_asks_again_and_is_there_is_told_again(
    client: Client, incident: Incident, receiver: Receiver
) -> None:
    row = _subscriber(receiver.url(), bounced_at=BEFORE, refusals_total=3)
    _ask(client, receiver.url())
    assert _deliver() == 1
    assert receiver.received[0].document["type"] == "subscription.choose"
    row.refresh_from_db()
    assert (row.bounced_at, row.refusals_total) == (None, 0)
    assert store.audience(incident) == 1


def test_a_pause_that_is_asked_for_is_kept(
    incident: Incident, receiver: Receiver
) -> None:
    """F54: no letter comes inside it."""
    receiver.answer = lambda _: (429, {"retry-after": "1800"}, b"")
    _subscriber(receiver.url())
    store.publish(incident, START, notify=True)
    other = Incident.objects.create(
        title="Other", impact="degraded", started_at=START, created_at=START
    )
    other.components.set(incident.components.all())
    store.publish(other, START, notify=True)
    for minutes in range(30):
        _deliver(START + timedelta(minutes=minutes))
    assert len(receiver.received) == 1
    receiver.answer = lambda _: TAKEN
    assert _deliver(START + timedelta(minutes=31)) == 2


def test_an_outage_of_ten_minutes_loses_nothing(
    incident: Incident, receiver: Receiver
) -> None:
    """F51, F53: the alarm and the end."""
    receiver.answer = lambda _: (503, {}, b"")
    _subscriber(receiver.url())
    store.publish(incident, START, notify=True)
    store.add_update(incident, Phase.RESOLVED, "Over.", "a", START, notify=True)
    for seconds in range(0, 600, 15):
        _deliver(START + timedelta(seconds=seconds))
    tried = len(receiver.received)
    assert 5 <= tried <= 12
    receiver.answer = lambda _: TAKEN
    for seconds in range(600, 1200, 15):
        _deliver(START + timedelta(seconds=seconds))
    types = [each.document["type"] for each in receiver.received[tried:]]
    assert types == ["incident.opened", "incident.resolved"]
    ids = {each.headers["webhook-id"] for each in receiver.received[: tried + 1]}
    assert len(ids) == 1


def test_one_receiver_that_fails_holds_up_no_other(
    incident: Incident, receiver: Receiver
) -> None:
    """F52, F59"""
    receiver.answer = lambda r: (500, {}, b"") if r.path == "/bad" else TAKEN
    for path in ("/a", "/bad", "/b"):
        _subscriber(receiver.url(path))
    Subscriber.objects.create(
        address="anna@example.org", digest="d", created_at=BEFORE, confirmed_at=BEFORE
    )
    store.publish(incident, START, notify=True)
    assert _deliver(START) == 2
    assert outbox.deliver("test", lambda: START) == 1
    assert [each.to for each in mail.outbox] == [["anna@example.org"]]


def test_one_that_never_answers_costs_its_deadline_and_no_turn(
    incident: Incident, receiver: Receiver, monkeypatch: Any
) -> None:
    """F52: the others have theirs before."""
    monkeypatch.setattr(web, "TIMEOUT_SECONDS", 0.5)
    others_came = threading.Event()

    def answer(received: Received) -> Answer:
        if received.path == "/silent":
            others_came.wait(30)
        return TAKEN

    receiver.answer = answer
    for path in ("/silent", "/a", "/b"):
        _subscriber(receiver.url(path))
    store.publish(incident, START, notify=True)
    assert _deliver(START) == 2
    others_came.set()
    row = Notification.objects.get(state="pending")
    assert row.last_error == "No complete answer in time."


def test_one_target_gets_three_messages_an_hour_and_one_host_twenty(
    receiver: Receiver, monkeypatch: Any
) -> None:
    """A56"""
    monkeypatch.setattr(people, "HOST_LIMIT", 5)
    for number in range(8):
        client = Client(REMOTE_ADDR=f"192.{number}.2.1")
        path = "/same" if number < 4 else f"/{number}"
        assert _ask(client, receiver.url(path)).status_code == 303
    _deliver()
    while _deliver():
        pass
    paths = [each.path for each in receiver.received]
    assert paths.count("/same") == 3
    assert len(paths) == 4


def test_limits_hold_without_a_memory_of_their_own(client: Client) -> None:
    """A56, A72: what is counted is in the database, under a keyed digest."""
    for number in range(4):
        answer = client.post(SUBSCRIBE, {"email": f"a{number}@example.org"})
    assert answer.status_code == 429
    rows = list(Asking.objects.values())
    assert len(rows) == 3
    assert "127.0.0.1" not in str(rows)
    now = datetime.now(UTC)
    assert store.take("client x", 1, now) is None
    wait = store.take("client x", 1, now + timedelta(minutes=20))
    assert wait == timedelta(minutes=40)
    assert store.take("client x", 1, now + timedelta(hours=1)) is None
    store.purge(now + timedelta(hours=3))
    assert not Asking.objects.exists()


def test_urls_are_masked_for_everybody(client: Client) -> None:
    """A60: nor can they be found by searching."""
    url = "https://hooks.slack.com/services/T0/B0/s3cr3t"
    _subscriber(url, "slack")
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get("/admin/pulseboard/subscriber/").content.decode()
    row = Subscriber.objects.get()
    form = client.get(f"/admin/pulseboard/subscriber/{row.pk}/change/").content.decode()
    assert "s3cr3t" not in page + form
    found = client.get("/admin/pulseboard/subscriber/?q=s3cr3t").content.decode()
    assert "https://hooks.slack.com/•••" in page
    assert "hooks.slack.com" not in found
    assert masked(url) == "https://h•••.com/•••"
    assert shown(url) == "https://hooks.slack.com/•••"
    assert url not in repr(row) + str(row)


def test_the_outbox_holds_no_url(client: Client, receiver: Receiver) -> None:
    """A60"""
    _ask(client, receiver.url("/s3cr3t"))
    assert "s3cr3t" not in str(list(Notification.objects.values()))
    _deliver()
    assert "s3cr3t" not in str(list(Notification.objects.values()))


def test_services_are_chosen_as_by_mail(
    client: Client, incident: Incident, receiver: Receiver, search: Component
) -> None:
    """X18: per service."""
    receiver.answer = echo_of
    _ask(client, receiver.url(), services=["search"])
    _deliver()
    row = Subscriber.objects.get()
    assert list(row.components.all()) == [search]
    assert row.confirmed_at is not None
    assert store.audience(incident) == 0

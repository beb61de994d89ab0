"""Asking, confirming, choosing, leaving: for visitors. X18, A44, A52, A56, A72."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pulseboard.incidents import store
from pulseboard.incidents.models import Subscriber
from pulseboard.incidents.store import people
from pulseboard.incidents.store.links import CONFIRM, UNSUBSCRIBE, token_of
from pulseboard.monitors.models import Component
from pulseboard.notifiers.models import Notification

from .conftest import links_in

pytestmark = pytest.mark.django_db

SUBSCRIBE = "/health/status-page/subscribe"
ANNA = "anna@example.org"
Delivered = Callable[[], list[Any]]


def _ask(client: Client, email: str = ANNA, **fields: object) -> Any:
    return client.post(SUBSCRIBE, {"email": email, **fields})


def _confirmed(client: Client, delivered: Delivered, email: str = ANNA) -> Subscriber:
    _ask(client, email)
    client.post(links_in(delivered()[0])["Confirm"])
    return Subscriber.objects.get(address=email)


def test_an_address_is_told_of_nothing_until_it_is_confirmed(
    client: Client, delivered: Delivered
) -> None:
    """X18: double opt-in."""
    assert _ask(client).status_code == 303
    letter = delivered()[0]
    assert letter.to == [ANNA]
    assert letter.subject == "[Acme] Please confirm your address"
    row = Subscriber.objects.get()
    assert row.confirmed_at is None
    assert client.post(links_in(letter)["Confirm"]).status_code == 200
    row.refresh_from_db()
    assert row.confirmed_at is not None
    assert row.all_components


@pytest.mark.parametrize("word", ["Confirm", "Unsubscribe"])
def test_a_scanner_that_follows_links_changes_nothing(
    client: Client, delivered: Delivered, word: str
) -> None:
    """A44"""
    _ask(client)
    link = links_in(delivered()[0])[word]
    before = list(Subscriber.objects.values())
    page = client.get(link)
    assert page.status_code == 200
    assert '<form method="post">' in page.content.decode()
    assert list(Subscriber.objects.values()) == before


def test_the_answer_is_the_same_whoever_is_known(
    client: Client, delivered: Delivered
) -> None:
    """A56: no address can be found out."""
    _confirmed(client, delivered)
    known = _ask(client)
    unknown = _ask(Client(REMOTE_ADDR="192.0.2.9"), "nobody@example.org")
    assert (known.status_code, known["Location"], known.content) == (
        unknown.status_code,
        unknown["Location"],
        unknown.content,
    )
    subjects = {each.to[0]: each.subject for each in delivered()}
    assert subjects == {
        ANNA: "[Acme] You are subscribed",
        "nobody@example.org": "[Acme] Please confirm your address",
    }


def test_asking_for_a_subscriber_changes_nothing_of_theirs(
    client: Client, delivered: Delivered, email: Component
) -> None:
    row = _confirmed(client, delivered)
    _ask(client, services=["email"])
    row.refresh_from_db()
    assert row.all_components
    assert not row.components.exists()


def test_one_address_gets_three_letters_an_hour(delivered: Delivered) -> None:
    """A56: subscription bombing, from many places."""
    for number in range(5):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert _ask(client, ANNA.upper()).status_code == 303
    assert len(delivered()) == 3
    Subscriber.objects.update(asking_since=datetime.now(UTC) - timedelta(hours=1))
    _ask(Client(REMOTE_ADDR="192.0.2.99"))
    assert len(delivered()) == 1


def test_one_client_may_ask_three_times_an_hour(client: Client) -> None:
    """A56, A72: per address of the network, whatever the mail addresses."""
    answers = [_ask(client, f"a{number}@example.org") for number in range(4)]
    assert [each.status_code for each in answers] == [303, 303, 303, 429]
    assert int(answers[3]["Retry-After"]) > 60
    assert Subscriber.objects.count() == 3


def test_a_flood_of_unconfirmed_addresses_is_dropped(
    client: Client, monkeypatch: Any
) -> None:
    """A72"""
    monkeypatch.setattr(people, "UNCONFIRMED_LIMIT", 1)
    assert _ask(client, "one@example.org").status_code == 303
    assert _ask(client, "two@example.org").status_code == 303
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "a@b\r\nBcc: c@example.org", "a@b.example,c@d.example"],
)
def test_what_is_no_address_is_refused_with_a_message(
    client: Client, address: str
) -> None:
    """A31"""
    answer = _ask(client, address)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_a_form_on_another_site_subscribes_nobody(client: Client) -> None:
    answer = client.post(
        SUBSCRIBE, {"email": ANNA}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert not Subscriber.objects.exists()


def test_visitors_get_no_cookie(client: Client, delivered: Delivered) -> None:
    """A65"""
    _ask(client)
    answers = [client.get(SUBSCRIBE), client.get(links_in(delivered()[0])["Confirm"])]
    assert all(not answer.cookies for answer in answers)
    assert all(answer["Referrer-Policy"] == "no-referrer" for answer in answers)
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_links_come_from_the_settings_not_from_the_request(
    delivered: Delivered,
) -> None:
    """A52"""
    client = Client(
        headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
    )
    _ask(client)
    letter = delivered()[0]
    assert "evil.example" not in letter.body + letter.alternatives[0].content
    assert "https://status.example/health/status-page/confirm/" in letter.body


def test_without_a_public_address_nobody_can_subscribe(
    client: Client, settings: Any
) -> None:
    settings.PULSEBOARD = {"SERVICE_NAME": "Acme"}
    assert client.get(SUBSCRIBE).status_code == 404
    assert _ask(client).status_code == 404


def test_a_token_is_good_for_one_purpose_and_cannot_be_guessed(client: Client) -> None:
    """A56"""
    row = Subscriber.objects.create(
        address=ANNA, digest="d", created_at=datetime.now(UTC)
    )
    token = token_of(row.key, UNSUBSCRIBE)
    wrong = [
        token,
        token_of(row.key, CONFIRM)[:-1] + "~",
        row.key.hex,
        f"{row.key.hex}.0.{'A' * 43}",
        "x" * 200,
    ]
    for each in wrong:
        assert client.post(f"/health/status-page/confirm/{each}").status_code == 404
    row.refresh_from_db()
    assert row.confirmed_at is None
    assert len(token.rpartition(".")[2]) == 43  # 256 bits


def test_a_link_to_confirm_ends_after_a_day(client: Client, monkeypatch: Any) -> None:
    """A56"""
    row = Subscriber.objects.create(
        address=ANNA, digest="d", created_at=datetime.now(UTC)
    )
    link = f"/health/status-page/confirm/{token_of(row.key, CONFIRM)}"
    later = time.time() + 24 * 3600 + 2
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert client.post(link).status_code == 404
    unsubscribe = f"/health/status-page/unsubscribe/{token_of(row.key, UNSUBSCRIBE)}"
    assert client.post(unsubscribe).status_code == 200


def test_services_are_chosen_with_the_link_of_a_mail(
    client: Client, delivered: Delivered, email: Component, search: Component
) -> None:
    """X18: per service."""
    row = _confirmed(client, delivered)
    Component.objects.create(slug="secret", name="Secret", is_public=False)
    _ask(client)
    link = links_in(delivered()[0])["Choose services"]
    page = client.get(link).content.decode()
    assert "Search" in page
    assert "Secret" not in page
    assert client.post(link, {"services": ["search"]}).status_code == 200
    row.refresh_from_db()
    assert not row.all_components
    assert list(row.components.all()) == [search]
    assert client.post(link, {"services": ["secret"]}).status_code == 400
    assert client.post(link, {}).status_code == 200
    row.refresh_from_db()
    assert row.all_components


def test_one_click_of_the_mail_program_unsubscribes(
    client: Client, delivered: Delivered
) -> None:
    """X18, RFC 8058"""
    row = _confirmed(client, delivered)
    _ask(client)
    letter = delivered()[0]
    headers = letter.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https://status\.example(\S+)>", headers["List-Unsubscribe"])
    assert found is not None
    answer = Client(enforce_csrf_checks=True).post(
        found[1],
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.address == ""
    again = client.post(found[1])
    assert (again.status_code, again.content) == (200, answer.content)


def test_who_leaves_is_forgotten_everywhere(
    client: Client, delivered: Delivered, email: Component
) -> None:
    """Privacy: deleted at once, a digest for 30 days."""
    row = _confirmed(client, delivered)
    store.choose(row, ["email"])
    _ask(client)
    store.unsubscribe(row, datetime.now(UTC))
    assert not Notification.objects.exclude(addressee="").exists()
    stored = str(list(Subscriber.objects.values())) + str(
        list(Notification.objects.values())
    )
    assert "anna" not in stored
    assert delivered() == []
    assert store.purge(datetime.now(UTC) + timedelta(days=29)) == 0
    assert store.purge(datetime.now(UTC) + timedelta(days=31)) == 1
    assert not Subscriber.objects.exists()


def test_who_left_can_be_asked_once_a_day(client: Client, delivered: Delivered) -> None:
    row = _confirmed(client, delivered)
    store.unsubscribe(row, datetime.now(UTC))
    Subscriber.objects.update(asking_since=datetime.now(UTC) - timedelta(days=1))
    for number in range(3):
        _ask(Client(REMOTE_ADDR=f"192.0.2.{number}"))
    letters = delivered()
    assert len(letters) == 1
    client.post(links_in(letters[0])["Confirm"])
    row.refresh_from_db()
    assert (row.address, row.left_at) == (ANNA, None)


def test_who_never_confirms_is_deleted_after_a_day(
    client: Client, delivered: Delivered
) -> None:
    _ask(client)
    now = datetime.now(UTC)
    assert store.purge(now + timedelta(hours=23)) == 0
    assert store.purge(now + timedelta(hours=25)) == 1
    assert not Subscriber.objects.exists()
    assert delivered() == []


def test_the_outbox_holds_neither_address_nor_links(client: Client) -> None:
    """A60: staff who may read the outbox learn of nobody."""
    _ask(client)
    stored = str(list(Notification.objects.values()))
    assert "anna" not in stored
    assert "confirm/" not in stored


def test_a_letter_is_in_the_language_it_was_asked_in(
    client: Client, delivered: Delivered
) -> None:
    client.post(SUBSCRIBE, {"email": ANNA}, headers={"accept-language": "de"})
    assert Subscriber.objects.get().language in ("de", "en-us", "en")
    assert 'lang="' in delivered()[0].alternatives[0].content

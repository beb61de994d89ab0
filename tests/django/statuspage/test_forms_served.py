"""X18, X46, A39: feeds, twins and badges as readers and pages of others get them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from tests.support import pages
from tests.support.pages import C, H

from pulseboard.access.models import digest_of
from pulseboard.incidents.models import Incident
from pulseboard.maintenance.models import Maintenance
from pulseboard.statuspage import store
from pulseboard.statuspage.models import PageComponent, StatusPage
from pulseboard.statuspage.render import kept
from pulseboard.statuspage.store import figures, reading

pytestmark = pytest.mark.django_db

PAGE = "/health/status-page"
BADGE = "/health/badge"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FORMS = [".json", ".md", ".atom", ".ics"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    store.forget()
    kept.forget()
    figures.forget()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def acme(now: datetime) -> StatusPage:
    pages.acme(now)
    return built(now)


def built(now: datetime) -> StatusPage:
    pages.tick(now)
    store.rebuild(now)
    forget()
    return StatusPage.objects.get(slug="default")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/status.svg", "Partial outage"),
        ("/web-app/status.svg", "Web app: Operational"),
        ("/web-app/uptime-30d.svg", "Web app 30d: "),
        ("/web-app/response.svg", "Web app: "),
        ("/web-app/status.svg?label=Shop", "Shop: Operational"),
        ("/web-app/status.svg?lang=en&colour=degraded", "Web app: Operational"),
    ],
)
def test_a_badge_says_one_fact(
    client: Client, acme: StatusPage, path: str, said: str
) -> None:
    """X18"""
    answer = client.get(BADGE + path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert said in (ElementTree.fromstring(answer.content).get("aria-label") or "")


def test_a_badge_is_no_document_of_ours(client: Client, acme: StatusPage) -> None:
    """A39"""
    answer = client.get(f"{BADGE}/status.svg", {"label": "<script>alert(1)</script>"})
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"<script" not in answer.content


@pytest.mark.parametrize(
    "query",
    [
        {"label": "x" * 65},
        {"label": "a\nb"},
        {"colour": "url(javascript:alert(1))"},
        {"colour": "red"},
        {"label": "x" * 1_000_000},
    ],
)
def test_a_badge_refuses_what_is_no_label_or_colour(
    client: Client, acme: StatusPage, query: dict[str, str]
) -> None:
    """A39"""
    answer = client.get(f"{BADGE}/status.svg", query)
    assert answer.status_code == 400
    assert len(answer.content) < 300


def test_a_badge_goes_grey_when_nobody_measures(
    client: Client, acme: StatusPage, now: datetime
) -> None:
    """X22: a badge that keeps its old green lies"""
    pages.tick(now - HOUR)
    store.rebuild(now)
    forget()
    answer = client.get(f"{BADGE}/web-app/status.svg")
    assert b"No data" in answer.content


def test_the_json_of_a_public_page_is_for_every_site(
    client: Client, acme: StatusPage
) -> None:
    """X46"""
    assert client.get(f"{PAGE}.json")["Access-Control-Allow-Origin"] == "*"


def test_the_json_of_a_private_page_is_for_none(client: Client, now: datetime) -> None:
    """X19, A45"""
    built(now)
    StatusPage.objects.create(
        slug="inner", title="Inner", visibility="token", token_digest=digest_of("key")
    )
    store.rebuild(now)
    answer = client.get(f"{PAGE}/inner.json?token=key")
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer
    assert client.get(f"{BADGE}/status.svg?page=inner").status_code == 404


def test_a_page_is_framed_only_where_its_operator_says_so(
    client: Client, acme: StatusPage, now: datetime
) -> None:
    """A51"""
    assert client.get(f"{PAGE}/embed").status_code == 404
    StatusPage.objects.filter(slug="default").update(may_be_embedded=True)
    store.rebuild(now)
    forget()
    answer = client.get(f"{PAGE}/embed")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert b"Partial outage" in answer.content


def everything(client: Client) -> dict[str, tuple[int, bytes, str]]:
    """Return what a visitor can get: status, body and tag of every form."""
    paths = [
        PAGE,
        *(PAGE + form for form in FORMS),
        f"{PAGE}/history/2026-11",
        f"{PAGE}/services/shop",
        f"{PAGE}/uptime/shop",
        f"{PAGE}/services/vault",
        f"{PAGE}/uptime/vault",
        f"{PAGE}/incidents/vault-is-down",
        f"{BADGE}/status.svg",
        f"{BADGE}/shop/status.svg",
        f"{BADGE}/vault/status.svg",
        f"{BADGE}/vault/uptime-90d.svg",
        "/health/api/endpoints",
        "/health/api/endpoints/vault",
    ]
    answers = {path: client.get(path) for path in paths}
    return {
        path: (answer.status_code, answer.content, answer.get("ETag", ""))
        for path, answer in answers.items()
    }


def test_a_private_component_leaves_no_trace_in_any_form(
    client: Client, now: datetime
) -> None:
    """S13, A61: page, JSON, feeds, badges, counts, ETags"""
    pages.service("shop", (H, DAY), now=now)
    built(now)
    before = everything(client)
    vault = pages.service("vault", (C, HOUR), public=False, now=now)
    incident = Incident.objects.create(
        title="Vault is down",
        impact="major_outage",
        is_published=True,
        published_at=now,
        started_at=now - HOUR,
        created_at=now,
    )
    incident.components.add(vault)
    Maintenance.objects.create(
        title="Vault upgrade",
        starts_at=now + HOUR,
        ends_at=now + 2 * HOUR,
        components=["vault"],
    )
    built(now)
    after = everything(client)
    assert after == before
    assert all(b"vault" not in body.lower() for _, body, _ in after.values())


def test_a_page_of_its_own_shows_what_it_chose(client: Client, now: datetime) -> None:
    """X19"""
    shop = pages.service("shop", (H, DAY), now=now)
    pages.service("search", (C, HOUR), now=now)
    built(now)
    page = StatusPage.objects.create(slug="shops", title="Shops")
    PageComponent.objects.create(page=page, component=shop)
    store.rebuild(now)
    found = client.get(f"{PAGE}/shops.json").json()
    assert [each["slug"] for each in found["services"]] == ["shop"]
    assert found["status"] == "operational"


def test_opening_a_private_page_shows_nothing_built_before(
    client: Client, now: datetime
) -> None:
    """X19, A61: what was private stays private, before the next build, too"""
    pages.service("shop", (H, DAY), now=now)
    vault = pages.service("vault", (C, HOUR), public=False, now=now)
    built(now)
    page = StatusPage.objects.create(
        slug="inner", title="Inner", visibility="token", token_digest=digest_of("key")
    )
    PageComponent.objects.create(page=page, component=vault)
    store.rebuild(now)
    assert b"Vault" in client.get(f"{PAGE}/inner.json?token=key").content
    before = StatusPage.objects.get(slug="inner")
    page.visibility = "public"
    page.save()
    forget()
    assert b"Vault" not in client.get(f"{PAGE}/inner.json").content
    store.save(before, store.build(before, now))  # a runner that began earlier
    forget()
    assert b"Vault" not in client.get(f"{PAGE}/inner.json").content


def test_a_page_that_was_never_observed_grows_stale_all_the_same(
    client: Client, now: datetime
) -> None:
    """X22: what a process read before the first tick is no eternal green"""
    pages.service("shop", (H, DAY), now=now)
    page = store.ensure_default()
    snapshot = store.build(page, now)
    assert snapshot.observed_at is None
    assert not snapshot.is_stale(now + timedelta(seconds=80))
    assert snapshot.is_stale(now + timedelta(seconds=100))


def test_pages_of_other_host_names_are_other_renderings(
    client: Client, now: datetime, settings: Any
) -> None:
    """X19: their addresses are the same, and one of them may be private"""
    settings.ALLOWED_HOSTS = ["*"]
    pages.service("shop", (H, DAY), now=now)
    built(now)
    StatusPage.objects.create(
        slug="staff", title="Staff only", host_name="staff.example.com"
    )
    store.rebuild(now)
    forget()
    kinds = []
    for host in ("testserver", "staff.example.com"):
        client.get(PAGE, headers={"host": host})
        kinds.append(set(kept._kept))
    assert len(kinds[1] - kinds[0]) == 1
    public = client.get(PAGE, headers={"host": "testserver"}).content
    assert b"Staff only" not in public


def test_made_up_names_push_no_page_out_of_memory(
    client: Client, acme: StatusPage
) -> None:
    """X22: or a bot decides whether the page survives the database"""
    client.get(PAGE)
    for number in range(80):
        assert client.get(f"{PAGE}/a{number}").status_code == 404
    with mock_database_away():
        assert client.get(PAGE).status_code == 200


@contextmanager
def mock_database_away() -> Iterator[None]:
    """Let every question to the database fail, as when it is away."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> None:
        raise OperationalError("away")

    reading._kept = {
        key: replace(each, looked_at=0.0) for key, each in reading._kept.items()
    }
    with connection.execute_wrapper(refuse):
        yield

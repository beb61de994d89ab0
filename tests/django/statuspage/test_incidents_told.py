"""Which incidents a page tells of: months, services, and a history switched off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.support import pages
from tests.support.pages import H

from pulseboard.access.models import digest_of
from pulseboard.incidents.models import Incident
from pulseboard.incidents.store import published
from pulseboard.monitors.models import Component
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.render import documents, kept
from pulseboard.statuspage.store import figures

pytestmark = pytest.mark.django_db

PAGE = "/health/status-page"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    store.forget()
    kept.forget()
    figures.forget()


def built(now: datetime) -> None:
    pages.tick(now)
    store.rebuild(now)
    forget()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def shop(now: datetime) -> Component:
    """One service of a page whose days are those of Tokyo."""
    made = pages.service("shop", (H, 9 * DAY), now=now)
    page = store.ensure_default()
    StatusPage.objects.filter(pk=page.pk).update(zone="Asia/Tokyo")
    built(now)
    return made


def incident(
    title: str,
    began: datetime,
    ended: datetime | None,
    *components: Component,
    **values: Any,
) -> Incident:
    row = Incident.objects.create(
        title=title,
        impact="degraded",
        phase="resolved" if ended else "monitoring",
        started_at=began,
        resolved_at=ended,
        created_at=began,
        published_at=began,
        is_published=True,
        **values,
    )
    row.components.set(components)
    return row


def said(client: Client, path: str) -> str:
    html = client.get(PAGE + path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


class TestMonths:
    """S16: the incidents that began in a month."""

    def test_a_month_begins_and_ends_by_the_days_of_the_page(
        self, client: Client, shop: Component
    ) -> None:
        """S16: also what was over before the month began in Greenwich"""
        first = datetime(2026, 9, 30, 15, 30, tzinfo=UTC)  # 00:30 in Tokyo
        after = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)
        incident("Mail was late", first, first + HOUR, shop)
        incident("Search was late", after, after + HOUR, shop)
        october = said(client, "/history/2026-10")
        assert "Mail was late" in october
        assert "Search was late" not in october
        assert "No incidents in" in said(client, "/history/2026-09")

    def test_what_came_later_crowds_out_no_month(
        self, client: Client, shop: Component, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """S16"""
        monkeypatch.setattr(published, "STORIES_LIMIT", 2)
        at = datetime(2026, 8, 10, tzinfo=UTC)
        for number in range(4):
            began = at + number * 30 * DAY
            incident(f"Number {number}", began, began + HOUR, shop)
        assert "Number 0" in said(client, "/history/2026-08")

    def test_there_are_no_months_before_this_century(
        self, client: Client, shop: Component
    ) -> None:
        """S16: nor does a link lead to one"""
        assert client.get(f"{PAGE}/history/1999-12").status_code == 404
        assert "1999-12" not in client.get(f"{PAGE}/history/2000-01").content.decode()

    def test_what_the_future_is_is_said_by_the_zone_of_the_page(
        self, client: Client, shop: Component, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """S16"""
        turn = datetime(2026, 10, 31, 15, 30, tzinfo=UTC)
        visit = visited(client, monkeypatch)
        for at, month, exists in (
            (turn, "2026-11", True),
            (turn - HOUR, "2026-11", False),
        ):
            found = documents.history(visit(at), month)
            assert (found is not None) is exists


def visited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime], documents.Visit]:
    """Return how to visit the page at a time."""
    from dataclasses import replace

    made: list[documents.Visit] = []
    page = documents.page

    def spy(visit: documents.Visit) -> str:
        made.append(visit)
        return page(visit)

    spy.__name__ = "spy"
    monkeypatch.setattr(documents, "page", spy)
    client.get(PAGE)
    return lambda at: replace(made[0], now=at)


class TestWithoutHistory:
    """S15, S16: the operator shows no history."""

    @pytest.fixture
    def over(self, shop: Component, now: datetime) -> Incident:
        over = incident("Mail was late", now - 2 * DAY, now - DAY, shop)
        incident("Search is late", now - HOUR, None, shop)
        StatusPage.objects.update(shows_history=False)
        built(now)
        return over

    @pytest.mark.parametrize(
        "path", ["", ".json", ".md", ".atom", "/services/shop", "?window=24h"]
    )
    def test_only_what_goes_on_is_told(
        self, client: Client, over: Incident, path: str
    ) -> None:
        """S15"""
        body = client.get(PAGE + path).content.decode()
        assert "Search is late" in body
        assert "Mail was late" not in body

    def test_an_old_address_tells_nothing(self, client: Client, over: Incident) -> None:
        """S15, A42"""
        active = Incident.objects.get(title="Search is late")
        assert client.get(f"{PAGE}/incidents/{active.key}").status_code == 200
        assert client.get(f"{PAGE}/incidents/{over.key}").status_code == 404


def test_what_affects_everything_is_on_the_page_of_every_service(
    client: Client, shop: Component, now: datetime
) -> None:
    """S16: whichever components it names besides"""
    other = pages.service("other", (H, 9 * DAY), now=now)
    incident("All is late", now - HOUR, None, affects_everything=True)
    incident("All is slow", now - HOUR, None, other, affects_everything=True)
    incident("Other is late", now - HOUR, None, other)
    built(now)
    told = said(client, "/services/shop").split("Incidents")[-1]
    assert "All is late" in told
    assert "All is slow" in told
    assert "Other is late" not in told
    page = StatusPage.objects.get(slug="default")
    services = {each.slug: each for each in store.build(page, now).services}
    assert len(services["shop"].days[-1].incidents) >= 2


class TestSubscribing:
    """X18, X19: where the link to the form leads."""

    @pytest.fixture(autouse=True)
    def _with_letters(self, settings: Any) -> None:
        settings.PULSEBOARD = {"PUBLIC_URL": "https://shop.example"}

    def test_every_page_has_the_same_form(
        self, client: Client, shop: Component, now: datetime
    ) -> None:
        """X18: whichever page it is, and whatever was chosen there"""
        StatusPage.objects.create(
            slug="own", title="Own", shows_everything=True, language="fr"
        )
        built(now)
        for path, query in (
            ("", ""),
            ("/own", "?lang=fr"),
            ("/own?lang=de&theme=dark", "?lang=de"),
        ):
            html = client.get(f"{PAGE}{path}").content.decode()
            [url] = re.findall(r'href="([^"]*subscribe[^"]*)"', html)
            assert url == f"/health/status-page/subscribe{query}"
            assert client.get(url).status_code == 200

    def test_a_private_page_offers_none(
        self, client: Client, shop: Component, now: datetime
    ) -> None:
        """X19: its token is given to no other page"""
        StatusPage.objects.create(
            slug="partners",
            title="Partners",
            visibility="token",
            token_digest=digest_of("right"),
            shows_everything=True,
        )
        built(now)
        answer = client.get(f"{PAGE}/partners?token=right")
        assert answer.status_code == 200
        assert "subscribe" not in answer.content.decode()

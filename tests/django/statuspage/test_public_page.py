"""The public page as visitors get it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support import pages
from tests.support.pages import C, H, W

from pulseboard.access.models import digest_of
from pulseboard.monitors.models import Component, Monitor, RunnerLease
from pulseboard.statuspage import store
from pulseboard.statuspage.models import PageComponent, PageSnapshot, StatusPage
from pulseboard.statuspage.render import kept
from pulseboard.statuspage.store import figures, reading

pytestmark = pytest.mark.django_db

PAGE = "/health/status-page"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Every test begins as a process that has read nothing."""
    forget()
    yield
    forget()


def forget() -> None:
    store.forget()
    kept.forget()
    figures.forget()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def acme(now: datetime) -> StatusPage:
    pages.acme(now)
    return built(now)


def built(now: datetime) -> StatusPage:
    """Let the runner build every page."""
    pages.tick(now)
    store.rebuild(now)
    forget()
    return StatusPage.objects.get(slug="default")


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_it_is_complete_without_javascript(client: Client, acme: StatusPage) -> None:
    """S13, S14"""
    answer = client.get(PAGE)
    said = text_of(answer)
    assert answer.status_code == 200
    assert "Partial outage: Email delivery is down" in said
    assert "2 of 8 services affected since" in said
    assert "6 of 8 operational" in said
    for name in ("Web app", "Public api", "Checkout", "Partner feed"):
        assert name in said
    for word in ("Operational", "Degraded", "Major outage", "Maintenance", "No data"):
        assert word in said
    assert "99.99%" in said  # the two minutes of user-login
    # Three hours, which are of two days when midnight lies between.
    assert re.search(r"[Mm]ajor outage \d+ (?:h|min)", said)
    assert "No incidents in the last 90 days." in said


def test_nothing_in_it_is_inline(client: Client, acme: StatusPage) -> None:
    """The policy forbids inline styles and scripts, so there are none."""
    answer = client.get(PAGE)
    html = answer.content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"\son[a-z]+=", html)
    scripts = re.findall(r"<script[^>]*>", html)
    inline = [each for each in scripts if " src=" not in each]
    assert all('type="application/json"' in each for each in inline)
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_it_is_small(client: Client, acme: StatusPage) -> None:
    """Rows 4 and 7: 8 services in at most 12 KB of HTML."""
    assert len(gzip.compress(client.get(PAGE).content)) <= 12 * 1024


def test_fifty_services_stay_below_forty_kilobytes(
    client: Client, now: datetime
) -> None:
    for place in range(50):
        told = ((H, 200 * DAY), (C, (place + 3) * DAY), (H, (place + 3) * DAY - MINUTE))
        pages.service(f"service-{place}", *told, now=now)
    built(now)
    assert len(gzip.compress(client.get(PAGE).content)) <= 40 * 1024


class Unclosed(HTMLParser):
    """Notes what is opened and not closed."""

    VOID = {"meta", "link", "img", "br", "path", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.mark.parametrize(
    "path",
    ["", "?window=24h", "/services/public-api", "/uptime/public-api", "/uptime",
     "/history/2026-11"],
)  # fmt: skip
def test_every_page_is_well_formed(client: Client, acme: StatusPage, path: str) -> None:
    parser = Unclosed()
    parser.feed(client.get(PAGE + path).content.decode())
    assert (parser.open, parser.wrong) == ([], [])
    assert len(parser.ids) == len(set(parser.ids))


def test_a_private_component_leaves_no_trace(client: Client, now: datetime) -> None:
    """S13, A61: built with and without it, every byte is the same."""
    pages.service("shop", (H, 200 * DAY), group="Front", now=now)
    pages.tick(now)
    page = store.ensure_default()
    without = store.build(page, now)
    pages.service("secret-vault", (C, 3 * DAY), public=False, group="Hidden", now=now)
    figures.forget()
    withal = store.build(page, now)
    from pulseboard.statuspage.codec import etag_of, to_bytes

    assert to_bytes(withal) == to_bytes(without)
    assert etag_of(to_bytes(withal)) == etag_of(to_bytes(without))
    store.save(page, withal)
    for path in ("", "/services/secret-vault", "/uptime/secret-vault"):
        body = client.get(PAGE + path).content.decode().lower()
        assert "vault" not in body
        assert "hidden" not in body.replace('class="hidden"', "").replace(
            'aria-hidden="true"', ""
        )


def test_no_monitor_is_named(client: Client, now: datetime) -> None:
    """A61"""
    told = [(H, now - 9 * DAY)]
    one = pages.monitor("https://10.0.0.7:8443/internal", told, now=now)
    pages.component("shop", one)
    built(now)
    for path in ("", "/services/shop", "/uptime/shop"):
        assert b"10.0.0.7" not in client.get(PAGE + path).content


def test_what_is_new_is_private(client: Client, now: datetime) -> None:
    assert Component(slug="x", name="X").is_public is False
    answer = client.get(PAGE)
    assert "Nothing is shown here yet." in text_of(answer)
    assert "No data yet" in text_of(answer)


def test_hostile_names_are_text(client: Client, now: datetime) -> None:
    """A27"""
    evil = "<script>alert(1)</script>\"'></title>"
    pages.service("shop", (C, DAY), name=evil[:60], description=evil, now=now)
    page = built(now)
    StatusPage.objects.filter(pk=page.pk).update(title=evil, description=evil)
    store.rebuild(now)
    forget()
    for path in ("", "/services/shop", "/uptime/shop"):
        html = client.get(PAGE + path).content.decode()
        assert "<script>alert" not in html
        assert html.count("</title>") == 1


def test_a_stopped_runner_is_told(client: Client, now: datetime) -> None:
    """X22: what was known stays, and says that it is old."""
    pages.service("shop", (H, 9 * DAY), now=now)
    pages.tick(now - 2 * MINUTE)
    store.rebuild(now - 2 * MINUTE)
    answer = client.get(PAGE)
    said = text_of(answer)
    assert "Status unknown since" in said
    assert "We are not receiving measurements." in said
    assert "Last known: Operational" in said
    assert "<title>(stale) Status unknown since" in answer.content.decode()


def gone(*args: Any, **kwargs: Any) -> Any:
    """Be a database that does not answer."""
    raise OperationalError("gone")


def test_it_survives_the_database(
    client: Client, acme: StatusPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X22: the last rendering is served from memory."""
    client.get(PAGE)
    monkeypatch.setattr(reading, "TRUSTED_SECONDS", 0.0)
    with connection.execute_wrapper(gone):
        answer = client.get(PAGE)
        assert answer.status_code == 200
        assert b"Email delivery is down" in answer.content
        forget()
        assert client.get(PAGE).status_code == 503


def test_an_unchanged_page_is_not_sent_again(client: Client, acme: StatusPage) -> None:
    """Row 4"""
    first = client.get(PAGE)
    again = client.get(PAGE, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    assert "Last-Modified" in first


def test_it_is_compressed_once_and_the_same(client: Client, acme: StatusPage) -> None:
    plain = client.get(PAGE)
    packed = client.get(PAGE, HTTP_ACCEPT_ENCODING="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert client.head(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405


def test_a_second_visitor_costs_no_query(client: Client, acme: StatusPage) -> None:
    """Requests only read, and what was read is kept."""
    client.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    assert len(queries) == 0


def test_a_host_name_has_its_own_page(client: Client, now: datetime) -> None:
    """X19"""
    shop = pages.service("shop", (H, DAY), now=now)
    pages.service("mail", (H, DAY), now=now)
    built(now)
    page = StatusPage.objects.create(
        slug="shops", title="Shops", host_name="status.shop.test"
    )
    PageComponent.objects.create(page=page, component=shop)
    store.rebuild(now)
    said = text_of(client.get(PAGE, HTTP_HOST="status.shop.test:8443"))
    assert "Shop" in said
    assert "Mail" not in said
    assert "Mail" in text_of(client.get(PAGE, HTTP_HOST="other.test"))
    assert "Mail" not in text_of(client.get(f"{PAGE}/shops"))


def test_a_public_page_never_shows_what_is_private(
    client: Client, now: datetime
) -> None:
    """X19: choosing a private component does not publish it."""
    vault = pages.service("vault", (C, DAY), public=False, now=now)
    built(now)
    page = StatusPage.objects.create(slug="open", title="Open")
    PageComponent.objects.create(page=page, component=vault)
    store.rebuild(now)
    assert b"ault" not in client.get(f"{PAGE}/open").content


@pytest.fixture
def partners(now: datetime) -> StatusPage:
    """A page behind a token, with a component that is not public."""
    vault = pages.service("vault", (H, DAY), public=False, now=now)
    built(now)
    page = StatusPage.objects.create(
        slug="partners",
        title="Partners",
        visibility="token",
        token_digest=digest_of("right"),
    )
    PageComponent.objects.create(page=page, component=vault)
    store.rebuild(now)
    return page


@pytest.mark.parametrize("path", ["", "/services/vault", "/uptime/vault", "/look/logo"])
def test_a_page_behind_a_token_is_not_there_without_it(
    client: Client, partners: StatusPage, path: str
) -> None:
    """X19, A41"""
    address = f"{PAGE}/partners{path}"
    unknown = client.get(f"{PAGE}/nobody{path}")
    for query in ("", "?token=wrong", "?token="):
        refused = client.get(address + query)
        assert (refused.status_code, refused.content) == (404, unknown.content)
        assert refused["Cache-Control"] == "no-store"


def test_the_token_opens_it_and_nobody_keeps_it(
    client: Client, partners: StatusPage
) -> None:
    """X19"""
    opened = client.get(f"{PAGE}/partners?token=right")
    assert opened.status_code == 200
    assert b"Vault" in opened.content
    assert opened["Cache-Control"] == "no-store"
    assert b"services/vault?token=right" in opened.content
    assert (
        client.get(f"{PAGE}/partners", HTTP_AUTHORIZATION="Bearer right").status_code
        == 200
    )


def test_a_page_without_a_token_drawn_is_closed(
    client: Client, partners: StatusPage
) -> None:
    StatusPage.objects.update(token_digest="")
    store.rebuild(datetime.now(UTC))
    forget()
    assert client.get(f"{PAGE}/partners?token=").status_code == 404


def test_a_page_behind_a_login_asks_to_sign_in(
    client: Client, partners: StatusPage
) -> None:
    """X19, A41"""
    StatusPage.objects.filter(pk=partners.pk).update(visibility="login")
    forget()
    refused = client.get(f"{PAGE}/partners")
    assert refused.status_code == 302
    assert "next=/health/status-page/partners" in refused["Location"]
    client.force_login(User.objects.create_user("ana"))
    opened = client.get(f"{PAGE}/partners")
    assert opened.status_code == 200
    assert opened["Cache-Control"] == "no-store"


def test_it_is_framed_only_by_setting(client: Client, acme: StatusPage) -> None:
    """A51"""
    assert "frame-ancestors 'none'" in client.get(PAGE)["Content-Security-Policy"]
    assert client.get(PAGE)["X-Frame-Options"] == "DENY"
    StatusPage.objects.update(may_be_embedded=True)
    store.rebuild(datetime.now(UTC))
    forget()
    allowed = client.get(PAGE)
    assert "frame-ancestors *" in allowed["Content-Security-Policy"]
    assert "X-Frame-Options" not in allowed


def test_the_visitor_chooses_theme_and_language(
    client: Client, acme: StatusPage
) -> None:
    """X21: by links, without JavaScript or cookies."""
    html = client.get(f"{PAGE}?theme=dark&lang=ar").content.decode()
    assert '<html lang="ar" dir="rtl" data-theme="dark">' in html
    assert "services/web-app?lang=ar&amp;theme=dark" in html
    assert (
        'lang="de"'
        in client.get(PAGE, HTTP_ACCEPT_LANGUAGE="de-AT,en").content.decode()[:200]
    )
    odd = client.get(f"{PAGE}?theme=../../x&lang=xx").content.decode()
    assert '<html lang="en" dir="ltr">' in odd
    assert not client.cookies


def test_toggles_leave_things_out(client: Client, acme: StatusPage) -> None:
    """S15"""
    StatusPage.objects.update(shows_uptime=False, shows_history=False)
    store.rebuild(datetime.now(UTC))
    forget()
    said = text_of(client.get(PAGE))
    assert "%" not in said.split("Legend")[0]
    assert "Incident history" not in said
    assert client.get(f"{PAGE}/uptime/web-app").status_code == 404


def test_a_receipt_prints_the_percentage_of_the_page(
    client: Client, acme: StatusPage
) -> None:
    """X40"""
    html = client.get(PAGE).content.decode()
    links = re.findall(r'href="([^"]*/uptime/[^"]*)"[^>]*data-uptime>([^<]*)<', html)
    assert len(links) == 8
    for address, printed in links:
        days = 11 if "partner-feed" in address else 90
        assert f"{printed} uptime over {days} days" in text_of(client.get(address))


def test_a_receipt_tells_of_no_time_before_the_history(
    client: Client, acme: StatusPage
) -> None:
    """X40, S6: the longest window of 200 days of history"""
    said = text_of(client.get(f"{PAGE}/uptime/web-app?window=365d"))
    assert "uptime over 200 days" in said
    said = text_of(client.get(f"{PAGE}/uptime/partner-feed"))
    assert "uptime over 11 days" in said


def test_a_service_tells_every_window_and_its_bad_days(
    client: Client, acme: StatusPage
) -> None:
    """S6, S13"""
    said = text_of(client.get(f"{PAGE}/services/public-api"))
    for window in ("24 hours", "7 days", "30 days", "90 days"):
        assert f"over {window}" in said
    assert "Days with trouble" in said


def test_charts_are_drawn_of_what_was_measured(client: Client, now: datetime) -> None:
    """S13"""
    from pulseboard.core.outcome import Outcome
    from pulseboard.history.observed import Observed
    from pulseboard.history.store import remember

    pages.service("shop", (H, 9 * DAY), now=now)
    for ago in range(30):
        outcome = Outcome(C if ago == 3 else H, "x", {"response_seconds": 0.1})
        remember([Observed("shop", now - ago * MINUTE, outcome, 0.2)])
    built(now)
    html = client.get(f"{PAGE}/services/shop").content.decode()
    assert html.count("<figure") == 4
    assert "Response time, 24 hours" in html
    assert "Error rate, 90 days" in html
    assert "100 ms" in text_of(client.get(PAGE))


def test_months_without_incidents_say_so(client: Client, acme: StatusPage) -> None:
    """S16"""
    assert "No incidents in September 2026." in text_of(
        client.get(f"{PAGE}/history/2026-09")
    )
    assert client.get(f"{PAGE}/history/2199-01").status_code == 404
    assert client.get(f"{PAGE}/history/2026-13").status_code == 404


def test_building_takes_a_dozen_queries_whatever_it_shows(now: datetime) -> None:
    """Row 4c"""
    pages.tick(now)
    page = store.ensure_default()
    counts = []
    for place in range(30):
        pages.service(f"service-{place}", (H, DAY), now=now)
        if place in (1, 29):
            store.build(page, now)
            with CaptureQueriesContext(connection) as queries:
                store.build(page, now)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_confirmed_change_marks_the_page(acme: StatusPage, now: datetime) -> None:
    assert not store.is_outdated()
    Component.objects.get(slug="web-app").save()
    assert store.is_outdated()
    store.rebuild(now + timedelta(seconds=1))
    assert not store.is_outdated()


def test_the_revision_differs_after_a_change_and_when_stale(
    acme: StatusPage, now: datetime
) -> None:
    before = store.revision()
    assert store.revision() == before
    PageSnapshot.objects.update(observed_at=now - DAY)
    assert store.revision() != before


def test_a_snapshot_comes_back_as_it_was(acme: StatusPage, now: datetime) -> None:
    from pulseboard.statuspage.codec import from_bytes, to_bytes

    snapshot = store.build(acme, now)
    assert from_bytes(to_bytes(snapshot)) == snapshot
    assert to_bytes(from_bytes(to_bytes(snapshot))) == to_bytes(snapshot)


def test_degraded_and_paused_are_what_they_are(client: Client, now: datetime) -> None:
    pages.service("slow", (W, DAY), now=now)
    pages.service("silent", (H, DAY), now=now)
    Monitor.objects.filter(name="silent").update(ran_at=now - DAY / 2)
    page = built(now)
    slow, silent = sorted(store.build(page, now).services, key=lambda s: s.slug)[::-1]
    assert slow.status.value == "degraded"
    assert silent.status.value == "no_data"
    assert RunnerLease.objects.exists()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (".json", "application/json"),
        ("-api", "application/json"),
        (".md", "text/markdown; charset=utf-8"),
        (".atom", "application/atom+xml; charset=utf-8"),
        (".ics", "text/calendar; charset=utf-8"),
    ],
)
def test_every_other_form_has_an_address(
    client: Client, acme: StatusPage, path: str, media_type: str
) -> None:
    """X18, X46"""
    answer = client.get(PAGE + path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert client.get(PAGE + path, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


@pytest.mark.parametrize("ending", [".json", ".md", ".atom", ".ics"])
def test_a_private_page_is_private_in_every_form(
    client: Client, partners: StatusPage, ending: str
) -> None:
    """X19, A41"""
    assert client.get(f"{PAGE}/partners{ending}").status_code == 404
    opened = client.get(f"{PAGE}/partners{ending}?token=right")
    assert opened.status_code == 200
    assert opened["Cache-Control"] == "no-store"


def test_a_page_by_json_says_what_the_banner_says(
    client: Client, acme: StatusPage
) -> None:
    """X46"""
    found = client.get(f"{PAGE}.json").json()
    assert found["headline"] == "Partial outage: Email delivery is down"
    assert len(found["services"]) == 8

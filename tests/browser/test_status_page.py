"""The public page in a real browser, without its script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, Route

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.intervals import StatusSpan
from pulseboard.core.status import Status
from pulseboard.incidents.story import Note, Phase, Story
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.assemble import Source, service_of
from pulseboard.statuspage.calendar import Calendar
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.policy import Policy
from pulseboard.statuspage.render import documents
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.snapshot import Look, Service, Snapshot
from pulseboard.statuspage.store import Latest
from pulseboard.statuspage.timeline import Track

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
SHEET = ROOT / "src/pulseboard/static/pulseboard/status.css"
NOW = datetime(2026, 11, 20, 22, 36, tzinfo=UTC)
LONG = "A service with a name as long as sixty letters may ever be .."
POLICY = "default-src 'self'; img-src 'self' data:"
TAGS = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']"


def service(name: str, slug: str, group: str, status: Status) -> Service:
    began = epoch_ms(NOW - timedelta(days=40))
    turned = epoch_ms(NOW - timedelta(hours=2))
    spans = [
        StatusSpan(began, turned, Status.HEALTHY),
        StatusSpan(turned, epoch_ms(NOW), status),
    ]
    source = Source(slug=slug, name=name, group=group, tracks=[Track(spans)])
    zone = ZoneInfo("Europe/Madrid")
    return service_of(source, Calendar.at(NOW, zone, Policy()), Policy())


def snapshot() -> Snapshot:
    """Return a page with every status and the longest names."""
    services = [
        service(f"{status.value} {LONG}"[:60], f"s{place}", group, status)
        for group in ("", "Customer facing")
        for place, status in enumerate(Status)
    ]
    services[-1] = replace(services[-1], slug="m", status=PublicStatus.MAINTENANCE)
    slugs = [replace(each, slug=f"s{n}") for n, each in enumerate(services)]
    story = Story(
        key="k",
        title=LONG,
        impact=PublicStatus.PARTIAL_OUTAGE,
        phase=Phase.IDENTIFIED,
        components=("s2",),
        started_at=NOW - timedelta(hours=2),
        notes=(
            Note(phase=Phase.IDENTIFIED, text="Found.", html="<p>Found.</p>", at=NOW),
        ),
    )
    return Snapshot(
        look=Look(title="Acme Status", zone="Europe/Madrid"),
        built_at=NOW,
        observed_at=NOW,
        services=tuple(slugs),
        stories=(story,),
    )


def written(theme: str = "auto", language: str = "en") -> str:
    page = StatusPage(slug="default", title="Acme Status", shows_everything=True)
    visit = Visit(
        latest=Latest(page, snapshot(), "tag"),
        links=Links("/health/status-page"),
        language=language,
        theme=theme,
        view="90d",
        window="90d",
        now=NOW,
    )
    return documents.page(visit)


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_page(
        html: str, width: int, *, dark: bool = False, script: bool = True
    ) -> Page:
        def answer(route: Route) -> None:
            if route.request.url.endswith(".css"):
                route.fulfill(body=SHEET.read_text(), content_type="text/css")
            else:
                headers = {"Content-Security-Policy": POLICY} if not script else {}
                route.fulfill(
                    body=html, content_type="text/html; charset=utf-8", headers=headers
                )

        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", answer)
        page.goto("http://status.test/health/status-page")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_fits_from_320_pixels_with_the_longest_names(
    opened: Open, language: str
) -> None:
    """S17"""
    page = opened(written(language=language), 1440)
    for width in (320, 360, 390, 600, 900, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, width


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    ("theme", "dark"),
    [("auto", False), ("auto", True), ("dark", False), ("contrast", False)],
)
def test_nothing_stands_in_the_way_of_anybody(
    opened: Open, theme: str, dark: bool, width: int
) -> None:
    """X21: WCAG 2.2 AA in every theme."""
    page = opened(written(theme), width, dark=dark)
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run({{runOnly: {TAGS}}})")
    assert [each["id"] for each in found["violations"]] == []


@pytest.mark.browser
def test_without_javascript_it_says_everything(opened: Open) -> None:
    """S13, S14"""
    page = opened(written(), 390, script=False)
    heading = page.get_by_role("heading", level=1)
    assert "Partial outage:" in heading.inner_text()
    box = heading.bounding_box()
    assert box is not None
    assert box["y"] < 300
    assert page.locator("[data-service]").count() == 8
    assert page.locator("svg[data-strip]").count() == 8
    assert page.get_by_text("Found.").is_visible()

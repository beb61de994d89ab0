"""The staff page at rest: layout, words, shapes, policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Host, Visit

pytestmark = [pytest.mark.browser]

ADMIN = "/admin/pulseboard/monitor/dashboard/"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/health/dashboard", ADMIN])
def test_the_first_heading_names_what_is_broken(
    visit: Visit, path: str, width: int
) -> None:
    """G14, ux point 2"""
    page = visit("mixed", path, width=width)

    heading = page.locator("h1, h2").first
    expect(heading).to_have_text("Critical: Email is down")
    box, content = heading.bounding_box(), page.locator("#pb-page").bounding_box()
    assert box
    assert content
    assert box["y"] + box["height"] <= content["y"] + 300


def test_failing_cards_come_first(visit: Visit) -> None:
    """G14, ux point 3"""
    page = visit("all_standings")

    standings = page.locator(".pb-cards .pb-card").evaluate_all(
        "cards => cards.map(card => card.dataset.standing)"
    )
    order = ["critical", "warning", "unknown", "healthy", "maintenance"]
    assert standings == sorted(standings, key=order.index)
    assert set(standings) == set(order)


def test_in_grey_the_five_standings_differ_by_word_and_by_shape(visit: Visit) -> None:
    """G19, ux point 4"""
    page = visit("all_standings")
    page.context.new_cdp_session(page).send(
        "Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"}
    )

    seen = page.locator(".pb-cards .pb-status").evaluate_all(
        """all => all.map(status => [
            status.querySelector('.pb-word').innerText,
            status.querySelector('path').getAttribute('d')])"""
    )
    assert page.locator(".pb-cards .pb-word:visible").count() == len(seen)
    pairs = {(word, shape) for word, shape in seen}
    assert len(pairs) == 5
    assert len({word for word, _ in pairs}) == 5
    assert len({shape for _, shape in pairs}) == 5


def test_without_a_script_everything_is_there_to_read(visit: Visit) -> None:
    """G16"""
    page = visit("mixed", java_script_enabled=False)

    for text in ("Critical: Email is down", "Email: no reply", "Monitoring itself"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    expect(page.locator(".pb-card .pb-word:visible")).to_have_count(9)
    expect(page.get_by_role("button", name="Keyboard")).to_be_hidden()


def test_without_a_script_an_alert_can_be_acknowledged(visit: Visit) -> None:
    """G14: the button is a form, and the page says what became of it"""
    page = visit("mixed", java_script_enabled=False)

    page.get_by_role("button", name=re.compile("Acknowledge.*Email")).click()
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()
    expect(page.get_by_text("acknowledged by admin")).to_be_visible()


def test_a_viewer_sees_everything_and_no_buttons(visit: Visit) -> None:
    """D4"""
    page = visit("mixed", user="viewer")

    expect(page.get_by_role("heading", level=1)).to_have_text("Critical: Email is down")
    expect(page.get_by_role("button", name="Run check now")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Acknowledge"))).to_have_count(0)


def test_who_is_not_signed_in_comes_back_after_signing_in(visit: Visit) -> None:
    """D4"""
    page = visit("well", user="")

    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/health/dashboard$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("All systems healthy")


def test_the_policy_is_strict_and_nothing_breaks_it(visit: Visit) -> None:
    """D5, ux point 25: the console would tell of any violation"""
    page = visit("mixed")
    answer = page.request.get(page.url)

    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", re.I)
    assert inline.search(answer.text()) is None
    expect(page.get_by_role("button", name="Keyboard")).to_be_visible()


def test_the_admin_page_cannot_be_framed(visit: Visit) -> None:
    """A51"""
    page = visit("well", ADMIN)
    headers = page.request.get(page.url).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_markup_in_any_field_stays_text(visit: Visit) -> None:
    """A27"""
    page = visit("hostile")
    page.add_init_script("window.ran = 0; window.alert = () => { window.ran += 1 }")
    page.reload()

    names = page.locator(".pb-cards a").evaluate_all("all => all.map(a => a.href)")
    assert page.evaluate("window.ran") == 0
    assert page.locator(".pb img, .pb script").count() == 0
    for address in [name for name in names if "bad" in name]:
        page.goto(address)
        expect(page.locator("h1")).to_contain_text("<script>alert(1)</script>")
        assert page.locator(".pb img, .pb script").count() == 0
        assert page.evaluate("window.ran") == 0


@pytest.mark.parametrize("width", [320, 360, 390, 600, 900, 1440])
def test_long_names_make_no_horizontal_scroll(visit: Visit, width: int) -> None:
    """G19, ux point 19"""
    page = visit("long_names", width=width)
    assert _overflow(page) <= 0
    # A card is one target as a whole: its link is stretched over it.
    small = page.locator("a:visible, button:visible, summary:visible").evaluate_all(
        """all => all.map(each => each.closest('.pb-cards .pb-card') ?? each)
            .map(each => [each.innerText, each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([text]) => text)"""
    )
    assert small == []


def test_on_touch_the_buttons_are_tall_enough(visit: Visit) -> None:
    """G19, ux point 19"""
    page = visit("mixed", width=390, has_touch=True, is_mobile=True)
    heights = page.locator("button:visible").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


def test_nothing_moves_for_those_who_asked_for_that(visit: Visit) -> None:
    """ux point 24"""
    page = visit("mixed", reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0


def test_with_nothing_configured_it_says_what_to_do(visit: Visit) -> None:
    """ux section 9"""
    page = visit("nothing")
    expect(page.get_by_text("What to do")).to_be_visible()
    expect(page.locator(".pb-hero")).to_contain_text("Nothing is monitored yet")


def test_the_admin_links_to_the_page(visit: Visit) -> None:
    """G14"""
    page = visit("well", "/admin/pulseboard/")
    page.get_by_role("link", name="Open the health dashboard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All systems healthy")


@pytest.mark.parametrize("width", [1440, 390])
def test_it_stands_in_unfold(visit: Visit, unfold_host: Host, width: int) -> None:
    """G14"""
    page = visit("mixed", ADMIN, at=unfold_host, width=width)
    heading = page.locator("#pb-page h1")
    expect(heading).to_have_text("Critical: Email is down")
    assert _overflow(page) <= 0


def test_a_card_leads_to_its_component(visit: Visit) -> None:
    """X24"""
    page = visit("mixed")
    page.locator(".pb-card", has_text="Checkout API").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout API: Warning")
    expect(
        page.get_by_role("row").filter(has_text="1.24 s, limit 1.0 s").first
    ).to_be_visible()
    assert page.url.endswith("/component/checkout")


def _overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))

"""The public page with its script, served by a real host."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Console, Host, Visit

pytestmark = [pytest.mark.browser]

PATH = "/health/status-page"
BOX = "[data-strip-box='{}']"
NO_ANSWER = "Failed to load resource"


def _panel(page: Page) -> str:
    return page.locator(".day p").inner_text()


def test_a_strip_is_one_widget_with_a_sentence_for_each_day(visit: Visit) -> None:
    """ux point 14, S13"""
    page = visit("public", PATH, user="")
    strip = page.locator(BOX.format("public-api"))
    expect(strip).to_have_attribute("role", "group")
    assert page.locator("[data-service=public-api] .strip-box[tabindex='0']").count()
    strip.focus()
    today = _panel(page)

    page.keyboard.press("ArrowLeft")
    assert _panel(page) != today
    page.keyboard.press("ArrowRight")
    assert _panel(page) == today
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert _panel(page) == today
    page.keyboard.press("Home")
    expect(page.locator("[data-day-step='-1']")).to_have_attribute(
        "aria-disabled", "true"
    )
    seen = [_panel(page)]
    for _ in range(89):
        page.keyboard.press("ArrowRight")
        seen.append(_panel(page))
    assert len(set(seen)) == 90
    assert seen[-1] == today
    assert all(re.match(r"\w{3} \d+ \w{3}: \w+", each) for each in seen)
    assert sum("Operational" in each for each in seen) == 88
    expect(strip).to_be_focused()

    page.get_by_role("button", name="Previous").click()
    assert _panel(page) == seen[-2]
    expect(page.get_by_role("button", name="Previous")).to_be_focused()


def test_a_finger_scrubs_through_the_days(visit: Visit) -> None:
    """ux point 14: at 390 px a drag does the same"""
    page = visit("public", PATH, user="", width=390, has_touch=True)
    strip = page.locator(BOX.format("web-app"))
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    seen = []
    page.mouse.move(box["x"] + 5, box["y"] + 10)
    page.mouse.down()
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 10)
        seen.append(_panel(page))
    page.mouse.up()
    assert len(set(seen)) == 3


def test_a_very_narrow_strip_has_thirty_days(visit: Visit) -> None:
    """Section 6: under 360 px"""
    page = visit("public", PATH, user="", width=340)
    strip = page.locator(BOX.format("web-app"))
    strip.focus()
    page.keyboard.press("Home")
    seen = {_panel(page)}
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        seen.add(_panel(page))
    assert len(seen) == 30
    row = page.locator("[data-service=web-app]")
    expect(row.get_by_text("30 days ago")).to_be_visible()
    expect(row.get_by_text("90 days ago")).to_be_hidden()


def test_from_right_to_left_the_left_key_goes_forward(visit: Visit) -> None:
    """X21: today is at the left end"""
    page = visit("public", f"{PATH}?lang=ar", user="")
    page.locator(BOX.format("web-app")).focus()
    today = _panel(page)
    page.keyboard.press("ArrowRight")
    assert _panel(page) != today
    page.keyboard.press("ArrowLeft")
    assert _panel(page) == today


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_times_and_zone_agree_and_the_choice_is_remembered(
    visit: Visit, zone: str
) -> None:
    """ux point 18"""
    page = visit("public", PATH, user="", timezone_id=zone)
    choice = page.get_by_label("All times")
    expect(choice.locator("option:checked")).to_have_text(
        re.compile(re.escape(zone) + r" \(UTC[+-]\d+\)")
    )
    assert _shown(page) == _expected(page, zone)
    choice.select_option("site")
    assert _shown(page) == _expected(page, "Europe/Madrid")
    choice.select_option("utc")
    assert _shown(page) == _expected(page, "UTC")
    page.reload()
    expect(page.get_by_label("All times").locator("option:checked")).to_have_text("UTC")
    assert _shown(page) == _expected(page, "UTC")

    page.get_by_role("link", name="Email delivery is failing").click()
    assert _shown(page) == _expected(page, "UTC")
    expect(page.get_by_label("All times").locator("option:checked")).to_have_text("UTC")


def _shown(page: Page) -> list[str]:
    """Return the clock of every instant on the page."""
    texts = page.locator("time").all_text_contents()
    return [re.findall(r"\d\d:\d\d", text)[-1] for text in texts]


def _expected(page: Page, zone: str) -> list[str]:
    found: list[str] = page.evaluate(
        """zone => [...document.querySelectorAll("time")].map(each =>
            new Intl.DateTimeFormat("en-GB", {hour: "2-digit", minute: "2-digit",
                timeZone: zone}).format(Date.parse(each.dateTime)))""",
        zone,
    )
    assert len(found) >= 3
    return found


def test_the_theme_is_remembered_on_every_page(visit: Visit) -> None:
    page = visit("public", PATH, user="")
    page.get_by_role("link", name="Dark", exact=True).click()
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="Email delivery is failing").click()
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="Auto", exact=True).click()
    expect(root).not_to_have_attribute("data-theme", re.compile("."))


def test_a_change_comes_by_itself_and_is_said_once(visit: Visit, host: Host) -> None:
    """S13: an open page announces a change at the next poll"""
    page = visit("public_well", PATH, user="")
    page.evaluate("window.kept = true")
    strip = page.locator(BOX.format("search"))
    strip.focus()
    day = _panel(page)
    host.play("public_api_fails")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Public api is down", timeout=15_000)
    expect(page.locator("[data-service=public-api] .row-head")).to_contain_text(
        "Major outage"
    )
    expect(page).to_have_title(re.compile(r"^Major outage: Public api is down"))
    expect(page.locator("[data-voice]")).to_contain_text("Public api: Major outage")
    expect(strip).to_be_focused()
    assert _panel(page) == day
    assert page.evaluate("window.kept")  # no reload


def test_it_knows_by_itself_that_it_is_old_and_comes_back(
    visit: Visit, console: Console
) -> None:
    """ux points 8 and 10, states of section 9"""
    console.expected = (NO_ANSWER,)
    with Host() as own:
        page = visit("", "/health/live", user="", at=own)
        own.play("public")
        page.clock.install()
        page.goto(f"{own.url}{PATH}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Partial outage")
        icon = page.locator("link[rel=icon]").get_attribute("href")
        services = page.locator("[data-service]").count()
        own.kill()
        _pass(page, 100)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(re.compile(r"Status unknown since \d\d:\d\d"))
        banner = page.locator("[data-banner]")
        expect(banner).to_contain_text("We are not receiving measurements.")
        expect(banner).to_contain_text("Last known: Partial outage")
        expect(page).to_have_title(re.compile(r"^\(stale\) Status unknown since"))
        assert page.locator("link[rel=icon]").get_attribute("href") != icon
        assert page.get_by_text("Last known: Operational").count() == 6
        assert page.locator("[data-service]").count() == services
        assert _contrast(page, "[data-banner] p") >= 4.5
        assert _contrast(page, ".row-name a") >= 4.5

        own.start()
        own.play("public")
        # As when the network returns: otherwise within the 60 s of the back-off, which
        # a clock that runs ahead of the request cannot show.
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(heading).to_contain_text("Partial outage", timeout=10_000)
        _pass(page, 12)  # one message in 10 s
        expect(page.locator("[data-voice]")).to_contain_text("Live again, gap of")
        expect(page.locator("[data-service]")).to_have_count(services)


def _pass(page: Page, seconds: int) -> None:
    """Let time pass in steps, so that requests are answered between them."""
    for _ in range(seconds // 2):
        page.clock.run_for(2_000)


def test_offline_the_page_says_so_and_keeps_everything(
    visit: Visit, console: Console
) -> None:
    """ux point 11"""
    console.expected = (NO_ANSWER,)
    page = visit("public", PATH, user="")
    services = page.locator("[data-service]").count()
    page.context.set_offline(True)
    banner = page.locator("[data-banner]")
    expect(banner).to_contain_text("You are offline.")
    expect(banner).to_contain_text("Last known: Partial outage")
    assert page.locator("[data-service]").count() == services
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Partial outage")
    expect(banner).not_to_contain_text("offline")


def test_an_old_snapshot_is_called_old_by_the_server(visit: Visit, host: Host) -> None:
    """ux point 10"""
    page = visit("public_silent", PATH, user="", java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Status unknown since")
    with_script = visit("", PATH, user="")
    expect(with_script.get_by_role("heading", level=1)).to_contain_text(
        "Status unknown since"
    )
    assert with_script.get_by_text("Last known: Operational").count() == 6


def _contrast(page: Page, selector: str) -> float:
    """Return the contrast of the first such element with what lies behind it."""
    found: float = page.evaluate(
        """selector => {
            const part = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            const light = css => {
                const [r, g, b] = css.match(/[\\d.]+/g).slice(0, 3)
                    .map(each => part(each / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            let under = document.querySelector(selector);
            const [text, opacity] = [getComputedStyle(under).color,
                                     getComputedStyle(under).opacity];
            if (opacity !== "1") return 0;
            while (/rgba\\(.*, 0\\)/.test(getComputedStyle(under).backgroundColor))
                under = under.parentElement;
            const [a, b] = [light(text), light(getComputedStyle(under).backgroundColor)]
                .sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
        }""",
        selector,
    )
    return found

"""The staff page over time: it follows, and it never pretends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Console, Host, Visit

pytestmark = [pytest.mark.browser]

#: Chromium reports each request that fails; that is what these tests bring about.
NO_ANSWER = "Failed to load resource"


@pytest.fixture
def own_host() -> Iterator[Host]:
    """A host that this test may stop."""
    with Host() as host:
        yield host


def test_a_changed_card_moves_and_keeps_focus_and_scroll(
    visit: Visit, host: Host
) -> None:
    """G15, ux point 3"""
    page = visit("well", width=390)
    page.get_by_role("link", name="Workers").focus()
    before = page.evaluate("scrollTo(0, 120), scrollY")
    host.play("workers_fail")

    expect(page.locator(".pb-cards .pb-card").first).to_contain_text("Workers")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Critical: Workers is down"
    )
    expect(page.get_by_role("link", name="Workers")).to_be_focused()
    assert page.evaluate("scrollY") == before > 0


def test_a_change_is_said_once(visit: Visit, host: Host) -> None:
    """G19: one polite message"""
    page = visit("well")
    voice = page.locator("[data-voice]")
    expect(voice).to_have_attribute("aria-live", "polite")
    host.play("workers_fail")
    expect(voice).to_have_text("Workers is now critical.")
    expect(page.locator("[data-changed]")).to_have_count(0)  # its edge faded in


def test_without_contact_the_page_keeps_its_data_and_says_so(
    visit: Visit, own_host: Host, console: Console
) -> None:
    """G16, ux points 7 and 8"""
    console.expected = (NO_ANSWER,)
    page = visit("mixed", at=own_host)
    own_host.kill()

    hero = page.locator(".pb-hero")
    expect(hero).to_contain_text(
        re.compile(r"No contact with the server since \d\d:\d\d:\d\d"), timeout=15_000
    )
    expect(hero).to_contain_text("Last known: Critical, Email is down.")
    expect(hero).to_contain_text(re.compile(r"Retrying in \d+ s|Asking the server"))
    expect(page).to_have_title(re.compile(r"\(stale\)$"))
    expect(page.locator(".pb-card", has_text="Checkout API")).to_contain_text("1.2 s")
    expect(page.get_by_text("Was critical")).to_be_visible()
    assert _contrast(page, ".pb-alert-message", ".pb-alerts") >= 4.5

    own_host.start()
    page.get_by_role("button", name="Retry now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Critical: Email is down")
    expect(page).not_to_have_title(re.compile("stale"))
    expect(page.locator(".pb-cards .pb-card")).to_have_count(8)
    expect(page.get_by_text("Was critical")).to_have_count(0)
    expect(page.locator("[data-voice]")).to_contain_text(
        "Live again, gap of", timeout=15_000
    )


def test_offline_the_page_says_that_it_is_the_browser(
    visit: Visit, console: Console
) -> None:
    """G16, ux point 11"""
    console.expected = (NO_ANSWER,)
    page = visit("mixed")
    page.context.set_offline(True)
    expect(page.locator(".pb-hero")).to_contain_text("You are offline")
    expect(page.locator(".pb-cards .pb-card")).to_have_count(8)
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Critical: Email is down")


def test_signed_out_is_no_outage(visit: Visit, console: Console) -> None:
    """D4, ux point 9"""
    console.expected = (NO_ANSWER,)
    page = visit("mixed")
    page.request.post(page.url.replace("/health/dashboard", "/control/sign-out"))

    expect(page.locator(".pb-hero")).to_contain_text("You are signed out.")
    assert "No contact" not in page.locator(".pb-hero").inner_text()
    assert "stale" not in page.title()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/health/dashboard$"))


def test_a_runner_that_falls_silent_is_seen(visit: Visit, host: Host) -> None:
    """G16, ux point 10"""
    page = visit("well")
    host.play("falling_silent")  # 30 s without a tick are nearly over

    hero = page.locator(".pb-hero")
    expect(hero).to_contain_text(
        re.compile(r"The server answers, but no checks have run since \d\d:\d\d\."),
        timeout=15_000,
    )
    expect(hero).to_contain_text("manage.py pulseboard run")
    itself = page.locator(".pb-itself")
    expect(itself).to_contain_text("Critical")
    expect(itself).to_contain_text("Start the worker: manage.py pulseboard run")


def test_stopped_by_people_it_names_who_and_when(visit: Visit) -> None:
    """ux section 7: shown on every surface"""
    page = visit("stopped")
    expect(page.locator(".pb-hero")).to_contain_text(
        re.compile(r"Checks were stopped at .*\d\d:\d\d by ana\.")
    )
    expect(page.locator(".pb-itself .pb-status")).to_have_text("Critical")


def test_a_hidden_page_asks_nothing(visit: Visit) -> None:
    """G15"""
    page = visit("well")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _set_visibility(page, hidden=True)
    page.evaluate("new Promise(done => setTimeout(done, 3500))")
    assert [each for each in asked if "dashboard" in each] == []
    with page.expect_request(re.compile("/health/dashboard$")):
        _set_visibility(page, hidden=False)
    expect(page.locator("#pb-page")).to_have_attribute("data-contact", "live")


def test_unchanged_pages_are_answered_with_304(visit: Visit) -> None:
    """G15"""
    page = visit("well")
    headers = {"X-Pulseboard-Fragment": "1"}
    first = page.request.get(page.url, headers=headers)
    again = page.request.get(
        page.url, headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    assert (first.status, again.status) == (200, 304)
    assert again.headers["x-pulseboard-now"]


def test_keys_run_and_help_and_can_be_switched_off(visit: Visit) -> None:
    """G19: WCAG 2.1.4"""
    page = visit("well")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_acknowledging_shows_whose_it_is(visit: Visit) -> None:
    """G18"""
    page = visit("mixed")
    page.get_by_role("button", name=re.compile("Acknowledge.*Email")).click()
    alert = page.locator(".pb-alert", has_text="Email: no reply")
    expect(alert).to_contain_text("acknowledged by admin")
    expect(alert.get_by_role("button", name=re.compile("Acknowledge"))).to_have_count(0)


def test_a_resolved_alert_leaves(visit: Visit) -> None:
    """G18"""
    page = visit("mixed")
    page.get_by_role("button", name=re.compile("Resolve.*Email")).click()
    expect(page.locator(".pb-alert")).to_have_count(2)
    expect(page.get_by_text("Active alerts (2)")).to_be_visible()


def test_run_check_now_starts_one_run_and_says_its_result(visit: Visit) -> None:
    """G14, ux point 22"""
    page = visit("well")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    button = page.get_by_role("button", name="Run check now")
    button.dblclick()
    expect(page.locator("[data-notice]")).to_contain_text(
        re.compile(r"Done: .*, took \d+\.\d s"), timeout=20_000
    )
    expect(button).to_be_focused()
    assert len([each for each in sent if each.startswith("POST")]) == 1


def test_another_persons_run_is_named_and_blocks_the_button(visit: Visit) -> None:
    """ux point 22"""
    page = visit("run_by_ana")
    expect(page.locator(".pb-freshness")).to_contain_text("ana started a run")
    button = page.locator("form[data-run] button")
    expect(button).to_have_text("Running 3 of 5")
    expect(button).to_have_attribute("aria-disabled", "true")


def _set_visibility(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            const says = {value: hidden, configurable: true};
            Object.defineProperty(document, 'hidden', says);
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def _contrast(page: Page, text: str, surface: str) -> float:
    """Return the WCAG contrast of the first *text* on the first *surface*."""
    return float(
        page.evaluate(
            """([text, surface]) => {
                const rgb = value => value.match(/[\\d.]+/g).slice(0, 3).map(Number);
                const luminance = value => rgb(value)
                    .map(part => part / 255)
                    .map(part => part <= 0.04045 ? part / 12.92
                        : ((part + 0.055) / 1.055) ** 2.4)
                    .map((part, i) => part * [0.2126, 0.7152, 0.0722][i])
                    .reduce((sum, part) => sum + part, 0);
                const style = query => getComputedStyle(document.querySelector(query));
                const [a, b] = [luminance(style(text).color),
                                luminance(style(surface).backgroundColor)];
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            }""",
            [text, surface],
        )
    )

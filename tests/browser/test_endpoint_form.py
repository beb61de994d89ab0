"""An endpoint is tested before it is saved. S2, S4, ux 12, ux 20, ux 21"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import AXE, Console, Host, Visit
from tests.unit.guard.listeners import Listener, answer, listening

pytestmark = [pytest.mark.browser]

ADD = "/admin/pulseboard/endpoint/add/"
LIST = "/admin/pulseboard/endpoint/"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@pytest.fixture(scope="module")
def server() -> Iterator[Listener]:
    with listening(answer(b'{"ok": true}')) as found:
        yield found


def _trusting(page: Page) -> None:
    """Open the rest of the form and let the endpoint reach our test server."""
    page.locator("summary", has_text="More").first.click()
    page.get_by_label("May reach private targets").check()


def _verdict(page: Page) -> str:
    page.get_by_role("button", name="Test now").click()
    expect(page.locator(".pb-test-verdict")).to_be_visible(timeout=12_000)
    expect(page.locator(".pb-test-cancel")).to_be_hidden()
    return page.locator(".pb-test-sentence").inner_text()


def test_only_the_url_and_a_test_and_a_save(visit: Visit, server: Listener) -> None:
    """ux 20"""
    page = visit(path=ADD)
    page.get_by_label("URL").fill(f"http://127.0.0.1:{server.port}/health/")
    expect(page.get_by_label("Name", exact=False).first).not_to_have_value("")
    _trusting(page)

    assert _verdict(page) == ""
    expect(page.locator(".pb-test-verdict")).to_have_text(
        "Would be recorded as Healthy"
    )
    expect(page.locator(".pb-test-lines")).to_contain_text("200 OK in")
    assert page.evaluate("document.activeElement.className").startswith("button")
    page.get_by_role("button", name="Show first 256 characters").click()
    expect(page.locator(".pb-test-snippet")).to_have_text('{"ok": true}')

    page.locator("[name=_save]").click()
    page.wait_for_url(f"**{LIST}")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_a_save_after_a_failed_test_asks_once(visit: Visit) -> None:
    """ux 12"""
    page = visit(path=ADD)
    page.get_by_label("URL").fill("http://no-such-name.invalid/")
    assert "was not found" in _verdict(page)

    page.locator("[name=_save]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Go back").click()
    expect(dialog).to_be_hidden()
    page.locator("[name=_save]").click()
    dialog.get_by_role("button", name="Save paused").click()

    page.wait_for_url(f"**{LIST}")
    expect(page.locator("#result_list")).to_contain_text("Paused")


def test_a_private_target_is_explained(visit: Visit) -> None:
    """ux 21"""
    page = visit(path=ADD)
    page.get_by_label("URL").fill("http://localhost/")

    assert "ALLOWED_NETWORKS" in _verdict(page)


def test_a_mistake_is_told_at_its_field(visit: Visit, console: Console) -> None:
    console.expected = ("400 (Bad Request)",)
    page = visit(path=ADD)
    page.get_by_label("URL").fill("file:///etc/passwd")

    assert "not sound" in _verdict(page)
    expect(page.locator(".pb-test-lines")).to_contain_text("URL: Expected a URL")


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_no_violation_in_our_part(visit: Visit, width: int) -> None:
    """ux 5"""
    page = visit(path=ADD, width=width, bypass_csp=True)
    page.get_by_label("URL").fill("http://localhost/")
    _verdict(page)
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        """async tags => (await axe.run('#pb-test', {
            runOnly: {type: 'tag', values: tags}})).violations
            .map(each => [each.id, each.nodes.map(node => node.html)])""",
        TAGS,
    )
    assert found == []


def test_without_scripts_everything_but_the_test_works(visit: Visit) -> None:
    page = visit(path=ADD, java_script_enabled=False)
    expect(page.get_by_role("button", name="Test now")).to_be_hidden()
    page.get_by_label("URL").fill("https://example.org/plain/")
    page.locator("[name=_save]").click()

    page.wait_for_url(f"**{LIST}")
    expect(page.locator("#result_list")).to_contain_text("example.org/plain")


def test_the_form_works_in_unfold(visit: Visit, unfold_host: Host) -> None:
    page = visit(path=ADD, at=unfold_host)
    page.get_by_label("URL").fill("http://localhost/")

    assert "not allowed" in _verdict(page)
    expect(page.get_by_role("button", name="Save paused").first).to_be_visible()

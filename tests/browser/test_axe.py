"""axe finds nothing in our own markup."""

from __future__ import annotations

import pytest
from tests.browser.conftest import AXE, Visit

pytestmark = [pytest.mark.browser]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
ADMIN = "/admin/pulseboard/monitor/dashboard/"
COMPONENT = "/health/component/checkout"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark", "contrast", "dark contrast"])
@pytest.mark.parametrize("path", ["/health/dashboard", ADMIN, COMPONENT])
def test_axe_finds_no_violation(
    visit: Visit, path: str, theme: str, width: int
) -> None:
    """G19, ux point 5; the admin's own markup around ours is left out"""
    # The policy forbids the tester's script as it should; only this page drops it.
    page = visit(
        "all_standings", path, width=width, dark="dark" in theme, bypass_csp=True
    )
    if "contrast" in theme:
        page.evaluate("document.documentElement.dataset.pbTheme = 'contrast'")
    page.add_script_tag(path=AXE)
    where = "document" if path != ADMIN else "'#pb-page'"
    found = page.evaluate(
        f"""async tags => (await axe.run({where}, {{
            runOnly: {{type: 'tag', values: tags}} }})).violations
            .map(each => [each.id, each.nodes.map(node =>
                node.html.slice(0, 150) + ' | ' + node.failureSummary)])""",
        TAGS,
    )
    assert found == []


def test_axe_finds_no_violation_while_checks_do_not_run(visit: Visit) -> None:
    """ux point 5: the grey look keeps its contrast"""
    page = visit("silent", bypass_csp=True)
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "async () => (await axe.run()).violations.map(each => each.id)"
    )
    assert found == []

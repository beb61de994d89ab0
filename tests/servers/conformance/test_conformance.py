"""What leaves the house, judged by checkers nobody here wrote. R12, acceptance 6."""

from __future__ import annotations

import xml.dom.minidom
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import feedparser
import icalendar
import pytest
from tests.servers.conformance.conftest import (
    ROOT,
    Site,
    calendar_js,
    html_validate,
    judged,
    vnu,
)
from tests.support.process import find

pytestmark = pytest.mark.server

PAGE = "/health/status-page"
ADD = "/admin/pulseboard/endpoint/add/"
GRAMMAR = ROOT / "tests/support/atom.rnc"
BADGES = (
    "/health/badge/status.svg",
    "/health/badge/public-api/status.svg",
    "/health/badge/public-api/uptime-90d.svg",
    "/health/badge/public-api/response.svg?label=a%20%26%20b",
)


@pytest.fixture(scope="module")
def written(site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every page and mail as a file."""
    folder = tmp_path_factory.mktemp("html")
    texts = {f"page{n}": site.get(path) for n, path in enumerate(site.pages)}
    texts |= {f"mail{n}": html for n, html in enumerate(site.mails)}
    return [_file(folder / f"{name}.html", text) for name, text in texts.items()]


def test_the_stage_holds_every_kind(site: Site) -> None:
    assert len(site.pages) == 13
    assert len(site.mails) >= 4  # confirm, incident, update, alert


def test_pages_and_mails_are_html_by_two_judges(written: Sequence[Path]) -> None:
    found = [_said(each) for each in vnu(written)]
    assert found == [], "\n".join(found)
    found = html_validate(written)
    assert found == [], "\n".join(found)


def test_our_part_of_the_endpoint_form_is_html(site: Site, tmp_path: Path) -> None:
    """The admin's own markup around it is not ours to mend."""
    text = site.get(ADD, Cookie=site.cookie)
    lines = text.splitlines()
    first = next(n for n, line in enumerate(lines, 1) if 'id="pb-test"' in line)
    last = next(
        n for n, line in enumerate(lines, 1) if n > first and "</section>" in line
    )
    found = vnu([_file(tmp_path / "form.html", text)])
    assert [_said(m) for m in found if first <= m.get("lastLine", 0) <= last] == []


def test_a_planted_error_is_found(tmp_path: Path) -> None:
    """The judges judge."""
    bad = _file(tmp_path / "bad.html", "<!doctype html><title>t</title><p><div></p>")
    assert vnu([bad])
    assert html_validate([bad])


def test_the_feed_is_atom_by_two_judges(site: Site, tmp_path: Path) -> None:
    text = site.get(f"{PAGE}.atom")
    ran = judged(find("jing"), "-c", GRAMMAR, _file(tmp_path / "feed.xml", text))
    assert (ran.returncode, ran.stdout) == (0, "")
    read = feedparser.parse(text)
    assert read.bozo == 0
    assert any("Email <delivery> is failing" in each.title for each in read.entries)


def test_the_calendar_is_read_alike_by_two_parsers(site: Site) -> None:
    text = site.get(f"{PAGE}.ics")
    calendar = icalendar.Calendar.from_ical(text)
    assert [each.errors for each in calendar.walk() if each.errors] == []
    [event] = calendar.events
    [[uid, summary, start, end]] = calendar_js(text)
    assert (uid, summary) == (str(event["UID"]), str(event["SUMMARY"]))
    assert summary == "Database upgrade; bigger, better"
    assert start[:19] == f"{event.start.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", text
    assert end > start


@pytest.mark.parametrize("path", BADGES)
def test_badges_are_pictures_that_can_do_nothing(site: Site, path: str) -> None:
    answer = site.server.get(path)
    assert answer.status == 200, answer.text
    root = xml.dom.minidom.parseString(answer.text).documentElement
    assert root is not None
    assert root.tagName == "svg"
    assert root.getAttribute("role") == "img"
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def _file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _said(message: dict[str, object]) -> str:
    where = Path(str(message.get("url", ""))).name
    extract = str(message.get("extract", ""))[:160]
    return f"{where}:{message.get('lastLine')} {message['message']} {extract}"
